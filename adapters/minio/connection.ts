/** Signed requests to one server, by minio-js: with time limits, errors explained, and retries. */
import type { Client } from "minio";
import { Agent as HttpAgent, request as sendHttp } from "node:http";
import { Agent as HttpsAgent, request as sendHttps } from "node:https";
import { localhostLookup } from "../../core/http/mod.ts";
import { isRetryable, messageOf } from "../../core/util/errors.ts";
import { retry, sleep } from "../../core/util/retry.ts";
import type { Credentials } from "./credentials.ts";
import type { Addressing } from "./endpoint.ts";
import { type Doing, refusalOf, toBinimportError } from "./errors.ts";
import {
  type AnswerHead,
  type Exchange,
  openExchange,
  type RetryPolicy,
  SilenceError,
} from "./exchange.ts";
import { expectedRegion, type QuirkName, QUIRKS, shownBy } from "./quirks.ts";

/** What a connection needs to know. */
export interface ConnectionOptions {
  /** The server, as `http://host:port`. */
  readonly server: URL;
  /** The server's region, which is part of every signature, unless the server names another. */
  readonly region: string;
  /** How buckets are addressed: by path, as `bucket.host`, or as the server wants it. */
  readonly addressing: Addressing;
  /** What requests are signed with. */
  readonly credentials: Credentials;
  /** Certificates of authorities to trust besides the usual ones, in PEM. */
  readonly ca?: string | undefined;
  /** Whether any certificate will do. */
  readonly insecure?: boolean;
  /** For every call that does not say otherwise. */
  readonly patience: RetryPolicy;
  readonly debug: (message: string) => void;
  /** Told of each quirk of the server, once. */
  readonly onQuirk: (message: string) => void;
}

/** What a request is for, and how long it may take. */
export interface Call extends Doing {
  readonly signal?: AbortSignal | undefined;
  /** Where it differs from the connection's own. */
  readonly patience?: Partial<RetryPolicy>;
  /** The answer's body is read later: whoever does that closes the exchange. */
  readonly streams?: boolean;
}

/** What one attempt works with. */
export interface Attempt {
  readonly client: Client;
  /** What came back; and the means to wait for the rest of it. */
  readonly exchange: Exchange;
  /** How the server was found to differ; the request is to do without. */
  readonly quirks: ReadonlySet<QuirkName>;
  /** The region that the request is signed for. */
  readonly region: string;
}

/** A server that requests go to. */
export interface Connection {
  /** Whether payloads are signed, as they are without TLS: then the server checks their SHA-256. */
  readonly signsPayload: boolean;
  /** How the server was found to differ so far. */
  readonly quirks: ReadonlySet<QuirkName>;
  /** Whether buckets are addressed as `bucket.host`. */
  readonly isVirtual: boolean;
  /** Notes a quirk that no refusal shows. */
  note(quirk: QuirkName): void;
  /** Makes one request, again where that may help, and gives what `work` makes of the answer. */
  call<T>(call: Call, work: (attempt: Attempt) => Promise<T>): Promise<T>;
  /** Closes all connections. Safe to call again. */
  close(): void;
}

