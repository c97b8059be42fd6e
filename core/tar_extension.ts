/** The headers that precede an entry's own: pax (`x`, `g`), GNU long names (`L`, `K`). */
import { type PaxOverrides, readPax } from "./pax.ts";
import { decodeName } from "./tar_name.ts";

/** What the headers before an entry's own have said so far. */
export interface Extensions {
  /** For every entry that follows. */
  readonly globals: PaxOverrides;
  /** For the next entry; the globals are in it. */
  readonly pax: PaxOverrides;
  /** The next entry's name, where GNU tar found the header's field too short. */
  readonly longName?: string;
  /** The next entry's link target, likewise. */
  readonly longLink?: string;
  /** Whether anything waits for the next entry. */
  readonly pending: boolean;
}

/** The state at the start of an archive. */
export const NO_EXTENSIONS: Extensions = { globals: {}, pax: {}, pending: false };

/** Whether a header of this type only says something of others. `V` is GNU tar's volume label. */
export function isExtension(typeflag: string): boolean {
  return "xXgLKV".includes(typeflag);
}

/** Adds what one such header says; `X` is what Solaris wrote before POSIX settled on `x`. */
export function extend(known: Extensions, typeflag: string, body: Uint8Array): Extensions {
  switch (typeflag) {
    case "x":
    case "X":
      return { ...known, pax: readPax(body, known.pax), pending: true };
    case "g": {
      const globals = readPax(body, known.globals);
      return { ...known, globals, pax: known.pending ? known.pax : globals };
    }
    case "L":
      return { ...known, longName: terminated(body), pending: true };
    case "K":
      return { ...known, longLink: terminated(body), pending: true };
    default:
      return known;
  }
}

/** What is left of it for the entries after the next one. */
export function afterEntry(known: Extensions): Extensions {
  return known.pending ? { globals: known.globals, pax: known.globals, pending: false } : known;
}

function terminated(body: Uint8Array): string {
  const nul = body.indexOf(0);
  return decodeName(nul === -1 ? body : body.subarray(0, nul));
}
