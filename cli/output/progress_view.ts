/** Lines at the end of a terminal that change in place, and what they show. */
import type { ProgressEvent } from "../../core/importer/mod.ts";
import type { TextOutput } from "../context.ts";
import { progressLine, targetLine } from "./progress.ts";

/**
 * Lines at the end of an output. Each line is written over the former one and its rest erased, in one
 * write: erased first, they would flicker. A terminal that has become narrower, down to `columns`,
 * has wrapped the former ones: they take more rows then.
 */
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

/** More targets than this would fill the terminal. */
const MAX_TARGETS = 8;

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
