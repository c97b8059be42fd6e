/** The progress lines: a pure function of what is known. */
import type { ProgressEvent } from "../../core/importer/mod.ts";
import { formatBytes, formatNumber, formatSeconds } from "../../core/util/units.ts";

const LABELS: Readonly<Record<ProgressEvent["phase"], string>> = {
  reading: "Importing",
  publishing: "Publishing",
  verifying: "Verifying",
};

/** A rate over less time, in seconds, says nothing. */
const LEAST_ELAPSED = 0.5;

/** Columns: what is left of a name must at least tell which file it is. */
const LEAST_NAME = 12;

/**
 * One line of at most `columns` characters, all ASCII so that it shows on any terminal; `elapsed` is
 * the seconds since this phase began. What does not fit is left out, the least needed first: the
 * file, the bar, the rate, the time left.
 *
 * @example
 * ```
 * Importing  [############------------]   50%  138 MB of 275 MB  210 MB/s  0.7 s left  dl.k8s.io/kubelet
 * ```
 */
export function progressLine(
  state: Omit<ProgressEvent, "event"> & { readonly elapsed: number },
  columns: number,
): string {
  const { phase, done, total, bytes, totalBytes, elapsed, current } = state;
  const [show, noun] = phase === "reading" ? [formatBytes, ""] : [formatNumber, " files"];
  const label = LABELS[phase];
  const share = total ? Math.min(1, done / total) : undefined;
  const bar = (width: number) => {
    const filled = Math.floor((share ?? 0) * width);
    return share === undefined ? "" : `[${"#".repeat(filled)}${"-".repeat(width - filled)}]`;
  };
  const part = share === undefined ? "" : `${Math.floor(share * 100)}%`.padStart(4);
  const much = `${show(done)}${total === undefined ? "" : ` of ${show(total)}`}${noun}`;
  const speed = phase === "reading" ? rate(done, elapsed) : "";
  // By files or by bytes, whichever takes longer: the last file may be the largest by far.
  const rest = Math.max(
    ...[[done, total], [bytes, totalBytes]].map(([some, all]) =>
      some === undefined || !all ? 0 : elapsed * (all / some - 1)
    ),
  );
  const isKnown = elapsed >= LEAST_ELAPSED && share !== 1 && rest > 0 && rest < Infinity;
  const left = isKnown ? `${formatSeconds(rest)} left` : "";
  const lines = [
    [label, bar(24), part, much, speed, left],
    [label, bar(10), part, much, speed, left],
    [label, part, much, speed, left],
    [label, part, much, left],
    [label, part, much],
    [label, part],
    [part],
  ].map((parts) => parts.filter((part) => part !== "").join("  "));
  return withName(lines.find(({ length }) => length <= columns) ?? "", current, columns);
}

/**
 * A line for a target, where there are several: how much went there, and how fast.
 *
 * @example
 * ```
 *   minio:http://10.0.1.1:9000/kubean  138 MB  97 MB/s  dl.k8s.io/kubelet
 * ```
 */
export function targetLine(
  { target, bytes, elapsed, current }: {
    readonly target: string;
    readonly bytes: number;
    readonly elapsed: number;
    readonly current: string;
  },
  columns: number,
): string {
  const facts = `${formatBytes(bytes)}  ${rate(bytes, elapsed)}`.trimEnd();
  const room = columns - facts.length - 4;
  if (room < LEAST_NAME) return facts.slice(0, columns);
  return withName(`  ${shortened(target, room)}  ${facts}`, current, columns);
}

function rate(bytes: number, elapsed: number): string {
  return elapsed < LEAST_ELAPSED ? "" : `${formatBytes(bytes / elapsed)}/s`;
}

function withName(line: string, name: string | undefined, columns: number): string {
  const room = columns - line.length - 2;
  return name === undefined || room < LEAST_NAME ? line : `${line}  ${shortened(name, room)}`;
}

/** The end of a name, which tells files apart. */
function shortened(name: string, room: number): string {
  // Whatever is not plain ASCII could move the cursor, or take more columns than it counts.
  const plain = name.replace(/[^ -~]/gu, "?");
  return plain.length <= room ? plain : `...${plain.slice(plain.length - room + 3)}`;
}
