/** What bytes inside archives mean: names, which must be UTF-8, and numbers. */
import { BinimportError } from "../util/errors.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const QUOTED_MAX = 200;

/** A name as text; `fault` is why it must not be used for anything but to leave the entry out. */
export interface DecodedName {
  readonly text: string;
  readonly fault?: BinimportError;
}

/** One that is not UTF-8 has a fault: keys are UTF-8, and replacements could make two names one. */
export function decodeName(bytes: Uint8Array): DecodedName {
  try {
    return { text: decoder.decode(bytes) };
  } catch (cause) {
    const text = new TextDecoder().decode(bytes);
    const state = `the name ${quoteName(text)} in it is not valid UTF-8`;
    const hint = "Leave it out with --exclude, or rename it to UTF-8 and make the archive again.";
    return { text, fault: new BinimportError("package-hostile", state, { hint, cause }) };
  }
}

/** A name fit to print in an error: in quotes, control characters escaped, not too long. */
export function quoteName(name: string): string {
  return JSON.stringify(name.length > QUOTED_MAX ? `${name.slice(0, QUOTED_MAX)}…` : name);
}

/** Bytes as the characters of their numbers: not by a TextDecoder, whose latin1 is windows-1252. */
export function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** The number that the bytes are, the lowest one first. */
export function littleEndian(bytes: Uint8Array): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
}
