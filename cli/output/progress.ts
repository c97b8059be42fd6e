/** The progress lines: what they say is a pure function of what is known. */
import type { ProgressEvent } from "../../core/importer/mod.ts";
import { formatBytes, formatNumber, formatSeconds } from "../../core/util/units.ts";
import type { TextOutput } from "../context.ts";

/** What a phase is called, and how what it has done is shown: a file may be checked twice. */
const PHASES = {
  reading: ["Importing", formatBytes, ""],
  publishing: ["Publishing", formatNumber, " files"],
  verifying: ["Verifying", formatNumber, " checks"],
} as const;

const LEAST_ELAPSED = 0.5; // seconds: a rate over less time says nothing
const LEAST_NAME = 12; // columns: what is left of a name must at least tell which file it is
const MAX_TARGETS = 8; // more would fill the terminal

/**
 * One line of at most `columns` characters, all ASCII so that it shows on any terminal; `elapsed` is
 * the seconds since this phase began. What does not fit is left out, the least needed first: the
 * file, the bar, the rate, the time left.
 *
 *     Importing  [#####-----]   50%  138 MB of 275 MB  210 MB/s  0.7 s left  dl.k8s.io/kubelet
 */
export function progressLine(
  state: Omit<ProgressEvent, "event"> & { readonly elapsed: number },
  columns: number,
): string {
  const { phase, done, total, bytes, totalBytes, elapsed, current } = state;
  const [label, show, noun] = PHASES[phase];
  const share = total ? Math.min(1, done / total) : undefined;
  const bar = (width: number) => {
    const filled = Math.floor((share ?? 0) * width);
    return share === undefined ? "" : `[${"#".repeat(filled)}${"-".repeat(width - filled)}]`;
  };
  const part = share === undefined ? "" : `${Math.floor(share * 100)}%`.padStart(4);
  const much = total === undefined
    ? `${show(done)}${noun}`
    : `${show(Math.min(done, total))} of ${show(total)}${noun}`;
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

/** A line for a target, where there are several: `  minio:http://h:9000/kubean  138 MB  97 MB/s  a/b`. */
export function targetLine(
  { target, bytes, elapsed, current }: Readonly<
    { target: string; bytes: number; elapsed: number; current: string }
  >,
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

/** Lines at the end of an output, written over the former ones, which may have been wrapped. */
export class LiveLines {
  #shown: readonly string[] = [];

  /** Takes the output that it writes to. */
  constructor(private readonly output: TextOutput) {}

  /** Shows these lines, all of ASCII and narrower than the terminal, in place of the former ones. */
  show(lines: readonly string[], columns: number): void {
    const rows = this.#rows(columns);
    const text = lines.map((line) => `${line}\x1b[K`).join("\n");
    // With fewer rows than before, what is left below goes too.
    this.output.write(`${toFirst(rows)}${text}${lines.length < rows ? "\x1b[J" : ""}`);
    this.#shown = lines;
  }

  /** Takes them away, so that other text can follow. */
  clear(columns: number): void {
    if (this.#shown.length > 0) this.output.write(`${toFirst(this.#rows(columns))}\x1b[J`);
    this.#shown = [];
  }

  #rows(columns: number): number {
    return this.#shown.map(({ length }) => Math.max(1, Math.ceil(length / columns)))
      .reduce((sum, rows) => sum + rows, 0);
  }
}

function toFirst(rows: number): string {
  return rows > 1 ? `\r\x1b[${rows - 1}A` : "\r";
}

/** Gathers progress; every time is in ms, as `performance.now()` counts. */
export class ProgressView {
  readonly #targets = new Map<string, { started: number; bytes: number; current: string }>();
  #state: { readonly event: ProgressEvent; readonly started: number } | undefined;
  #lastKey: string | undefined;

  /** Takes an event; tells whether a phase begins with it. */
  update(event: ProgressEvent, now: number): boolean {
    const isNew = this.#state?.event.phase !== event.phase;
    this.#state = { event, started: isNew ? now : this.#state?.started ?? now };
    return isNew;
  }

  /** Takes bytes of a file that went into a target. */
  wrote(target: string, key: string, bytes: number, now: number): void {
    const known = this.#targets.getOrInsert(target, { started: now, bytes: 0, current: key });
    known.bytes += bytes;
    this.#lastKey = known.current = key;
  }

  /** The lines to show: one for all, and one for each target where there are several. */
  lines(columns: number, now: number): string[] {
    const { event, started = now } = this.#state ?? {};
    const lines = [...this.#targets].slice(0, MAX_TARGETS).map(([target, { started, ...facts }]) =>
      targetLine({ target, ...facts, elapsed: (now - started) / 1000 }, columns)
    );
    const shown = lines.length < 2 || event?.phase === "verifying" ? [] : lines;
    if (event === undefined) return shown;
    const current = event.current ?? this.#lastKey;
    const facts = { ...event, elapsed: (now - started) / 1000, ...(current && { current }) };
    return [progressLine(facts, columns), ...shown];
  }
}
