/** What the error codes of sockets, name look-ups and TLS mean. */
import { BinimportError, messageOf } from "../util/errors.ts";

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

/** Warns that a server's certificate is not looked at; in the same words wherever it is met. */
export function warnInsecure(
  origin: string,
  warn: (code: string, message: string, hint?: string) => void,
): void {
  warn(
    "insecure-tls",
    `"${origin}" is not checked to be the server that it says it is`,
    "Give --ca-file instead of --insecure-skip-tls-verify.",
  );
}

let missing = false;

/** To be called by whoever found out that the first TLS connection would end this process. */
export function forbidTls(): void {
  missing = true;
}

/** Throws code `unsupported` where TLS cannot be spoken. */
export function requireTls(address: string): void {
  if (!missing) return;
  throw new BinimportError("unsupported", `Cannot use "${address}": TLS does not work here`, {
    hint: "This kernel has no getrandom: Linux 3.17 has it, and that of RHEL or CentOS 7.4.",
  });
}
