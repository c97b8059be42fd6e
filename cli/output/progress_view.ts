/** Lines at the end of a terminal that change in place. */
import type { ProgressEvent } from "../../core/importer/mod.ts";
import type { TextOutput } from "../context.ts";
import { progressLine, targetLine, type TargetProgress } from "./progress.ts";

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

  /** To the beginning of the first line shown. */
  function back(rows: number): string {
    return rows > 1 ? `\r\x1b[${rows - 1}A` : "\r";
  }

  /** All lines are of ASCII. */
  function rowsOf(columns: number): number {
    return shown.reduce((rows, { length }) => rows + Math.max(1, Math.ceil(length / columns)), 0);
  }

  return {
    show(lines, columns) {
      const rows = rowsOf(columns);
      const text = lines.map((line) => `${line}\x1b[K`).join("\n");
      // With fewer rows than before, what is left below goes too.
      output.write(`${back(rows)}${text}${lines.length < rows ? "\x1b[J" : ""}`);
      shown = lines;
    },
    clear(columns) {
      if (shown.length > 0) output.write(`${back(rowsOf(columns))}\x1b[J`);
      shown = [];
    },
  };
}

/** Repeats a call between `start` and `stop`. */
export interface Ticker {
  /** Begins; does nothing when that was done. */
  start(): void;
  /** Whether it was started and not stopped. */
  isRunning(): boolean;
  /** Ends, and can be started again. */
  stop(): void;
}

/** A ticker that keeps no process alive. */
export function ticker(tick: () => void, intervalMs: number): Ticker {
  let timer: ReturnType<typeof setInterval> | undefined;
  return {
    start() {
      if (timer !== undefined) return;
      timer = setInterval(tick, intervalMs);
      Deno.unrefTimer(timer);
    },
    isRunning: () => timer !== undefined,
    stop() {
      clearInterval(timer);
      timer = undefined;
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

  function mainLine(columns: number, now: number): string[] {
    if (state === undefined) return [];
    const { event, started } = state;
    const current = event.current ?? lastKey;
    const facts = { ...event, elapsed: (now - started) / 1000 };
    return [progressLine(current === undefined ? facts : { ...facts, current }, columns)];
  }

  function targetLines(columns: number, now: number): string[] {
    if (targets.size < 2 || state?.event.phase === "verifying") return [];
    return [...targets].slice(0, MAX_TARGETS).map(([target, { started, bytes, current }]) => {
      const facts: TargetProgress = { target, bytes, current, elapsed: (now - started) / 1000 };
      return targetLine(facts, columns);
    });
  }

  return {
    update(event, now) {
      const isNew = state?.event.phase !== event.phase;
      state = { event, started: isNew ? now : state?.started ?? now };
      return isNew;
    },
    wrote(target, key, bytes, now) {
      const known = targets.get(target);
      if (known === undefined) targets.set(target, { started: now, bytes, current: key });
      else {
        known.bytes += bytes;
        known.current = key;
      }
      lastKey = key;
    },
    lines: (columns, now) => [...mainLine(columns, now), ...targetLines(columns, now)],
  };
}
