/** Regular expressions of nginx, which are PCRE's. */
import { matcher, UndecidedMatch } from "./match.ts";
import { NotTranslatable, NotValid } from "./reader.ts";
import { translate } from "./translate.ts";

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
  /**
   * Whether the groups hold what they would hold in PCRE. In a repeated group JavaScript forgets
   * what PCRE keeps.
   */
  readonly exact: boolean;
}

/**
 * Makes a pattern that matches what PCRE matches, byte by byte.
 *
 * @param source the expression, as bytes
 * @param caseless whether letters match in either case
 * @returns or the reason why it cannot be translated faithfully
 */
export function pcre(source: string, caseless: boolean): Pattern | { readonly refused: string } {
  try {
    const { regex, groups, names, exact } = translate(source, caseless);
    const find = matcher(regex);
    return {
      match(bytes) {
        const found = find(bytes);
        if (found === undefined) return undefined;
        const captured = Array.from(
          { length: groups + 1 },
          (_, i) => i === 0 ? found.all : found.groups[`c${i}`] ?? "",
        );
        const named = [...names].map(([name, i]) => [name, captured[i] ?? ""] as const);
        return { groups: captured, named: new Map(named), exact };
      },
    };
  } catch (error) {
    if (error instanceof NotTranslatable) return { refused: error.message };
    if (error instanceof SyntaxError) return { refused: error.message };
    if (error instanceof RangeError) return { refused: "its parentheses are nested too deeply" };
    throw error;
  }
}

/** Why PCRE refuses an expression, too; undefined where it does not, as far as can be told. */
export function invalidPattern(source: string): string | undefined {
  try {
    translate(source, false);
    return undefined;
  } catch (error) {
    if (error instanceof NotValid) return error.message;
    if (error instanceof NotTranslatable || error instanceof RangeError) return undefined;
    throw error;
  }
}
