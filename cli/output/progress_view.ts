/** Lines at the end of a terminal that change in place, and what they show. */
import type { ProgressEvent } from "../../core/importer/mod.ts";
import type { TextOutput } from "../context.ts";
import { progressLine, targetLine } from "./progress.ts";

/** Draws lines over those it drew before; `columns` is how wide the terminal is now. */
export interface LiveLines {
  /** Shows these lines in place of the former ones, which are to be narrower than the terminal. */
  show(lines: readonly string[], columns: number): void;
  /** Takes them away, so that other text can follow. */
  clear(columns: number): void;
}

/**
 * Lines at the end of an output. Each line is written over the former one and its rest erased, in one
 * write: erased first, they would flicker. A terminal that has become narrower has wrapped the former
 * ones: they take more rows then.
 */
export function liveLines(output: TextOutput): LiveLines {
  let shown: readonly string[] = [];
  const toFirst = (rows: number) => rows > 1 ? `\r\x1b[${rows - 1}A` : "\r";
  // All lines are of ASCII.
  const rowsIn = (columns: number) =>
    shown.reduce((rows, { length }) => rows + Math.max(1, Math.ceil(length / columns)), 0);
  return {
    show(lines, columns) {
      const rows = rowsIn(columns);
      const text = lines.map((line) => `${line}\x1b[K`).join("\n");
      // With fewer rows than before, what is left below goes too.
      output.write(`${toFirst(rows)}${text}${lines.length < rows ? "\x1b[J" : ""}`);
      shown = lines;
    },
    clear(columns) {
      if (shown.length > 0) output.write(`${toFirst(rowsIn(columns))}\x1b[J`);
      shown = [];
    },
  };
}

/** Gathers progress; every time is in ms, as `performance.now()` counts. */
export interface ProgressView {
  /** Takes an event; tells whether a phase begins with it. */
  update(event: ProgressEvent, now: number): boolean;
  /** Takes bytes of a file that went into a target. */
  wrote(target: string, key: string, bytes: number, now: number): void;
  /** The lines to show: one for all, and one for each target where there are several. */
  lines(columns: number, now: number): string[];
}

/** More targets than this would fill the terminal. */
const MAX_TARGETS = 8;

/** A view that knows nothing yet. */
export function progressView(): ProgressView {
  const targets = new Map<string, { readonly started: number; bytes: number; current: string }>();
  let state: { readonly event: ProgressEvent; readonly started: number } | undefined;
  let lastKey: string | undefined;
  const since = (started: number, now: number) => (now - started) / 1000;

  function targetLines(columns: number, now: number): string[] {
    if (targets.size < 2 || state?.event.phase === "verifying") return [];
    return [...targets].slice(0, MAX_TARGETS).map(([target, { started, bytes, current }]) =>
      targetLine({ target, bytes, current, elapsed: since(started, now) }, columns)
    );
  }

  return {
    update(event, now) {
      const isNew = state?.event.phase !== event.phase;
      state = { event, started: isNew ? now : state?.started ?? now };
      return isNew;
    },
    wrote(target, key, bytes, now) {
      const known = targets.getOrInsert(target, { started: now, bytes: 0, current: key });
      known.bytes += bytes;
      known.current = key;
      lastKey = key;
    },
    lines(columns, now) {
      if (state === undefined) return targetLines(columns, now);
      const { event, started } = state;
      const current = event.current ?? lastKey;
      const facts = { ...event, elapsed: since(started, now), ...(current && { current }) };
      return [progressLine(facts, columns), ...targetLines(columns, now)];
    },
  };
}
