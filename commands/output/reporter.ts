/** From events to what the user sees. */
import type { ImportEvent, ProgressEvent } from "../../core/events.ts";
import type { Context } from "../context.ts";
import { printable } from "./printable.ts";
import { progressLine, type ProgressState } from "./progress.ts";
import { renderEvent, type Style } from "./text.ts";

/** How much is shown, and in which form. */
export interface OutputOptions {
  /** NDJSON on standard output, and nothing else there. */
  readonly json: boolean;
  /** Errors only. */
  readonly quiet: boolean;
  /** Each file, and what happens under way. */
  readonly verbose: boolean;
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
  /** A line for `--verbose`. */
  debug(message: string): void;
  /** Shows a warning; the same one again is passed over. */
  warn(code: string, message: string, hint?: string): void;
}

/** A terminal is redrawn, and a JSON progress event written, at most this often. */
const PROGRESS_INTERVAL_MS = 200;

/** Where nobody looks at a bar, a line this often shows that it lives. */
const PLAIN_INTERVAL_MS = 10_000;

/** A reporter for the process's own outputs. */
export function reporter(
  context: Pick<Context, "stdout" | "stderr" | "env">,
  options: OutputOptions,
): Reporter {
  const { stdout, stderr } = context;
  const style: Style = { color: useColor(context, options), verbose: options.verbose };
  const showBar = options.progress && !options.json && !options.quiet && stderr.isTerminal;
  const told = new Set<string>(); // warnings: the same one again tells nothing
  let barShown = false;
  let phase: { readonly name: string; readonly started: number } | undefined;
  // A bar shows at once; where nobody looks, an import that is soon done needs no line.
  let lastShown = showBar || options.json ? -Infinity : performance.now();

  function clearBar(): void {
    if (barShown) stderr.write("\r\x1b[K");
    barShown = false;
  }

  function onProgress(event: ProgressEvent): void {
    const now = performance.now();
    if (phase?.name !== event.phase) phase = { name: event.phase, started: now };
    const interval = showBar || options.json ? PROGRESS_INTERVAL_MS : PLAIN_INTERVAL_MS;
    if (now - lastShown < interval) return;
    lastShown = now;
    if (options.json) return stdout.write(JSON.stringify(event) + "\n");
    const state: ProgressState = { ...event, elapsed: (now - phase.started) / 1000 };
    if (!showBar) return stderr.write(progressLine(state, 200) + "\n");
    stderr.write(`\r${progressLine(state, stderr.columns() - 1)}\x1b[K`);
    barShown = true;
  }

  const report: Reporter = {
    emit(event) {
      if (event.event === "progress") {
        if (options.progress && !options.quiet) onProgress(event);
        return;
      }
      if (event.event === "warning" && told.has(event.message)) return;
      if (event.event === "warning") told.add(event.message);
      clearBar();
      if (options.json) stdout.write(JSON.stringify(event) + "\n");
      const text = renderEvent(event, style);
      if (text === undefined || (options.quiet && event.event !== "error")) return;
      if (text.to === "stderr") stderr.write(text.text);
      else if (!options.json) stdout.write(text.text);
    },
    result(value, text) {
      clearBar();
      stdout.write(options.json ? JSON.stringify(value) + "\n" : text);
    },
    debug(message) {
      if (!options.verbose) return;
      clearBar();
      stderr.write(`debug: ${printable(message)}\n`);
    },
    warn(code, message, hint) {
      report.emit({ event: "warning", code, message, ...(hint === undefined ? {} : { hint }) });
    },
    [Symbol.dispose]: clearBar,
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
