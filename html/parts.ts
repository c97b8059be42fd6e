/** What all our pages show alike: states, notes, digests, times, and tables whose rows become cards. */
import { formatNumber } from "../core/util/units.ts";
import { type Fragment, type Html, markup } from "./document.ts";
import { said } from "./words.ts";

/** How good or bad something is; told by words and a sign, not by colour alone. */
type Tone = "good" | "warn" | "bad" | "plain";

const SIGNS: Readonly<Record<Tone, string>> = { good: "✓", warn: "!", bad: "✕", plain: "·" };

/** A short state, such as `✓ verified`. */
export function badge(tone: Tone, text: Fragment): Html {
  const sign = markup`<span aria-hidden="true">${SIGNS[tone]}</span>`;
  return markup`<span class="badge ${tone}">${sign} ${text}</span>`;
}

/** What can be said of a file, worst first, and how it is shown. */
const STATES = {
  missing: ["bad", "missing"],
  different: ["bad", "differs"],
  unreadable: ["bad", "unreadable"],
  undecided: ["warn", "undecided"],
  checking: ["plain", "checking"],
  written: ["good", "written"],
  "would-write": ["warn", "to be written"],
  unchanged: ["good", "unchanged"],
  present: ["good", "present"],
  verified: ["good", "verified"],
  ok: ["good", "verified"],
  extra: ["plain", "extra"],
  unrecorded: ["plain", "not imported"],
} as const satisfies Readonly<Record<string, readonly [Tone, string]>>;

export type State = keyof typeof STATES;

/** Whether somebody must do something about a file in this state. */
export function isProblem(state: State): boolean {
  return STATES[state][0] === "bad";
}

/** The state of one file. */
export function stateBadge(state: State): Html {
  const [tone, text] = STATES[state];
  return badge(tone, said(text));
}

/** How many files are in which state. */
export type StateCounts = ReadonlyMap<State, number>;

/** Counts them. */
export function countStates(states: Iterable<State>): StateCounts {
  const counts = new Map<State, number>();
  for (const state of states) counts.set(state, (counts.get(state) ?? 0) + 1);
  return counts;
}

/** How many files are in which state, worst first. */
export function stateBadges(counts: StateCounts): Html[] {
  return (Object.keys(STATES) as State[]).flatMap((state) => {
    const count = counts.get(state);
    const [tone, text] = STATES[state];
    return count === undefined ? [] : [badge(tone, markup`${formatNumber(count)} ${said(text)}`)];
  });
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

/** A SHA-256: cut to the width of its column, whole for who points at it or copies it. */
export function shownDigest(sha256: string | undefined): Fragment {
  return sha256 === undefined ? "–" : markup`<code class="sum" title="${sha256}">${sha256}</code>`;
}

/** The class of a cell, and what it shows. */
type Cell = readonly [style: "" | "num" | "date" | "path" | "path mono" | "acts", Fragment];

/**
 * A table whose rows become cards on a phone. Roles are written out, since browsers forget those of
 * a table that is laid out otherwise. `label` names it for those who cannot see it.
 */
export function cardTable(label: Fragment, head: readonly Cell[], rows: readonly Html[]): Html {
  const columns = head.map(([style, title]) =>
    markup`<th role="columnheader"${style !== "" && markup` class="${style}"`}>${title}</th>\n`
  );
  return markup`<table class="cards" role="table" aria-label="${label}">
${columns.length > 0 && markup`<thead role="rowgroup"><tr role="row">\n${columns}</tr></thead>`}
<tbody role="rowgroup">${rows}</tbody>
</table>`;
}

/** A row of a table of cards. One where all is `well` is not printed. */
export function cardRow(cells: readonly Cell[], well = false): Html {
  const shown = cells.map(([style, content]) =>
    markup`<td role="cell"${style !== "" && markup` class="${style}"`}>${content}</td>\n`
  );
  return markup`<tr role="row"${well && markup` class="well"`}>${shown}</tr>\n`;
}
