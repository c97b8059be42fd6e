/** A whole page: one file, nothing loaded from anywhere. */
import { createHash } from "node:crypto";
import { type Html, markup, trusted } from "./html.ts";
import { STYLE } from "./style.ts";

/** A box that is put on a shelf; without it browsers ask the server for one. */
const ICON = "data:image/svg+xml," + encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="M8 1v6m-3-3 3 3 3-3M2 8v6h12V8" fill="none" stroke="#0b8a91" stroke-width="2"/></svg>',
);

/** What a page is made of. */
export interface PageParts {
  /** For the window and for bookmarks. */
  readonly title: string;
  /** What is in the body. */
  readonly body: Html;
  /** A script of our own; the page must be of use without it. */
  readonly script?: string;
}

/** A page and the policy that it is to be sent with. */
export interface Page {
  readonly markup: string;
  /** For the header `Content-Security-Policy`; the page also says it itself. */
  readonly policy: string;
}

/**
 * Makes a page. Its policy names the one style sheet and the one script by their digests, so that
 * nothing that got into it can run or be fetched.
 */
export function page({ title, body, script }: PageParts): Page {
  const rules = [
    "default-src 'none'",
    `style-src ${digest(STYLE)}`,
    "img-src data:",
    ...(script === undefined ? [] : [`script-src ${digest(script)}`, "connect-src 'self'"]),
    "form-action 'self'",
    "base-uri 'none'",
  ];
  const text = markup`<!doctype html>
<html lang="en">
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
