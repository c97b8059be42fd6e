/** Finds things in parsed YAML, and where they stand in its text. */
import { isNode, isScalar, type Pair, Scalar, type YAMLMap } from "yaml";

/** Offsets into text; `end` is behind the last character. */
type Span = { readonly start: number; readonly end: number };

/** The pair of that key in a mapping itself, not in what it merges. */
export function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && pair.key.value === key);
}

/** Whether a key is `<<`; the library gives it a symbol as its value. */
export function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.source === "<<" && key.type === Scalar.PLAIN;
}

/** Whether a value says nothing: absent, empty, `~` or `null`. */
export function isNull(node: unknown): boolean {
  return node === undefined || node === null || isScalar(node) && node.value === null;
}

/** Where a key stands. */
export function keySpan({ key }: Pair): Span {
  const range = isNode(key) ? key.range : undefined;
  return { start: range?.[0] ?? 0, end: range?.[1] ?? 0 };
}

/** Where a value stands; undefined when nothing is written. */
export function valueSpan({ value }: Pair): Span | undefined {
  if (!isNode(value) || value.srcToken === undefined || !value.range) return undefined;
  const [start, end] = value.range;
  return end > start ? { start, end } : undefined;
}

/** Where the last of a pair ends: its value, else its colon, else its key. */
export function pairEnd(pair: Pair): number {
  return valueSpan(pair)?.end ?? colonEnd(pair) ?? keySpan(pair).end;
}

/** The offset behind a pair's colon; undefined when it has none, as in `{a, b}`. */
export function colonEnd({ srcToken }: Pair): number | undefined {
  const colon = srcToken?.sep?.find(({ type }) => type === "map-value-ind");
  return colon === undefined ? undefined : colon.offset + colon.source.length;
}

/** How a scalar is written. */
export type ScalarStyle = "plain" | "single" | "double";

/** Where it stands: on a line of its key, within brackets, or in a file that is JSON as well. */
export type ScalarPlace = "block" | "flow" | "json";

/** The scalar for a text of one line, in the preferred style if that can hold it. */
export function renderScalar(text: string, preferred: ScalarStyle, place: ScalarPlace): string {
  if (place === "json") return doubleQuoted(text);
  if (preferred === "plain" && isPlain(text, place)) return text;
  const single = preferred === "single" && !UNPRINTABLE.test(text);
  return single ? `'${text.replaceAll("'", "''")}'` : doubleQuoted(text);
}

/**
 * Whether every reader of YAML 1.1 and 1.2 takes the text, without quotes, for just this text; in
 * doubt it does not, since quotes do no harm. Within brackets, older versions of libyaml refuse a colon.
 */
export function isPlain(text: string, place: ScalarPlace): boolean {
  if (place === "flow" && text.includes(":")) return false;
  return PLAIN.test(text) && !looksTyped(text);
}

/** Whether a reader could take text without quotes for a boolean, a null, a number or a date. */
export function looksTyped(text: string): boolean {
  return WORDS.test(text) || NUMERIC.test(text);
}

/** No space, and no sign that could begin or end something. */
const PLAIN = /^[A-Za-z0-9_/$](?:[\w./:@%+=~$!*&;()^|<>-]*[\w./@%+=~$!*&;()^|<>-])?$/;

/** Booleans and nulls of YAML 1.1, of the core schema, and of readers that know more of them. */
const WORDS =
  /^(?:y|yes|n|no|t|true|f|false|on|off|~|null|nil|none|undefined|[-+]?\.?(?:nan|inf|infinity))$/i;

/** Numbers in any base, with `_` or an exponent, base 60 (`1:30`), dates, times; `e5` too. */
const NUMERIC = /^[-+._e]*\d[\da-fxo_.:+\-tz ]*$/i;

/** Not printable by YAML 1.2 (5.1), a line end of YAML 1.1, a byte order mark, or a tab. */
const UNPRINTABLE =
  /[^\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]|[\u2028\u2029\ufeff]/u;

/** As JSON.stringify writes it, but for what YAML does not take as it is. */
function doubleQuoted(text: string): string {
  const escaped = text.replaceAll(/["\\]/g, "\\$&").replaceAll(
    new RegExp(UNPRINTABLE, "gu"),
    (one) => one === "\t" ? "\\t" : `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `"${escaped}"`;
}