/** Prepares a connection; nothing is sent yet. Loads the `minio` package. */
export async function connect(options: ConnectionOptions): Promise<Connection> {
  const { Client } = await import("minio");
  const useSSL = options.server.protocol === "https:";
  const send = useSSL ? sendHttps : sendHttp;
  const agent = newAgent(useSSL, options);
  const settings = { ...clientSettings(options, useSSL), transportAgent: agent };
  new Client(settings); // Throws here, not at the first request, what it has against them.
  let spoken: Dialect = {
    region: options.region,
    isVirtual: options.addressing === "virtual",
    quirks: new Set(),
  };

  function note(quirk: QuirkName, changes: Partial<Dialect> = {}): void {
    if (spoken.quirks.has(quirk)) return;
    spoken = { ...spoken, ...changes, quirks: new Set([...spoken.quirks, quirk]) };
    const more = changes.region === undefined ? "" : `: ${changes.region}`;
    options.onQuirk(`${options.server.origin}: ${QUIRKS[quirk].says}${more}`);
  }

  /** Whether a failure shows how the server differs: the same call then goes out in other form. */
  function learn(error: unknown, head: AnswerHead, { quirks }: Dialect): boolean {
    const refusal = refusalOf(error, head);
    const quirk = refusal && shownBy(refusal, quirks);
    if (refusal === undefined || quirk === undefined) return false;
    if (quirk === "virtual-hosts") {
      if (options.addressing !== "auto") return false;
      note(quirk, { isVirtual: true });
    } else {
      const region = quirk === "other-region" ? expectedRegion(refusal) : undefined;
      note(quirk, region === undefined ? {} : { region });
    }
    return true;
  }

  async function attempt<T>(
    call: Call,
    patience: RetryPolicy,
    work: (attempt: Attempt) => Promise<T>,
    onFailure: (error: unknown, head: AnswerHead) => void,
  ): Promise<T> {
    const exchange = openExchange(send, patience, call.signal, call.streams === true);
    const { region, isVirtual, quirks } = spoken;
    try {
      // A client of its own for each request costs 2 µs, and tells whose the signal is.
      const { transport } = exchange;
      const client = new Client({ ...settings, region, pathStyle: !isVirtual, transport });
      const result = await exchange.waitFor(work({ client, exchange, quirks, region }));
      if (!call.streams) exchange.close();
      return result;
    } catch (error) {
      exchange.close();
      call.signal?.throwIfAborted();
      if (learn(error, exchange.head(), { region, isVirtual, quirks })) {
        return await attempt(call, patience, work, onFailure);
      }
      onFailure(error, exchange.head());
      throw toBinimportError(error, exchange.head(), call);
    }
  }

  let restUntil = 0; // by performance.now(); an overloaded server is left alone by all calls

  async function rest(signal: AbortSignal | undefined): Promise<void> {
    for (let left; (left = restUntil - performance.now()) > 0;) await sleep(left, signal);
  }

  function callWithRetries<T>(call: Call, work: (attempt: Attempt) => Promise<T>): Promise<T> {
    const patience = { ...options.patience, ...call.patience };
    let asked: number | undefined;
    let silences = 0;
    let overloaded = false;
    const onFailure = (error: unknown, head: AnswerHead) => {
      asked = retryAfter(head);
      overloaded = head.status === 503 || head.status === 429;
      if (error instanceof SilenceError && error.connected) silences++;
    };
    const rested = async () => {
      await rest(call.signal);
      return await attempt(call, patience, work, onFailure);
    };
    return retry(rested, {
      retries: patience.retries,
      signal: call.signal,
      worthIt: (error) => isRetryable(error) && silences < patience.silences,
      retryAfter: () => asked,
      onRetry(error, delay) {
        options.debug(`${messageOf(error)}; trying again in ${Math.round(delay)} ms`);
        if (overloaded) restUntil = Math.max(restUntil, performance.now() + delay);
      },
    });
  }

  return {
    signsPayload: !useSSL,
    get quirks() {
      return spoken.quirks;
    },
    get isVirtual() {
      return spoken.isVirtual;
    },
    note: (quirk) => note(quirk),
    call: callWithRetries,
    close: () => agent.destroy(),
  };
}

/** How requests are made, as far as answers have told. */
interface Dialect {
  readonly region: string;
  readonly isVirtual: boolean;
  readonly quirks: ReadonlySet<QuirkName>;
}

function newAgent(useSSL: boolean, { ca, insecure }: ConnectionOptions): HttpAgent {
  const options = { keepAlive: true, scheduling: "lifo", lookup: localhostLookup } as const;
  if (!useSSL) return new HttpAgent(options);
  return new HttpsAgent({
    ...options,
    rejectUnauthorized: insecure !== true,
    ...(ca !== undefined && { ca }),
  });
}

function clientSettings({ server, credentials }: ConnectionOptions, useSSL: boolean) {
  return {
    endPoint: server.hostname.replace(/^\[|\]$/g, ""),
    port: Number(server.port) || (useSSL ? 443 : 80),
    useSSL,
    ...credentials,
    retryOptions: { disableRetry: true }, // It would print to the console.
  };
}

/** The milliseconds that `Retry-After` asks for: seconds, or a date (RFC 9110, 10.2.3). */
function retryAfter({ headers }: AnswerHead): number | undefined {
  const value = headers["retry-after"];
  if (value === undefined) return undefined;
  const milliseconds = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}
