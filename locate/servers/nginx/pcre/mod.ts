/** Regular expressions of nginx, which are PCRE's. */
import { compile } from "./compile.ts";
import { leftmost, UndecidedMatch } from "./match.ts";
import { Refused } from "./reader.ts";

export { UndecidedMatch };

export interface Pattern {
  /**
   * What it matches in these bytes; undefined when it does not match. Throws
   * {@linkcode UndecidedMatch}.
   */
  match(bytes: string): Match | undefined;
}

export interface Match {
  /** `$0`, `$1` and so on; a group that took no part is empty. */
  readonly groups: readonly string[];
  readonly named: ReadonlyMap<string, string>;
  /** Whether the groups hold what they would hold in PCRE: not where one is repeated. */
  readonly exact: boolean;
}

/** An expression that is not followed. */
export interface RefusedPattern {
  readonly refused: string;
  /** Whether PCRE refuses it, too. */
  readonly invalid?: true;
}

/** Configurations repeat a few expressions in every server. */
const known = new Map<string, Pattern | RefusedPattern>();

const MAX_KNOWN = 1_000;

/**
 * A pattern that matches what PCRE matches, byte by byte; or why there is none.
 *
 * @param source the expression, as bytes
 * @param caseless whether letters match in either case
 */
export function pcre(source: string, caseless: boolean): Pattern | RefusedPattern {
  const key = `${caseless ? "i" : ""}/${source}`;
  const pattern = known.get(key) ?? patternOf(source, caseless);
  if (known.size < MAX_KNOWN) known.set(key, pattern);
  return pattern;
}

function patternOf(source: string, caseless: boolean): Pattern | RefusedPattern {
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
