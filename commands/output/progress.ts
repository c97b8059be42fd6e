/** The progress line: a pure function of what is known. */
import type { ProgressEvent } from "../../core/events.ts";
import { formatBytes, formatSeconds } from "../../core/format.ts";
import { printable } from "./printable.ts";

/** What the line shows. */
export interface ProgressState {
  readonly phase: ProgressEvent["phase"];
  readonly done: number;
  readonly total?: number;
  readonly current?: string;
  /** Seconds since this phase began. */
  readonly elapsed: number;
}

const LABELS: Readonly<Record<ProgressEvent["phase"], string>> = {
  reading: "Importing",
  publishing: "Publishing",
  verifying: "Verifying",
};

const BAR_WIDTH = 24;

/**
 * One line of at most `columns` characters, all ASCII so that it shows on any terminal.
 *
 * @example
 * ```
 * Importing [############------------]  50%  138 MB of 275 MB  210 MB/s  0.7 s left
 * ```
 */
export function progressLine(state: ProgressState, columns: number): string {
  const parts = [LABELS[state.phase], bar(state), percent(state), amount(state), rate(state)];
  const optional = [remaining(state), printable(state.current ?? "")];
  let line = parts.filter((part) => part !== "").join("  ");
  for (const part of optional) {
    if (part !== undefined && part !== "" && line.length + 2 + part.length <= columns) {
      line += `  ${part}`;
    }
  }
  return line.slice(0, columns);
}

function bar({ done, total }: ProgressState): string {
  if (total === undefined || total === 0) return "";
  const filled = Math.min(BAR_WIDTH, Math.floor((done / total) * BAR_WIDTH));
  return `[${"#".repeat(filled)}${"-".repeat(BAR_WIDTH - filled)}]`;
}

function percent({ done, total }: ProgressState): string {
  if (total === undefined || total === 0) return "";
  return `${Math.min(100, Math.floor((done / total) * 100))}%`.padStart(4);
}

function amount({ phase, done, total }: ProgressState): string {
  const show = phase === "reading" ? formatBytes : String;
  const noun = phase === "reading" ? "" : " files";
  return total === undefined ? `${show(done)}${noun}` : `${show(done)} of ${show(total)}${noun}`;
}

function rate({ phase, done, elapsed }: ProgressState): string {
  if (phase !== "reading" || elapsed < 0.5) return "";
  return `${formatBytes(done / elapsed)}/s`;
}

function remaining({ done, total, elapsed }: ProgressState): string {
  if (total === undefined || done === 0 || done >= total || elapsed < 0.5) return "";
  return `${formatSeconds((elapsed / done) * (total - done))} left`;
}
