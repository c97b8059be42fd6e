/** Patterns with `*` and `?` of others: bucket policies, file names, server names. */

/** What one place of a pattern takes; `many`: any number of characters. */
type Token = "many" | ((char: string) => boolean);

interface WildcardOptions {
  /** A character that no wildcard takes, such as `/`. */
  readonly stop?: string;
  /** Whether `[a-z]`, `[!a-z]` and `\x` mean what they mean to glob(3). Default: false. */
  readonly classes?: boolean;
}

/**
 * Makes a function that tells whether a pattern takes the whole of a text, in the time of the
 * pattern's length times the text's at most: of all asterisks only the last one is ever tried again.
 */
export function wildcard(
  pattern: string,
  { stop, classes = false }: WildcardOptions = {},
): (text: string) => boolean {
  const syntax = classes ? /\[[!^]?\]?[^\]]*\]|\\?[^]/gu : /[^]/gu;
  const tokens = Array.from(pattern.matchAll(syntax), ([piece]): Token => {
    if (piece === "*") return "many";
    if (piece === "?") return (char) => char !== stop;
    if (piece.length > 2 && piece.startsWith("[")) return classOf(piece);
    const literal = classes ? piece.replace(/^\\(?=.)/s, "") : piece;
    return (char) => char === literal;
  });
  return (text) => takesAll(tokens, Array.from(text), stop);
}

/** Members and ranges; a range such as `z-a` holds nothing. */
function classOf(piece: string): (char: string) => boolean {
  const [, not, members = ""] = /^\[([!^]?)(.*)\]$/s.exec(piece) ?? [];
  const ranges = [...members.matchAll(/([^])-([^])|([^])/gu)]
    .map(([, from, to, one = ""]) => [from ?? one, to ?? one] as const);
  return (char) => ranges.some(([from, to]) => from <= char && char <= to) !== (not !== "");
}

function takesAll(tokens: readonly Token[], text: readonly string[], stop?: string): boolean {
  let at = 0;
  let position = 0;
  let star: { readonly at: number; position: number } | undefined;
  while (position < text.length) {
    const token = tokens[at];
    const char = text[position] ?? "";
    if (token === "many") {
      star = { at: ++at, position };
    } else if (token?.(char)) {
      at++;
      position++;
    } else if (star !== undefined && text[star.position] !== stop) {
      at = star.at; // the last asterisk takes one more
      position = ++star.position;
    } else return false;
  }
  return tokens.slice(at).every((token) => token === "many");
}
