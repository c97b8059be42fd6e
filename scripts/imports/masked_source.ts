/** TypeScript source without what only looks like code. */

/** A source with comments, texts and patterns blanked out, so that it can be searched. */
export interface MaskedSource {
  /** As long as the source, with the same lines; quotes stay where they are. */
  readonly code: string;
  /** What stands between quotes, by the offset of the opening quote. */
  readonly texts: ReadonlyMap<number, string>;
}

const TOKEN =
  /(?<comment>\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(?<text>"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*')|[^"'`/{}]+|[\s\S]/y;

const PATTERN = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;

/** A slash behind one of these begins a pattern; behind anything else it divides. */
const BEFORE_PATTERN =
  /(?:^|[=(,:;!&|?{}[+\-*%<>~^]|\b(?:return|typeof|case|in|of|await|yield))\s*$/;

/** A template up to its end or its next `${`. */
const TEMPLATE = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*(?:`|\$\{)?/y;

/** Blanks out comments, texts, templates (not the code within `${}`) and patterns. */
export function maskSource(source: string): MaskedSource {
  const texts = new Map<number, string>();
  /** How many braces are open in each `${}` that is open, innermost last. */
  const depths: number[] = [];
  let code = "";
  while (code.length < source.length) {
    const { token, kind } = nextToken(source, code);
    if (kind === "text") texts.set(code.length, token.slice(1, -1));
    code += kind === "code" ? token : kind === "text" ? blankText(token) : blank(token);
    const resumed = token === "}" && depths.at(-1) === 0;
    if (resumed) depths.pop();
    if (token === "`" || resumed) {
      const part = match(TEMPLATE, source, code.length);
      code += blank(part);
      if (part.endsWith("${")) depths.push(0);
    } else if (token === "{" || token === "}") {
      const depth = depths.pop();
      if (depth !== undefined) depths.push(depth + (token === "{" ? 1 : -1));
    }
  }
  return { code, texts };
}

interface Token {
  readonly token: string;
  readonly kind: "code" | "comment" | "text" | "pattern";
}

function nextToken(source: string, code: string): Token {
  TOKEN.lastIndex = code.length;
  const found = TOKEN.exec(source);
  const token = found?.[0] ?? "";
  if (found?.groups?.["comment"] !== undefined) return { token, kind: "comment" };
  if (found?.groups?.["text"] !== undefined) return { token, kind: "text" };
  if (token !== "/" || !BEFORE_PATTERN.test(code.slice(-40))) return { token, kind: "code" };
  const pattern = match(PATTERN, source, code.length);
  return pattern === "" ? { token, kind: "code" } : { token: pattern, kind: "pattern" };
}

function match(pattern: RegExp, source: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0] ?? "";
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, " ");
}

function blankText(text: string): string {
  return text.charAt(0) + blank(text.slice(1, -1)) + text.charAt(0);
}
