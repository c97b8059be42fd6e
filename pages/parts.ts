/** Pieces that several pages are made of. */
import { type Fragment, type Html, markup } from "./html.ts";

/** How good or bad something is; told by words and a sign, not by colour alone. */
export type Tone = "good" | "warn" | "bad" | "plain";

const SIGNS: Readonly<Record<Tone, string>> = { good: "✓", warn: "!", bad: "✕", plain: "·" };

/** A short state, such as `✓ verified`. */
export function badge(tone: Tone, text: string): Html {
  const sign = markup`<span aria-hidden="true">${SIGNS[tone]}</span>`;
  return markup`<span class="badge ${tone}">${sign} ${text}</span>`;
}

/** Something to know, and what to do about it. */
export function note(tone: Tone, message: Fragment, hint?: Fragment): Html {
  return markup`<div class="note ${tone}"><p>${message}</p>
${hint !== undefined && markup`<p>${hint}</p>`}</div>
`;
}

/** A time as every operator reads it, in UTC: `2026-11-25 15:04`. */
export function shownTime(time: Date): Html {
  const text = time.toISOString();
  const shown = `${text.slice(0, 10)} ${text.slice(11, 16)}`;
  return markup`<time datetime="${text}" title="${text}">${shown}</time>`;
}
