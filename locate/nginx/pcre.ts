/** Regular expressions of nginx, which are PCRE's, run by JavaScript. */
import { NotTranslatable, translate } from "./pcre_translation.ts";

/** A regular expression. */
export interface Pattern {
  /** What it matches in these bytes; undefined when it does not match. */
  match(bytes: string): Match | undefined;
}

/** What a pattern matched. */
export interface Match {
  /** `$0`, `$1` and so on; a group that took no part is empty. */
  readonly groups: readonly string[];
  /** By name. */
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
    const compiled = new RegExp(regex);
    return {
      match(bytes) {
        const found = compiled.exec(bytes);
        if (found === null) return undefined;
        const captured = Array.from(
          { length: groups + 1 },
          (_, i) => i === 0 ? found[0] : found.groups?.[`c${i}`] ?? "",
        );
        const named = [...names].map(([name, i]) => [name, captured[i] ?? ""] as const);
        return { groups: captured, named: new Map(named), exact };
      },
    };
  } catch (error) {
    if (error instanceof NotTranslatable) return { refused: error.message };
    if (error instanceof SyntaxError) return { refused: "it is no valid expression" };
    throw error;
  }
}
