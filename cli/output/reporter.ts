/** From events to what the user sees. */
import type { ImportEvent, ProgressEvent } from "../../core/importer/mod.ts";
import type { Context, TextOutput } from "../context.ts";
import { liveLines, progressView } from "./progress_view.ts";
import { type Style, styleFor, type StyleOptions } from "./style.ts";
import { jsonLine, printable, renderEvent, terminalText } from "./text.ts";

/** How much is shown, and in which form. */
export interface OutputOptions extends StyleOptions {
  /** NDJSON on standard output, and nothing else there. Default: false. */
  readonly json?: boolean;
  readonly quiet?: boolean;
  /** Default: true. */
  readonly progress?: boolean;
}

/** Shows events, until it is disposed of: then the progress line is taken away. */
export interface Reporter extends Disposable {
  readonly style: Style;
  emit(event: ImportEvent): void;
  /** Shows a result: `value` as a line of NDJSON, or `text` to people, its controls escaped. */
  result(value: object, text: string): void;
  /** Counts bytes of a file that went into a target. */
  wrote(target: string, key: string, bytes: number): void;
  /** A line for `--verbose`. */
  debug(message: string): void;
  /** Shows a warning; the same one again is passed over. */
  warn(code: string, message: string, hint?: string): void;
}

/** A terminal is redrawn, and a JSON progress event written, at most this often. */
const PROGRESS_INTERVAL_MS = 200;

/** Where nobody looks at a bar, as in the log of a CI job, a line this often shows that it lives. */
const PLAIN_INTERVAL_MS = 5_000;

/** A source that stalls is seen to, this often; where a line is due seldom it stays so. */
const REDRAW_MS = 1_000;

/**
 * Columns that are left free: some terminals wrap a line that is as wide as they are, and all show
 * the `^C` of whoever stops the program behind it.
 */
const SPARE_COLUMNS = 5;

/** A line in a log may be so long. */
const PLAIN_COLUMNS = 200;

/** A `warn` for whoever has an `emit` of its own. */
export function warnBy(emit: Reporter["emit"]): Reporter["warn"] {
  return (code, message, hint) =>
    emit({ event: "warning", code, message, ...(hint === undefined ? {} : { hint }) });
}

/** A reporter for the process's own outputs. */
export function reporter(
  context: Pick<Context, "stdout" | "stderr" | "env"> & Partial<Pick<Context, "signal">>,
  options: OutputOptions,
): Reporter {
  const { stdout, stderr, signal } = context;
  const styles = {
    stdout: styleFor(stdout, context, options),
    stderr: styleFor(stderr, context, options),
  };
  const progress = options.progress !== false && !options.quiet;
  const isLive = progress && !options.json && stderr.isTerminal && context.env("TERM") !== "dumb";
  const live = liveLines(stderr);
  const view = progressView();
  const interval = isLive || options.json ? PROGRESS_INTERVAL_MS : PLAIN_INTERVAL_MS;
  const told = new Set<string>(); // warnings: the same one again tells nothing
  // A bar shows at once; where nobody looks, an import that is soon done needs no line.
  let lastShown = isLive || options.json ? -Infinity : performance.now();

  /** Whether it is time to show something again. */
  function isDue(now: number): boolean {
    if (!progress || now - lastShown < interval) return false;
    lastShown = now;
    return true;
  }

  function draw(now: number): void {
    if (signal?.aborted) return;
    if (isLive) {
      const columns = stderr.columns();
      return live.show(view.lines(columns - SPARE_COLUMNS, now).map(printable), columns);
    }
    for (const line of view.lines(PLAIN_COLUMNS, now)) stderr.write(`${printable(line)}\n`);
  }

  let redrawing: ReturnType<typeof setInterval> | undefined;

  /** While nothing comes, rate and time left are reckoned anew. Keeps no process alive. */
  function startDrawing(): void {
    if (redrawing !== undefined) return;
    redrawing = setInterval(() => {
      const now = performance.now();
      if (isDue(now)) draw(now);
    }, REDRAW_MS);
    Deno.unrefTimer(redrawing);
  }

  function stopDrawing(): void {
    clearInterval(redrawing);
    redrawing = undefined;
    live.clear(stderr.columns());
  }
  signal?.addEventListener("abort", stopDrawing);

  /** Text that follows what is written already; the progress goes on below it. */
  function write(output: TextOutput, text: string): void {
    live.clear(stderr.columns());
    output.write(text);
    if (isLive && redrawing !== undefined) draw(performance.now());
  }

  function onProgress(event: ProgressEvent): void {
    const now = performance.now();
    const isNewPhase = view.update(event, now);
    if (progress && !options.json && !signal?.aborted) startDrawing();
    if (!isDue(now) && !(isLive && isNewPhase)) return;
    if (options.json) stdout.write(jsonLine(event));
    else draw(now);
  }

  const report: Reporter = {
    style: styles.stdout,
    emit(event) {
      if (event.event === "progress") return onProgress(event);
      if (event.event === "warning" && told.has(event.message)) return;
      if (event.event === "warning") told.add(event.message);
      if (event.event === "summary" || event.event === "error") stopDrawing();
      if (options.json) stdout.write(jsonLine(event));
      const text = renderEvent(event, styles);
      if (text === undefined || (options.quiet && event.event !== "error")) return;
      const shown = terminalText(text.text, styles[text.to]);
      if (text.to === "stderr") write(stderr, shown);
      else if (!options.json) write(stdout, shown);
    },
    result(value, text) {
      const shown = options.json ? jsonLine(value) : terminalText(text, styles.stdout);
      if (shown === "") return;
      stopDrawing();
      stdout.write(shown);
      if (isLive) lastShown = -Infinity; // what goes on shows again at once
    },
    wrote(target, key, bytes) {
      const now = performance.now();
      view.wrote(target, key, bytes, now);
      if (!options.json && isDue(now)) draw(now);
    },
    debug(message) {
      if (styles.stderr.verbose === 0) return;
      write(stderr, `debug: ${printable(message)}\n`);
    },
    warn: (...warning) => warnBy(report.emit)(...warning),
    [Symbol.dispose]() {
      signal?.removeEventListener("abort", stopDrawing);
      stopDrawing();
    },
  };
  return report;
}
