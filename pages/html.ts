/** HTML text that is safe by construction: whatever is put into a template is escaped. */

/** Markup. Made by {@linkcode markup} and {@linkcode trusted} only. */
export class Html {
  /** Takes markup as it stands. */
  constructor(private readonly text: string) {}
  /** The markup. */
  toString(): string {
    return this.text;
  }
}

/** What may stand in a template: text and numbers are escaped, `undefined` and `false` are nothing. */
export type Fragment = Html | string | number | false | undefined | readonly Fragment[];

/**
 * Markup with values put in.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { markup } from "./html.ts";
 *
 * equal(markup`<li title="${'"'}">${"<b>"}</li>`.toString(), '<li title="&quot;">&lt;b&gt;</li>');
 * ```
 */
export function markup(strings: TemplateStringsArray, ...values: readonly Fragment[]): Html {
  const parts = strings.map((text, i) => text + markupOf(values[i]));
  return new Html(parts.join(""));
}

/** Markup of our own that is no template: a style sheet, a script. */
export function trusted(markup: string): Html {
  return new Html(markup);
}

function markupOf(value: Fragment): string {
  if (value === undefined || value === false) return "";
  if (value instanceof Html) return value.toString();
  if (typeof value === "object") return value.map(markupOf).join("");
  return escapeText(String(value));
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * Also takes the sight from what could make a name look like another one: control characters and
 * those that turn the direction of writing become visible pictures of themselves.
 */
function escapeText(text: string): string {
  return text.toWellFormed()
    .replace(/[&<>"']/g, (c) => ENTITIES[c] ?? c)
    .replace(/[\x00-\x1f]/g, (c) => String.fromCodePoint(0x2400 + c.charCodeAt(0)))
    .replace(/[\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "\ufffd");
}
