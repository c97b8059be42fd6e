/** From events to what the user sees. */
import type { ImportEvent } from "../../core/importer/mod.ts";
import type { Context, TextOutput } from "../context.ts";
import { LiveLines, ProgressView } from "./progress.ts";
import {
  eventText,
  jsonLine,
  type OutputOptions,
  printable,
  type Style,
  styleFor,
  terminalText,
} from "./text.ts";

/** Shows events, until it is disposed of: then the progress line is taken away. */
export interface Reporter extends Disposable {
  readonly style: Style;
  emit(event: ImportEvent): void;
  /** Shows a result: `value` as a line of NDJSON, or `text` to people, its controls escaped. */
  result(value: object, text: string): void;
  /** Counts bytes of a file that went into a target. */
  wrote(target: string, key: string, bytes: number): void;
  debug(message: string): void;
  /** Shows a warning; the same one again is passed over. */
  warn(code: string, message: string, hint?: string): void;
}

const PROGRESS_INTERVAL_MS = 200; // of a terminal that is redrawn, and of progress as JSON
const PLAIN_INTERVAL_MS = 5_000; // of a line in a log, which shows that the run lives
const REDRAW_MS = 1_000; // so that a source that stalls is seen to
const SPARE_COLUMNS = 5; // some terminals wrap a line as wide as they are, and all show `^C` behind it
const PLAIN_COLUMNS = 200; // of a line in a log

/** A `warn` for whoever has an `emit` of its own. */
export function warnBy(emit: Reporter["emit"]): Reporter["warn"] {
  return (code, message, hint) =>
    emit({ event: "warning", code, message, ...(hint !== undefined && { hint }) });
}

/** A reporter for the process's own outputs. */
export function reporter(
  context: Pick<Context, "stdout" | "stderr" | "env"> & Partial<Pick<Context, "signal">>,
  options: OutputOptions,
): Reporter {
  const { stdout, stderr, signal } = context;
  const { json, quiet } = options;
  const style = styleFor(stdout, context, options);
  const errorStyle = styleFor(stderr, context, options);
  const isShown = options.progress !== false && !quiet;
  const isLive = isShown && !json && stderr.isTerminal && context.env("TERM") !== "dumb";
  const live = new LiveLines(stderr);
  const view = new ProgressView();
  const interval = isLive || json ? PROGRESS_INTERVAL_MS : PLAIN_INTERVAL_MS;
  const told = new Set<string>(); // warnings: the same one again tells nothing
  // A bar shows at once; where nobody looks, an import that is soon done needs no line.
  let lastShown = isLive || json ? -Infinity : performance.now();
  let redrawing: ReturnType<typeof setInterval> | undefined;

  /** Shows progress if it is time to show something again; `value` is its JSON, if it has some. */
  function show(isUrgent = false, value?: object): void {
    const now = performance.now();
    const isDue = now - lastShown >= interval || (isLive && isUrgent);
    if (!isShown || !isDue || signal?.aborted) return;
    if (json && value === undefined) return;
    lastShown = now;
    if (json) return stdout.write(jsonLine(value ?? {}));
    const columns = stderr.columns();
    const lines = view.lines(isLive ? columns - SPARE_COLUMNS : PLAIN_COLUMNS, now).map(printable);
    if (isLive) live.show(lines, columns);
    else for (const line of lines) stderr.write(`${line}\n`);
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
    if (redrawing !== undefined) show(isLive);
  }

  const report: Reporter = {
    style,
    emit(event) {
      if (event.event === "progress") {
        const isNewPhase = view.update(event, performance.now());
        if (isShown && !json && !signal?.aborted && redrawing === undefined) {
          // While nothing comes, rate and time left are reckoned anew. Keeps no process alive.
          redrawing = setInterval(show, REDRAW_MS);
          Deno.unrefTimer(redrawing);
        }
        return show(isNewPhase, event);
      }
      if (event.event === "warning" && told.has(event.message)) return;
      if (event.event === "warning") told.add(event.message);
      if (event.event === "summary" || event.event === "error") stopDrawing();
      if (json) stdout.write(jsonLine(event));
      const isResult = event.event === "summary" ||
        event.event === "file" && event.action === "would-write";
      if (quiet && event.event !== "error" || json && isResult) return;
      const [output, look] = isResult ? [stdout, style] : [stderr, errorStyle];
      const text = terminalText(eventText(event, look), look);
      if (text !== "") write(output, text);
    },
    result(value, text) {
      const shown = json ? jsonLine(value) : terminalText(text, style);
      if (shown === "") return;
      stopDrawing();
      stdout.write(shown);
      if (isLive) lastShown = -Infinity; // what goes on shows again at once
    },
    wrote(target, key, bytes) {
      view.wrote(target, key, bytes, performance.now());
      show();
    },
    debug(message) {
      if (errorStyle.verbose > 0) write(stderr, `debug: ${printable(message)}\n`);
    },
    warn: (...warning) => warnBy(report.emit)(...warning),
    [Symbol.dispose]() {
      signal?.removeEventListener("abort", stopDrawing);
      stopDrawing();
    },
  };
  return report;
}
