/** What errors of sockets, name look-ups and TLS mean, and which of them may pass. */
import { errno, meaningOf } from "../util/errno.ts";
import { BinimportError, messageOf } from "../util/errors.ts";
import { retry } from "../util/retry.ts";

/** Those of OpenSSL and Node.js for certificates. */
const CERTIFICATE =
  /^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|ERR_TLS_CERT|HOSTNAME_MISMATCH|INVALID_CA)/;

/** Why there was no connection, or no more; `undefined` when it was something else. */
export function socketState(error: unknown): string | undefined {
  const meaning = meaningOf(errno(error));
  return meaning?.code === "unavailable" ? meaning.text : undefined;
}

/** Why a server's certificate is not trusted, and what to do; `undefined` for any other error. */
export function distrust(error: unknown): { state: string; hint: string } | undefined {
  const code = errno(error) ?? "";
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
  const message = `"${origin}" is not checked to be the server that it says it is`;
  warn("insecure-tls", message, "Give --ca-file instead of --insecure-skip-tls-verify.");
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

/** Whether a status, of a server in trouble or that wants to be left alone, may be another one soon. */
export function isTransientStatus(status: number): boolean {
  return [408, 429, 500, 502, 503, 504].includes(status);
}

export interface Observation {
  /** Whether it may look otherwise soon. */
  readonly transient?: boolean;
}

/** In milliseconds. */
const LEAST_PAUSE = 300;

/** Looks at a URL, and again while that may help and `goOn` is true. */
export async function retryTransient<T extends Observation | undefined>(
  look: () => Promise<T>,
  signal: AbortSignal | undefined,
  goOn: () => boolean = () => true,
): Promise<T> {
  return await retry(look, {
    retries: 2,
    baseDelay: 2 * LEAST_PAUSE,
    retryAfter: () => LEAST_PAUSE,
    worthIt: () => false,
    accept: (seen) => !seen?.transient || !goOn(),
    signal,
  });
}
