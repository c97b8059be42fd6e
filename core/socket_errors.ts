/** What the error codes of sockets, name look-ups and TLS mean. */
import { messageOf } from "./errors.ts";

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

/** Those of OpenSSL and Node.js for certificates. */
const CERTIFICATE =
  /^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|ERR_TLS_CERT|HOSTNAME_MISMATCH|INVALID_CA)/;

/** The code of a system's or a library's error, such as `ECONNREFUSED`; empty without one. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** Why there was no connection, or no more; `undefined` when it was something else. */
export function socketState(error: unknown): string | undefined {
  return STATES[codeOf(error)];
}

/** Why a server's certificate is not trusted, and what to do. */
export interface Distrust {
  readonly state: string;
  readonly hint: string;
}

/** What is wrong with a server's certificate; `undefined` when it was something else. */
export function distrust(error: unknown): Distrust | undefined {
  const code = codeOf(error);
  if (!CERTIFICATE.test(code)) return undefined;
  const isOthers = code === "ERR_TLS_CERT_ALTNAME_INVALID" || code === "HOSTNAME_MISMATCH";
  return {
    state: `the server's TLS certificate is not trusted: ${messageOf(error)}`,
    hint: isOthers
      ? "Give an address with a name that the certificate is for."
      : "Give --ca-file with the certificate of the authority that signed it.",
  };
}
