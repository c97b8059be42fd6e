/** docs/errors.md, from the codes, their guides and their exit statuses. */
import { exitStatus } from "../../cli/context.ts";
import { BinimportError, type ErrorCode } from "../../core/util/errors.ts";
import { ERROR_GUIDE, type ErrorGuide } from "./error_guide.ts";

/** Codes that end with the same exit status. */
interface Section {
  readonly status: number;
  readonly title: string;
  /** What is true of all of them. */
  readonly end?: string;
}

const SECTIONS: readonly Section[] = [
  { status: 2, title: "Exit status 2: the command line" },
  {
    status: 3,
    title: "Exit status 3: input that cannot be used",
    end: "The target is unchanged.",
  },
  {
    status: 4,
    title: "Exit status 4: the target",
    end: "Files already published are whole; the others are unchanged. Run the same command again.",
  },
  { status: 5, title: "Exit status 5: a difference" },
  { status: 130, title: "Exit status 129, 130 and 143: stopped" },
];

const BEGINNING = `# Errors

<!-- Written by \`deno task docs\` from scripts/docs/error_guide.ts: change it there. -->

Each error has a code, shown by \`--json\`, and each code an exit status. By symptom:
[troubleshooting.md](troubleshooting.md).
`;

const END = `
## Exit status 1: a bug in binimport

Code \`internal\`. Run it again with \`--verbose\`, and report the output.

The single file also ends with 1 when it cannot start: \`error: Cannot start: …\`, explained in
[single-file.md](single-file.md#when-it-does-not-start).
`;

/** The page, before it is formatted. */
export function errorsPage(): string {
  const guides = Object.entries(ERROR_GUIDE).map(([code, guide]) => ({
    row: row(code, guide),
    status: statusOf(code),
  }));
  const known = new Set(SECTIONS.map(({ status }) => status));
  const lost = guides.find(({ status }) => !known.has(status));
  if (lost !== undefined) throw new Error(`No section for exit status ${lost.status}: ${lost.row}`);
  const sections = SECTIONS.map(({ status, title, end }) => {
    const rows = guides.filter((guide) => guide.status === status).map(({ row }) => row);
    const table = ["| code | cause | remedy |", "| --- | --- | --- |", ...rows].join("\n");
    return `\n## ${title}\n\n${table}\n${end === undefined ? "" : `\n${end}\n`}`;
  });
  return [BEGINNING, ...sections, END].join("");
}

function row(code: string, { cause, remedy }: ErrorGuide): string {
  return `| \`${code}\` | ${cause} | ${remedy} |`;
}

function statusOf(code: string): number {
  return isErrorCode(code) ? exitStatus(new BinimportError(code, "")) : 1;
}

function isErrorCode(text: string): text is ErrorCode {
  return text in ERROR_GUIDE;
}
