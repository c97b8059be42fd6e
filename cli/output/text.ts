/** Whatever was thrown, as an event. */
import type {
  ErrorEvent,
  ImportEvent,
  SummaryEvent,
  TargetSummary,
} from "../../core/importer/mod.ts";
import { BinimportError, messageOf } from "../../core/util/errors.ts";
import { formatBytes, formatCount, formatNumber, formatSeconds } from "../../core/util/units.ts";
import { OWN_COLORS, type Style, toned } from "./style.ts";
import { wrapText } from "./wrap.ts";

/** The event for an error; one that nobody foresaw has code `internal`. */
export function errorEvent(error: unknown, target?: string): ErrorEvent {
  const about = target === undefined ? {} : { target };
  if (!(error instanceof BinimportError)) {
    return {
      event: "error",
      code: "internal",
      message: `Cannot go on: ${messageOf(error)}`,
      hint: "This is a bug in binimport. Run it again with --verbose and report the output.",
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

/** A piece of text and where it belongs: results on stdout, all else on stderr. */
export interface Rendered {
  readonly to: "stdout" | "stderr";
  readonly text: string;
}

type TextEvent = Exclude<ImportEvent, { event: "progress" }>;

/** The text for an event; undefined for one that people need not see. */
export function renderEvent(
  event: TextEvent,
  { stdout, stderr }: Readonly<Record<Rendered["to"], Style>>,
): Rendered | undefined {
  switch (event.event) {
    case "plan":
      return undefined;
    case "file":
      if (event.action !== "would-write" && stderr.verbose === 0) return undefined;
      return {
        to: event.action === "would-write" ? "stdout" : "stderr",
        text: `${event.action.padEnd(11)}  ${formatBytes(event.size).padStart(8)}  ${
          printable(event.key)
        }\n`,
      };
    case "warning":
      return { to: "stderr", text: messageText("warning: ", "warn", event, stderr) };
    case "error":
      return { to: "stderr", text: messageText("error: ", "bad", event, stderr) };
    case "summary":
      return { to: "stdout", text: summary(event, stdout) };
  }
}

/** A message behind a label that tells its kind, and its hint below; both fit a terminal. */
export function messageText(
  label: string,
  tone: Parameters<typeof toned>[1],
  { message, hint }: { readonly message: string; readonly hint?: string | undefined },
  style: Style,
  indent = 2,
): string {
  const { columns = Infinity } = style;
  const text = wrapText(label + printableLines(message), columns, indent).slice(label.length);
  const word = label.trimEnd();
  const next = `${" ".repeat(indent)}${printableLines(hint ?? "")}`;
  return `${toned(word, tone, style)}${label.slice(word.length)}${text}\n${
    hint === undefined ? "" : `${wrapText(next, columns)}\n`
  }`;
}

function summary(event: SummaryEvent, style: Style): string {
  const files = `${formatCount(event.files, "file")}, ${formatBytes(event.bytes)}`;
  const time = formatSeconds(event.seconds);
  const targets = event.targets.map((one) =>
    `  ${one.target}: ${targetState(one, event.dryRun, style)}\n${toTry(one)}`
  );
  if (event.dryRun) {
    return `Dry run: ${files}; nothing was written (${time})\n${targets.join("")}${asked(event)}`;
  }
  // With one target, the error has said all that there is to say.
  if (event.targets.length === 1 && event.targets[0]?.ok === false) return "";
  const done = event.targets.every(({ ok }) => ok);
  const verb = done ? "Imported" : "Import incomplete:";
  return `${verb} ${files} in ${time}\n${targets.join("")}${asked(event)}`;
}

/** With `--expect`. */
function asked({ expected, present }: SummaryEvent): string {
  if (expected === undefined) return "";
  return `  ${present} of ${formatCount(expected, "file")} that nodes will ask for are there\n`;
}

/** What a node would do. `-I` asks for the length alone. */
function toTry({ ok, url }: TargetSummary): string {
  return ok && url !== undefined ? `  Try it: curl -fI '${url.replaceAll("'", "%27")}'\n` : "";
}

function targetState(
  { ok, written, unchanged }: TargetSummary,
  dryRun: boolean,
  style: Style,
): string {
  const [fresh, same] = [written, unchanged].map(formatNumber);
  const state = `${fresh} ${dryRun ? "to write" : "written"}, ${same} unchanged`;
  return ok ? state : `${toned("FAILED", "bad", style)}; ${state}`;
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

/** A value as a line of NDJSON: what JSON leaves as it is, and a terminal obeys, is escaped. */
export function jsonLine(value: object): string {
  return `${
    JSON.stringify(value).replace(
      UNPRINTABLE,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
    )
  }\n`;
}

/** A text for an output, in which all is {@linkcode printable} but line ends and our own colours. */
export function terminalText(text: string, { color }: Style): string {
  const parts = color ? text.split(OWN_COLORS) : [text];
  return parts.map((part, i) => i % 2 === 1 ? part : printableLines(part)).join("");
}

/** A text of several lines, each of them {@linkcode printable}: a message may quote some. */
function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}
