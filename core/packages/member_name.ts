/** Names inside archives: bytes that must be UTF-8. */
import { BinimportError } from "../util/errors.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const QUOTED_MAX = 200;

/**
 * The bytes of a name as text. Throws code `package-hostile` where they are not UTF-8: an object
 * key and a URL must be, and any replacement could make two names one.
 */
export function decodeName(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    const shown = quoteName(new TextDecoder().decode(bytes));
    throw new BinimportError("package-hostile", `the name ${shown} in it is not valid UTF-8`, {
      hint: "Rename that file to UTF-8 and make the archive again.",
      cause,
    });
  }
}

/** A name fit to print in an error: in quotes, control characters escaped, not too long. */
export function quoteName(name: string): string {
  return JSON.stringify(name.length > QUOTED_MAX ? `${name.slice(0, QUOTED_MAX)}…` : name);
}
