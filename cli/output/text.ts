/** Whatever was thrown, as an event. */
import type {
  ErrorEvent,
  ImportEvent,
  SummaryEvent,
  TargetSummary,
} from "../../core/importer/mod.ts";
import { BinimportError, messageOf } from "../../core/util/errors.ts";
import { formatBytes, formatCount, formatSeconds } from "../../core/util/units.ts";

/** The event for an error; one that nobody foresaw has code `internal`. */
export function errorEvent(error: unknown, target?: string): ErrorEvent {
  const about = target === undefined ? {} : { target };
  if (!(error instanceof BinimportError)) {
    return {
      event: "error",
      code: "internal",
      message: `Cannot go on: ${messageOf(error)}`,
      hint: "This is a defect of binimport. Run it again with --verbose and report what it prints.",
      retryable: false,
      ...about,
    };
  }
  const { code, message, hint, key, retryable } = error;
  return {
    event: "error",
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(key === undefined ? {} : { key }),
    retryable,
    ...about,
  };
}

/** How text looks. */
export interface Style {
  readonly color: boolean;
  /** From 1 on, each file is shown. */
  readonly verbose: number;
}

/** A piece of text and where it belongs: results on stdout, all else on stderr. */
export interface Rendered {
  readonly to: "stdout" | "stderr";
  readonly text: string;
}

type TextEvent = Exclude<ImportEvent, { event: "progress" }>;

/** The text for an event; undefined for one that people need not see. */
export function renderEvent(event: TextEvent, style: Style): Rendered | undefined {
  switch (event.event) {
    case "plan":
      return undefined;
    case "file":
      if (event.action !== "would-write" && style.verbose === 0) return undefined;
      return {
        to: event.action === "would-write" ? "stdout" : "stderr",
        text: `${event.action.padEnd(11)}  ${formatBytes(event.size).padStart(8)}  ${
          printable(event.key)
        }\n`,
      };
    case "warning":
      return { to: "stderr", text: message("warning", 33, event, style) };
    case "error":
      return { to: "stderr", text: message("error", 31, event, style) };
    case "summary":
      return { to: "stdout", text: summary(event) };
  }
}

function message(
  label: string,
  color: number,
  { message, hint }: { readonly message: string; readonly hint?: string },
  style: Style,
): string {
  const shown = style.color ? `\x1b[1;${color}m${label}:\x1b[0m` : `${label}:`;
  return `${shown} ${printableLines(message)}\n${
    hint === undefined ? "" : `  ${printableLines(hint)}\n`
  }`;
}

function summary(event: SummaryEvent): string {
  const files = `${formatCount(event.files, "file")}, ${formatBytes(event.bytes)}`;
  const time = formatSeconds(event.seconds);
  const targets = event.targets.map((one) =>
    `  ${one.target}: ${targetState(one, event.dryRun)}\n${toTry(one)}`
  );
  if (event.dryRun) return `Dry run: ${files}; nothing was written (${time})\n${targets.join("")}`;
  // With one target, the error has said all that there is to say.
  if (!event.ok && event.targets.length === 1) return "";
  const verb = event.ok ? "Imported" : "Not everywhere imported:";
  return `${verb} ${files} in ${time}\n${targets.join("")}`;
}

/** What a node would do. `-I` asks for the length alone. */
function toTry({ ok, url }: TargetSummary): string {
  return ok && url !== undefined ? `  Try it: curl -fI '${url.replaceAll("'", "%27")}'\n` : "";
}

function targetState({ ok, written, unchanged }: TargetSummary, dryRun: boolean): string {
  const state = `${written} ${dryRun ? "to write" : "written"}, ${unchanged} unchanged`;
  return ok ? state : `FAILED; ${state}`;
}

/** C0 and C1 controls, and what turns the direction of text around. */
const UNPRINTABLE = /[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * A text in which nothing can move the cursor, change colours or begin a new line: a key of a
 * package may hold what a terminal obeys.
 *
 * @example
 * ```ts no-eval
 * printable("a\x1b[2Jb"); // a\x1b[2Jb, written out
 * ```
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    const code = character.charCodeAt(0);
    return code < 256
      ? `\\x${code.toString(16).padStart(2, "0")}`
      : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** A text of several lines, each of them {@linkcode printable}: a message may quote some. */
function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}
