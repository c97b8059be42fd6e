/** What a server's answer, or its silence, means to an import. */
import type { IncomingMessage } from "node:http";
import type { AdapterHost } from "../../core/storage/mod.ts";
import { shownAddress } from "../../core/util/address.ts";

/** What a request was for. */
export interface About {
  /** With the preposition that the address needs, such as `store "a/b" at`. */
  readonly doing: string;
  readonly place: string;
  /** The key, if it is about one. */
  readonly key?: string;
}

type Code = Parameters<AdapterHost["error"]>[0];

interface Meaning {
  readonly code: Code;
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
  411: {
    code: "unsupported",
    state: "a proxy in front of the server dropped Content-Length",
    hint: "Name the server itself as --endpoint.",
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

/** A server in trouble, which may pass. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** The error for an answer that is none of those that were hoped for. */
export function refusal({ status, header }: Answer, about: About, host: AdapterHost): Error {
  const meaning = MEANINGS[status] ?? meaningOf(status, header("location"));
  const { code, state, hint, retryable = false } = meaning;
  return host.error(code, `Cannot ${about.doing} "${about.place}": ${state} (${status})`, {
    hint,
    retryable,
    ...(about.key !== undefined && { key: about.key }),
  });
}

function meaningOf(status: number, location: string | undefined): Meaning {
  if (PASSING.has(status)) {
    const hint = "See the server's log.";
    return { code: "unavailable", state: "the server is in trouble", hint, retryable: true };
  }
  if (status >= 300 && status < 400) {
    const hint = location === undefined
      ? "Give the address that it redirects to."
      : `Give --endpoint so that it is not redirected, here to ${
        shownAddress(location).slice(0, 200)
      }.`;
    return { code: "target", state: "the server redirects it", hint };
  }
  return { code: "target", state: "the server refuses it", hint: "See the server's log." };
}

const STATES: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection was cut",
  EPIPE: "the connection was cut",
  ETIMEDOUT: "the connection timed out",
  ENOTFOUND: "no host of that name is known",
  EAI_AGAIN: "the host's name cannot be looked up at the moment",
  EHOSTUNREACH: "there is no route to the host",
  ENETUNREACH: "there is no route to the network",
};

const CERTIFICATE =
  /^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|ERR_TLS_CERT|HOSTNAME_MISMATCH|INVALID_CA)/;

/** The error for a request that got no answer. */
export function failure(cause: unknown, about: About, host: AdapterHost): Error {
  const name = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const text = cause instanceof Error ? cause.message : String(cause);
  const isTrust = CERTIFICATE.test(name);
  const state = isTrust ? `its TLS certificate is not trusted: ${text}` : STATES[name] ?? text;
  return host.error("unavailable", `Cannot ${about.doing} "${about.place}": ${state}`, {
    retryable: !isTrust,
    hint: isTrust
      ? "Give --ca-file with the certificate of the authority that signed it."
      : "Check that the server runs, and that this is its address.",
    cause,
    ...(about.key !== undefined && { key: about.key }),
  });
}

export interface Answer {
  readonly status: number;
  /** A header's value by its lower-case name. */
  header(name: string): string | undefined;
  /** The body; to be read, or to be given up by `skip`. */
  readonly body: IncomingMessage;
  /** Gives the body up; a short one is read, so that the connection can be used again. */
  skip(): void;
}
