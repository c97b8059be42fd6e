/** Requests to an OCI registry: signing in, asking again, and what its answers mean. */
import type { AdapterHost } from "binimport";
import { setTimeout as sleep } from "node:timers/promises";

/** A repository in a registry. */
export interface Repository {
  /** `https://host/v2/NAME/`: everything of the repository lies below it. */
  readonly base: URL;
  /** The repository, such as `library/files`. */
  readonly name: string;
  /** User and password as a header's value. */
  readonly basic: string | undefined;
}

/** A request besides method and address. */
export interface Ask {
  /** As in `Cannot … "https://host/name"`. */
  readonly doing: string;
  /** Statuses besides those of success that are no error. */
  readonly accept?: readonly number[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly signal?: AbortSignal | undefined;
}

/** By status, what it means and what to do about it. */
const MEANINGS: Readonly<Record<number, readonly [Parameters<AdapterHost["error"]>[0], string]>> = {
  401: ["unauthorized", "Check --username and --password-file."],
  403: ["forbidden", "The user needs the right to push there; a quota may be reached."],
  404: ["not-found", "Check --endpoint: is there such a project?"],
  405: ["unsupported", "Have the registry allow it, as Docker's own does not allow to delete."],
};

/** Sends a request to a path of the repository, or to an address that an answer named. */
export type Send = (method: string, to: string | URL, ask: Ask) => Promise<Response>;

/** Sends requests to a repository, and signs in when it asks for that. */
export function sender({ base, name, basic }: Repository, host: AdapterHost): Send {
  let authorization: string | undefined;
  let challenge = ""; // what the registry wants; the same for all requests
  let renewAt = Infinity; // when the token has lived half of its life, in ms since 1970

  async function request(method: string, url: URL, ask: Ask): Promise<Response> {
    const isOurs = url.origin === base.origin; // another server is not to learn it
    try {
      return await fetch(url, {
        method,
        headers: { ...(isOurs && authorization && { authorization }), ...ask.headers },
        ...(ask.body && { body: ask.body, duplex: "half" }), // Node wants the latter for a stream
        signal: ask.signal ?? null,
      });
    } catch (cause) {
      ask.signal?.throwIfAborted();
      const message = `Cannot ${ask.doing} "${base.host}/${name}": it gave no answer: ${cause}`;
      throw host.error("unavailable", message, { retryable: true, cause });
    }
  }

  /** The header that is asked for: RFC 7617, or a token as Docker's registry specifies it. */
  async function signIn(signal: AbortSignal | undefined): Promise<string | undefined> {
    if (!/^bearer /i.test(challenge)) return basic;
    const told = new Map([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, k, v]) => [k, v]));
    const realm = URL.parse(told.get("realm") ?? "");
    if (realm === null || (base.protocol === "https:" && realm.protocol !== "https:")) {
      throw host.error("unauthorized", `Cannot sign in at "${base.host}": it names no safe place`);
    }
    realm.searchParams.set("service", told.get("service") ?? "");
    realm.searchParams.set("scope", `repository:${name}:pull,push,delete`);
    const ask = {
      doing: "sign in for",
      signal,
      ...(basic && { headers: { authorization: basic } }),
    };
    const answer = await request("GET", realm, ask);
    if (!answer.ok) throw await refusal(answer, ask);
    const { token, access_token = token, expires_in = 60 } = await answer.json();
    renewAt = Date.now() + expires_in * 500;
    return `Bearer ${access_token}`;
  }

  async function refusal(answer: Response, { doing }: Ask): Promise<Error> {
    const { status } = answer;
    const text = await answer.text().catch(() => "");
    const [, said = "it is refused"] = /"message": ?"([ !#-~]{1,200})"/.exec(text) ?? [];
    const retryable = status === 429 || status >= 500;
    const other = [retryable ? "unavailable" : "target", "See the registry's log."] as const;
    const [code, hint] = MEANINGS[status] ?? other;
    const message = `Cannot ${doing} "${base.host}/${name}": ${said} (${status})`;
    return host.error(code, message, { hint, retryable });
  }

  return async function send(method, to, ask) {
    // Early: a stream cannot be sent again when the token ends just then.
    if (Date.now() >= renewAt) authorization = await signIn(ask.signal);
    for (let attempt = 0;; attempt++) {
      const answer = await request(method, new URL(to, base), ask);
      const { ok, status, headers } = answer;
      if (ok || ask.accept?.includes(status)) return answer;
      // Docker's registry writes tags and links to blobs in place: who reads one meanwhile is told
      // 500, or 400 when it looks at a manifest's blobs.
      const isPassing = [400, 429, 500, 502, 503].includes(status) && attempt < 8; // 5 s
      const mayRepeat = !(ask.body instanceof ReadableStream);
      if (!mayRepeat || !(isPassing || (status === 401 && attempt === 0))) {
        throw await refusal(answer, ask);
      }
      await finish(answer);
      challenge = headers.get("www-authenticate") ?? challenge;
      if (isPassing) await sleep(20 * 2 ** attempt);
      else authorization = await signIn(ask.signal);
    }
  };
}

/** Reads what nobody wants, so that the connection can be used again. */
export async function finish(answer: Response): Promise<Response> {
  await answer.arrayBuffer();
  return answer;
}
