/** Progress as it is known, for whoever draws it. */
import type { ProgressEvent } from "../../core/events.ts";
import { progressLine, targetLine, type TargetProgress } from "./progress.ts";

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
