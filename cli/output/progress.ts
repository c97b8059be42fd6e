/** The progress lines: a pure function of what is known. */
import type { ProgressEvent } from "../../core/importer/mod.ts";
import { formatBytes, formatNumber, formatSeconds } from "../../core/util/units.ts";

/** How far it is, and the seconds since this phase began. */
export type ProgressState = Omit<ProgressEvent, "event"> & { readonly elapsed: number };

/** How much went into one target. */
export interface TargetProgress {
  readonly target: string;
  readonly bytes: number;
  readonly elapsed: number;
  readonly current: string;
}

const LABELS: Readonly<Record<ProgressEvent["phase"], string>> = {
  reading: "Importing",
  publishing: "Publishing",
  verifying: "Verifying",
};

/** Widths of the bar: the widest that fits is drawn. */
const BAR_WIDTHS = [24, 10];

/** A rate over less time, in seconds, says nothing. */
const LEAST_ELAPSED = 0.5;

/** Columns: what is left of a name must at least tell which file it is. */
const LEAST_NAME = 12;

/**
 * One line of at most `columns` characters, all ASCII so that it shows on any terminal. What does
 * not fit is left out, the least needed first: the file, the bar, the rate, the time left.
 *
 * @example
 * ```
 * Importing  [############------------]   50%  138 MB of 275 MB  210 MB/s  0.7 s left  dl.k8s.io/kubelet
 * ```
 */
export function progressLine(state: ProgressState, columns: number): string {
  const { phase, current } = state;
  const [label, part, much] = [LABELS[phase], percent(state), amount(state)];
  const [speed, left] = [rate(state), remaining(state)];
  const bars = BAR_WIDTHS.map((width) => bar(state, width));
  const lines = [
    ...bars.map((one) => [label, one, part, much, speed, left]),
    [label, part, much, speed, left],
    [label, part, much, left],
    [label, part, much],
    [label, part],
    [part],
  ].map((parts) => parts.filter((part) => part !== "").join("  "));
  const line = lines.find((one) => one.length <= columns) ?? "";
  return withName(line, current, columns);
}

/**
 * A line for a target, where there are several: how much went there, and how fast.
 *
 * @example
 * ```
 *   minio:http://10.0.1.1:9000/kubean  138 MB  97 MB/s  dl.k8s.io/kubelet
 * ```
 */
export function targetLine(state: TargetProgress, columns: number): string {
  const { target, bytes, elapsed, current } = state;
  const speed = elapsed < LEAST_ELAPSED ? "" : `${formatBytes(bytes / elapsed)}/s`;
  const facts = [formatBytes(bytes), speed].filter((part) => part !== "").join("  ");
  const room = columns - facts.length - 4;
  if (room < LEAST_NAME) return facts.slice(0, columns);
  return withName(`  ${shortened(target, room)}  ${facts}`, current, columns);
}

function bar({ done, total }: ProgressState, width: number): string {
  if (total === undefined || total === 0) return "";
  const filled = Math.min(width, Math.floor((done / total) * width));
  return `[${"#".repeat(filled)}${"-".repeat(width - filled)}]`;
}

function percent({ done, total }: ProgressState): string {
  if (total === undefined || total === 0) return "";
  return `${Math.min(100, Math.floor((done / total) * 100))}%`.padStart(4);
}

function amount({ phase, done, total }: ProgressState): string {
  const [show, noun] = phase === "reading" ? [formatBytes, ""] : [formatNumber, " files"];
  return total === undefined ? `${show(done)}${noun}` : `${show(done)} of ${show(total)}${noun}`;
}

function rate({ phase, done, elapsed }: ProgressState): string {
  return phase !== "reading" || elapsed < LEAST_ELAPSED ? "" : `${formatBytes(done / elapsed)}/s`;
}

/** By files or by bytes, whichever takes longer: the last file may be the largest by far. */
function remaining({ done, total, bytes, totalBytes, elapsed }: ProgressState): string {
  if (elapsed < LEAST_ELAPSED || (total !== undefined && done >= total)) return "";
  const shares = [[done, total], [bytes, totalBytes]] as const;
  const left = shares.map(([part, whole]) =>
    part === undefined || !whole ? 0 : elapsed * (whole / part - 1)
  );
  const longest = Math.max(...left);
  return longest > 0 && longest < Infinity ? `${formatSeconds(longest)} left` : "";
}

function withName(line: string, name: string | undefined, columns: number): string {
  const room = columns - line.length - 2;
  return name === undefined || room < LEAST_NAME ? line : `${line}  ${shortened(name, room)}`;
}

/** The end of a name, which tells files apart. A package may name its files as it likes: see below. */
function shortened(name: string, room: number): string {
  // Whatever is not plain ASCII could move the cursor, or take more columns than it counts.
  const plain = name.replace(/[^ -~]/gu, "?");
  return plain.length <= room ? plain : `...${plain.slice(plain.length - room + 3)}`;
}
