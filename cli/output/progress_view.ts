/** Lines at the end of a terminal that change in place. */
import type { ProgressEvent } from "../../core/importer/mod.ts";
import type { TextOutput } from "../context.ts";
import { progressLine, targetLine, type TargetProgress } from "./progress.ts";

/** Draws lines over those it drew before. */
export interface LiveLines {
  /** Shows these lines in place of the former ones, which are to be narrower than the terminal. */
  show(lines: readonly string[]): void;
  /** Takes them away, so that other text can follow. */
  clear(): void;
}

/**
 * Lines at the end of an output. Each line is written over the former one and its rest erased, in one
 * write: erased first, they would flicker.
 */
export function liveLines(output: TextOutput): LiveLines {
  let shown = 0;

  /** To the beginning of the first line shown. */
  function back(): string {
    return shown > 1 ? `\r\x1b[${shown - 1}A` : "\r";
  }

  return {
    show(lines) {
      const text = lines.map((line) => `${line}\x1b[K`).join("\n");
      // With fewer lines than before, what is left below goes too.
      output.write(`${back()}${text}${lines.length < shown ? "\x1b[J" : ""}`);
      shown = lines.length;
    },
    clear() {
      if (shown > 0) output.write(`${back()}\x1b[J`);
      shown = 0;
    },
  };
}

/** Repeats a call between `start` and `stop`. */
export interface Ticker {
  /** Begins; does nothing when that was done. */
  start(): void;
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
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
  };
}

/** Gathers progress; every time is in ms, as `performance.now()` counts. */
export interface ProgressView {
  /** Takes an event. */
  update(event: ProgressEvent, now: number): void;
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
      const started = state?.event.phase === event.phase ? state.started : now;
      state = { event, started };
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
