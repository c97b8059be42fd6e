/** A server that is trusted without being checked. */

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
