/** What a server's refusal, or its silence, means to an import. */
import { distrust, isTransientStatus, socketState } from "../../core/http/mod.ts";
import type { AdapterHost } from "../../core/storage/mod.ts";
import { shownAddress } from "../../core/util/address.ts";
import { type ErrorCode, messageOf } from "../../core/util/errors.ts";
import type { Answer, Request } from "./messages.ts";

/** The error for a request that got no answer. */
export function failure(cause: unknown, { doing, place, key }: Request, host: AdapterHost): Error {
  const distrusted = distrust(cause);
  const state = distrusted?.state ?? socketState(cause) ?? messageOf(cause);
  return host.error("unavailable", `Cannot ${doing} "${place}": ${state}`, {
    retryable: distrusted === undefined,
    hint: distrusted?.hint ?? "Check that the server runs, and that this is its address.",
    cause,
    key,
  });
}

interface Meaning {
  readonly code: ErrorCode;
  readonly state: string;
  readonly hint: string;
  readonly retryable?: boolean;
}

const CREDENTIALS = "Check --username and --password-file, or --token-file.";

/** By status; RFC 9110, and RFC 4918 for 409, 423 and 507. */
const MEANINGS: Readonly<Record<number, Meaning>> = {
  401: { code: "unauthorized", state: "it wants other credentials", hint: CREDENTIALS },
  403: {
    code: "forbidden",
    state: "it is not allowed",
    hint: "The user needs the right to write there; a proxy may allow reading only.",
  },
  404: { code: "not-found", state: "there is no such place", hint: "Check --endpoint." },
  405: {
    code: "unsupported",
    state: "the server takes no such request there",
    hint: "Check --endpoint: is it a folder or repository that takes uploads (PUT)?",
  },
  409: {
    code: "target",
    state: "it is in conflict with what is there",
    hint: "A file may stand where a folder is needed, or the repository takes each name only once.",
  },
  413: {
    code: "target",
    state: "it is larger than the server takes",
    hint: "Raise that limit there, such as client_max_body_size in nginx (1 MB unless it is set).",
  },
  423: {
    code: "locked",
    state: "it is locked",
    hint: "Somebody has it open over WebDAV: have it unlocked.",
  },
  507: { code: "no-space", state: "its storage is full", hint: "Free some space there." },
};

const REPLACING = "The user needs the right to delete and to overwrite, too (Delete/Overwrite in " +
  "Artifactory, DELETE among nginx's dav_methods), and the repository must let names be taken " +
  "again (Allow redeploy in Nexus).";

type Reason = Omit<Meaning, "state"> & Partial<Meaning>;

/** What servers put under several statuses, by their own words. */
const REASONS: readonly (readonly [words: RegExp, meaning: Reason])[] = [
  [/quota|disk usage|storage (limit|space)|no space|insufficient storage/i, {
    code: "no-space",
    state: "there is no room for it",
    hint: "Free some space there, or have its limit raised.",
  }],
  [/delet|overwrit|redeploy|updating assets|immutable|already exist/i, {
    code: "forbidden",
    hint: REPLACING,
  }],
  [/content.type/i, {
    code: "target",
    hint: "Switch off strict content type validation in the repository's settings.",
  }],
  [/exclude|pattern/i, {
    code: "forbidden",
    hint: "The repository's patterns keep such names out: have them changed, or give --exclude.",
  }],
];

/** The error for an answer that is none of those that were hoped for. Gives its body up. */
export async function refusal(
  { status, header, words }: Answer,
  { method, doing, place, key }: Request,
  host: AdapterHost,
): Promise<Error> {
  const said = await words();
  const meaning = MEANINGS[status] ?? meaningOf(status, header("location"));
  const isClient = status >= 400 && status < 500 && status !== 401 && status !== 404;
  const [, reason] = (isClient && REASONS.find(([pattern]) => pattern.test(said))) || [];
  const byMethod = method === "DELETE" && [403, 405, 501].includes(status)
    ? { hint: REPLACING }
    : {};
  const { code, state, ...more } = { ...meaning, ...byMethod, ...reason };
  const message = `Cannot ${doing} "${place}": ${state} (${status})${said && `: ${said}`}`;
  return host.error(code, message, { ...more, key });
}

function meaningOf(status: number, location: string | undefined): Meaning {
  const [code, hint] = ["target", "See the server's log."] as const;
  if (isTransientStatus(status) || status === 425) {
    return { code: "unavailable", state: "the server is in trouble", hint, retryable: true };
  }
  if (status < 300 || status > 399) return { code, state: "the server refuses it", hint };
  const to = location === undefined ? "" : `, here to ${shownAddress(location).slice(0, 200)}`;
  const state = "the server redirects it";
  return { code, state, hint: `Give --endpoint so that it is not redirected${to}.` };
}
