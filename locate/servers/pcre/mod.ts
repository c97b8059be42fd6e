/** Regular expressions of servers: nginx, Apache httpd and lighttpd have PCRE's, Caddy RE2's. */
import { toText } from "../../bytes.ts";
import { type Place, placeText } from "../../config_text.ts";
import { NoAnswer } from "../../result.ts";
import { GIVE_ROOT } from "../server.ts";
import { compile } from "./compile.ts";
import { leftmost, type Match, UndecidedMatch } from "./match.ts";
import { Refused } from "./reader.ts";

export { type Match, UndecidedMatch };

/** `invalid`: PCRE refuses it, too. */
type Pattern =
  | { match(bytes: string): Match | undefined }
  | { readonly refused: string; readonly invalid?: true };

/** Configurations repeat a few expressions in every server. */
const known = new Map<string, Pattern>();

const MAX_KNOWN = 1_000;

/** A pattern that matches what PCRE matches, byte by byte; or why there is none. */
export function pcre(source: string, caseless: boolean): Pattern {
  const key = `${caseless ? "i" : ""}/${source}`;
  const pattern = known.get(key) ?? patternOf(source, caseless);
  if (known.size < MAX_KNOWN) known.set(key, pattern);
  return pattern;
}

function patternOf(source: string, caseless: boolean): Pattern {
  try {
    const program = compile(source, caseless);
    return { match: (bytes) => leftmost(program, bytes) };
  } catch (error) {
    if (error instanceof RangeError) return { refused: "its parentheses are nested too deeply" };
    if (!(error instanceof Refused)) throw error;
    return { refused: error.message, ...(error.isInvalid ? { invalid: true } : {}) };
  }
}

/** What an expression matches, in bytes. Throws {@linkcode NoAnswer} where that cannot be decided. */
export function matchOf(
  source: string,
  subject: string,
  place: Place,
  caseless = false,
): Match | undefined {
  try {
    const pattern = pcre(source, caseless);
    if ("refused" in pattern) throw new UndecidedMatch(pattern.refused);
    return pattern.match(subject);
  } catch (error) {
    if (!(error instanceof UndecidedMatch)) throw error;
    const what = `whether "~ ${toText(source)}" at ${placeText(place)} matches`;
    throw new NoAnswer("unclear", `${what} cannot be decided: ${error.message}`, GIVE_ROOT);
  }
}
