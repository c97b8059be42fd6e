/** From events to what the user sees. */
import type { ImportEvent, ProgressEvent } from "../../core/importer/mod.ts";
import type { Context } from "../context.ts";
import { liveLines, progressView, ticker } from "./progress_view.ts";
import { printable, renderEvent, type Style } from "./text.ts";

/** How much is shown, and in which form. */
export interface OutputOptions {
  /** NDJSON on standard output, and nothing else there. */
  readonly json: boolean;
  /** Errors only. */
  readonly quiet: boolean;
  /** 1: each file, and what was decided and why; 2: each call of an adapter, too. */
  readonly verbose: number;
  /** Whether progress is shown. */
  readonly progress: boolean;
  readonly color: "auto" | "always" | "never";
}

/** Shows events, until it is disposed of: then the progress line is taken away. */
export interface Reporter extends Disposable {
  /** Shows one event. */
  emit(event: ImportEvent): void;
  /** Shows a result: `value` as a line of NDJSON, or `text` to people. */
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

/**
 * While nothing comes, as from a source that stalls, rate and time left are reckoned anew this often,
 * in ms. Where a line is due seldom it stays so.
 */
const REDRAW_MS = 1_000;

/** A line in a log may be so long. */
const PLAIN_COLUMNS = 200;

/** A reporter for the process's own outputs. */
export function reporter(
  context: Pick<Context, "stdout" | "stderr" | "env">,
  options: OutputOptions,
): Reporter {
  const { stdout, stderr } = context;
  const style: Style = { color: useColor(context, options), verbose: options.verbose };
  const progress = options.progress && !options.quiet;
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
    // One column less: some terminals wrap a line that is as wide as they are.
    if (isLive) return live.show(view.lines(stderr.columns() - 1, now));
    for (const line of view.lines(PLAIN_COLUMNS, now)) stderr.write(`${line}\n`);
  }

  const redraw = ticker(() => {
    const now = performance.now();
    if (isDue(now)) draw(now);
  }, REDRAW_MS);

  function stopDrawing(): void {
    redraw.stop();
    live.clear();
  }

  function onProgress(event: ProgressEvent): void {
    const now = performance.now();
    view.update(event, now);
    if (progress && !options.json) redraw.start();
    if (!isDue(now)) return;
    if (options.json) stdout.write(JSON.stringify(event) + "\n");
    else draw(now);
  }

  const report: Reporter = {
    emit(event) {
      if (event.event === "progress") return onProgress(event);
      if (event.event === "warning" && told.has(event.message)) return;
      if (event.event === "warning") told.add(event.message);
      if (event.event === "summary" || event.event === "error") stopDrawing();
      else live.clear();
      if (options.json) stdout.write(JSON.stringify(event) + "\n");
      const text = renderEvent(event, style);
      if (text === undefined || (options.quiet && event.event !== "error")) return;
      if (text.to === "stderr") stderr.write(text.text);
      else if (!options.json) stdout.write(text.text);
    },
    result(value, text) {
      stopDrawing();
      stdout.write(options.json ? JSON.stringify(value) + "\n" : text);
    },
    wrote(target, key, bytes) {
      const now = performance.now();
      view.wrote(target, key, bytes, now);
      if (!options.json && isDue(now)) draw(now);
    },
    debug(message) {
      if (options.verbose === 0) return;
      live.clear();
      stderr.write(`debug: ${printable(message)}\n`);
    },
    warn(code, message, hint) {
      report.emit({ event: "warning", code, message, ...(hint === undefined ? {} : { hint }) });
    },
    [Symbol.dispose]: stopDrawing,
  };
  return report;
}

/** https://no-color.org: any value that is not empty. */
function useColor(
  { stderr, env }: Pick<Context, "stderr" | "env">,
  options: OutputOptions,
): boolean {
  if (options.color !== "auto") return options.color === "always";
  return stderr.isTerminal && env("NO_COLOR") === undefined && env("TERM") !== "dumb";
}
