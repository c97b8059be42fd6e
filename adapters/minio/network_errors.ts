/** What the error codes of sockets, name look-ups and TLS mean to an import. */
import { messageOf } from "../../core/errors.ts";
import type { Explanation } from "./errors.ts";
import { SilenceError } from "./watch.ts";

const UP = "Check that the server runs, and that this is its host and port.";

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

/**
 * What stopped a request before its answer was complete; `undefined` when it was something else.
 * `place` is the target's name.
 */
export function explainNetworkError(error: unknown, place: string): Explanation | undefined {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const state = error instanceof SilenceError ? error.message : STATES[code];
  if (state !== undefined) return { code: "unavailable", state, hint: UP, retryable: true };
  if (CERTIFICATE.test(code)) return distrusted(error, code);
  if (code === "ERR_SSL_WRONG_VERSION_NUMBER") {
    return {
      code: "unavailable",
      state: "the server does not speak TLS on this port",
      hint: `Write "${place.replace(/^https:/, "http:")}".`,
    };
  }
  if (code.startsWith("HPE_")) {
    return { code: "target", state: "the answer is not HTTP", hint: UP };
  }
  return undefined;
}

function distrusted(error: unknown, code: string): Explanation {
  const wrongName = code === "ERR_TLS_CERT_ALTNAME_INVALID" || code === "HOSTNAME_MISMATCH";
  return {
    code: "unavailable",
    state: `the server's TLS certificate is not trusted: ${messageOf(error)}`,
    hint: wrongName
      ? "Give --endpoint with a name that the certificate is for."
      : "Give --ca-file with the certificate of the authority that signed it.",
  };
}
