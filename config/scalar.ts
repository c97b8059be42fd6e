/** Writes text as a YAML scalar that every reader takes for that text. */

/** How a scalar is written. */
export type ScalarStyle = "plain" | "single" | "double";

/** Where it stands: on a line of its key, within brackets, or in a file that is JSON as well. */
export type ScalarPlace = "block" | "flow" | "json";

/**
 * The scalar for a text of one line, in the preferred style if that can hold it.
 *
 * @example
 * ```ts
 * renderScalar("rootuser", "plain", "block"); // rootuser
 * renderScalar("0755", "plain", "block"); // "0755"
 * ```
 */
export function renderScalar(text: string, preferred: ScalarStyle, place: ScalarPlace): string {
  if (place === "json") return doubleQuoted(text);
  if (preferred === "plain" && isPlain(text, place)) return text;
  const single = preferred === "single" && !UNPRINTABLE.test(text);
  return single ? `'${text.replaceAll("'", "''")}'` : doubleQuoted(text);
}

/**
 * Whether every reader of YAML 1.1 and 1.2 takes the text, without quotes, for just this text. It
 * says no to more than the specifications do: quotes do no harm. Within brackets, readers built on
 * older versions of libyaml refuse a colon.
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

/**
 * What cannot be written as it is: what YAML 1.2 does not call printable (5.1), line ends of YAML
 * 1.1 and the byte order mark. Tabs can, but nobody sees them.
 */
const UNPRINTABLE =
  /[^\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]|[\u2028\u2029\ufeff]/u;

/** As JSON.stringify writes it, but for what YAML does not take as it is. */
function doubleQuoted(text: string): string {
  const all = new RegExp(UNPRINTABLE, "gu");
  const escaped = text.replaceAll(/["\\]/g, "\\$&").replaceAll(all, escape);
  return `"${escaped}"`;
}

function escape(character: string): string {
  if (character === "\t") return "\\t";
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
