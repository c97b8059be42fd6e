/** Events as text for people. */
import type { ImportEvent, SummaryEvent, TargetSummary } from "../../core/events.ts";
import { formatBytes, formatCount, formatSeconds } from "../../core/format.ts";
import { printable, printableLines } from "./printable.ts";

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
