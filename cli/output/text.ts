/** Events as text and as JSON, in which nothing that others named is obeyed by a terminal. */
import type { ErrorEvent, ImportEvent, SummaryEvent } from "../../core/importer/mod.ts";
import { BinimportError, messageOf } from "../../core/util/errors.ts";
import { formatBytes, formatCount, formatNumber, formatSeconds } from "../../core/util/units.ts";
import type { Context, TextOutput } from "../context.ts";
import { wrapText } from "./wrap.ts";

/** Whatever was thrown, as an event; one that nobody foresaw has code `internal`. */
export function errorEvent(error: unknown, target?: string): ErrorEvent {
  const { code, message, hint, key, retryable } = error instanceof BinimportError ? error : {
    code: "internal",
    message: `Cannot go on: ${messageOf(error)}`,
    hint: "This is a bug in binimport. Run it again with --verbose and report the output.",
    key: undefined,
    retryable: false,
  };
  return {
    event: "error",
    code,
    message,
    ...(hint !== undefined && { hint }),
    ...(key !== undefined && { key }),
    retryable,
    ...(target !== undefined && { target }),
  };
}

/** The text for an event; empty for one that people need not see. */
export function eventText(
  event: Exclude<ImportEvent, { event: "progress" }>,
  style: Style,
): string {
  if (event.event === "plan") return "";
  if (event.event === "warning") return messageText("warning: ", "warn", event, style);
  if (event.event === "error") return messageText("error: ", "bad", event, style);
  if (event.event === "summary") return summaryText(event, style);
  const { action, size, key } = event;
  if (action !== "would-write" && style.verbose === 0) return "";
  return `${action.padEnd(11)}  ${formatBytes(size).padStart(8)}  ${printable(key)}\n`;
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

function summaryText(event: SummaryEvent, style: Style): string {
  const { dryRun, expected, present } = event;
  const all = `${formatCount(event.files, "file")}, ${formatBytes(event.bytes)}`;
  const time = formatSeconds(event.seconds);
  const targets = event.targets.map(({ target, ok, written, unchanged, url }) => {
    const failed = ok ? "" : `${toned("FAILED", "bad", style)}; `;
    const fresh = `${formatNumber(written)} ${dryRun ? "to write" : "written"}`;
    // What a node would do; -I asks for the length alone.
    const next = ok && url && `  Try it: curl -fI '${url.replaceAll("'", "%27")}'\n` || "";
    return `  ${target}: ${failed}${fresh}, ${formatNumber(unchanged)} unchanged\n${next}`;
  });
  if (expected !== undefined) {
    const files = `${present} of ${formatCount(expected, "file")}`;
    targets.push(`  ${files} that nodes will ask for are there\n`);
  }
  const lines = targets.join("");
  if (dryRun) return `Dry run: ${all}; nothing was written (${time})\n${lines}`;
  const done = event.targets.every(({ ok }) => ok);
  // With one target, the error has said all that there is to say.
  if (event.targets.length === 1 && !done) return "";
  return `${done ? "Imported" : "Import incomplete:"} ${all} in ${time}\n${lines}`;
}

/** C0 and C1 controls, and what turns the direction of text around. */
const UNPRINTABLE = /[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A text in which nothing can move the cursor, change colours or begin a new line: all is written out. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (one) => unicode(one).replace("\\u00", "\\x"));
}

/** A value as a line of NDJSON: what JSON leaves as it is, and a terminal obeys, is escaped. */
export function jsonLine(value: object, indent?: number): string {
  const text = JSON.stringify(value, null, indent);
  return `${text.replace(UNPRINTABLE, (one) => one === "\n" ? one : unicode(one))}\n`;
}

function unicode(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
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

export interface Style {
  readonly color: boolean;
  /** From 1 on, each file is shown. */
  readonly verbose: number;
  /** Columns that text is broken at; absent where nobody looks at lines. */
  readonly columns?: number;
}

/** How much is shown, and in which form. */
export interface OutputOptions {
  /** Default: `auto`. */
  readonly color?: "auto" | "always" | "never";
  /** 1: each file, and what was decided and why; 2: each call of an adapter, too. Default: 0. */
  readonly verbose?: number;
  /** NDJSON on standard output, and nothing else there. Default: false. */
  readonly json?: boolean;
  readonly quiet?: boolean;
  /** Default: true. */
  readonly progress?: boolean;
}

/** The style for an output. https://no-color.org: any value that is not empty. */
export function styleFor(
  { isTerminal, columns }: TextOutput,
  { env }: Pick<Context, "env">,
  { color = "auto", verbose = 0 }: OutputOptions,
): Style {
  const isDull = env("NO_COLOR") !== undefined || env("TERM") === "dumb";
  return {
    color: color === "always" || (color === "auto" && isTerminal && !isDull),
    verbose: Number(verbose), // $BINIMPORT_VERBOSE gives true
    ...(isTerminal && { columns: columns() }),
  };
}

const COLORS = { good: 32, warn: 33, bad: 31 } as const;

/** What {@linkcode toned} puts around a word. */
const OWN_COLORS = /(\x1b\[(?:1;3[123]|0)m)/;

/** A word that tells how good or bad something is, such as `error:`; the same letters in any style. */
export function toned(text: string, tone: keyof typeof COLORS, { color }: Style): string {
  return color ? `\x1b[1;${COLORS[tone]}m${text}\x1b[0m` : text;
}
