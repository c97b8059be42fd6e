/** A whole page: one file, nothing loaded from anywhere. */
import { createHash } from "node:crypto";
import { STYLE } from "./style.ts";

/** A box that is put on a shelf; without it browsers ask the server for one. */
const ICON = "data:image/svg+xml," + encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="M8 1v6m-3-3 3 3 3-3M2 8v6h12V8" fill="none" stroke="#0b8a91" stroke-width="2"/></svg>',
);

/** A page and the policy that it is to be sent with. */
export interface Page {
  readonly markup: string;
  /** For the header `Content-Security-Policy`; the page also says it itself. */
  readonly policy: string;
}

/**
 * Makes a page, which must be of use without its `script`. Its policy names that and the one style
 * sheet by their digests, so that nothing that got into it can run or be fetched.
 */
export function page({ title, body, script, lang }: {
  readonly title: Fragment;
  /** As HTML names languages. */
  readonly lang: string;
  readonly body: Html;
  readonly script?: string;
}): Page {
  const rules = [
    "default-src 'none'",
    `style-src ${digest(STYLE)}`,
    "img-src data:",
    ...(script === undefined ? [] : [`script-src ${digest(script)}`, "connect-src 'self'"]),
    "form-action 'self'",
    "base-uri 'none'",
  ];
  const text = markup`<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(rules.join("; "))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<link rel="icon" href="${trusted(ICON)}">
<style>${trusted(STYLE)}</style>
</head>
<body>
${body}
${script !== undefined && markup`<script>${trusted(script)}</script>`}
</body>
</html>
`;
  // Browsers heed this one only in a header.
  return { markup: text.toString(), policy: [...rules, "frame-ancestors 'none'"].join("; ") };
}

function digest(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

/** Markup. Made by {@linkcode markup} and {@linkcode trusted} only. */
export class Html {
  /** Takes markup as it stands. */
  constructor(private readonly text: string) {}
  toString(): string {
    return this.text;
  }
}

/** What may stand in a template: text and numbers are escaped, `undefined` and `false` are nothing. */
export type Fragment = Html | string | number | false | undefined | readonly Fragment[];

/** Markup with values put in: `<b>` becomes `&lt;b&gt;` there. */
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

/** What could make a name look like another one, such as turning the writing round, is made visible. */
function escapeText(text: string): string {
  return text.toWellFormed()
    .replace(/[&<>"']/g, (c) => ENTITIES[c] ?? c)
    .replace(/[\x00-\x1f]/g, (c) => String.fromCodePoint(0x2400 + c.charCodeAt(0)))
    .replace(/[\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "\ufffd");
}
