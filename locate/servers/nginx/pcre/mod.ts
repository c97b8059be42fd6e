/** Regular expressions of nginx, which are PCRE's. */
import { compile } from "./compile.ts";
import { leftmost, UndecidedMatch } from "./match.ts";
import { Refused } from "./reader.ts";

export { UndecidedMatch };

export interface Pattern {
  match(bytes: string): Match | undefined;
}

export interface Match {
  /** `$0`, `$1` and so on; a group that took no part is empty. */
  readonly groups: readonly string[];
  readonly named: ReadonlyMap<string, string>;
  /** Whether the groups hold what they would hold in PCRE: not where one is repeated. */
  readonly exact: boolean;
}

/** `invalid`: PCRE refuses it, too. */
type PatternOrNone = Pattern | { readonly refused: string; readonly invalid?: true };

/** Configurations repeat a few expressions in every server. */
const known = new Map<string, PatternOrNone>();

const MAX_KNOWN = 1_000;

/** A pattern that matches what PCRE matches, byte by byte; or why there is none. */
export function pcre(source: string, caseless: boolean): PatternOrNone {
  const key = `${caseless ? "i" : ""}/${source}`;
  const pattern = known.get(key) ?? patternOf(source, caseless);
  if (known.size < MAX_KNOWN) known.set(key, pattern);
  return pattern;
}

function patternOf(source: string, caseless: boolean): PatternOrNone {
  try {
    const program = compile(source, caseless);
    return {
      match(bytes) {
        const groups = leftmost(program, bytes);
        if (groups === undefined) return undefined;
        const named = [...program.names].map(([name, i]) => [name, groups[i] ?? ""] as const);
        return { groups, named: new Map(named), exact: program.exact };
      },
    };
  } catch (error) {
    if (error instanceof RangeError) return { refused: "its parentheses are nested too deeply" };
    if (!(error instanceof Refused)) throw error;
    return { refused: error.message, ...(error.isInvalid ? { invalid: true } : {}) };
  }
}
