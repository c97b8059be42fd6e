/** The table of what was tried, from what the tests have counted. */

/** One line that a test wrote. */
interface TrialCount {
  readonly fault: string;
  readonly outcome: string;
  readonly file: string;
  readonly times: number;
}

/**
 * A table in Markdown, of lines of JSON and of lines that are kept from an older table; of a test
 * that ran twice the last run counts.
 */
export function trialTable(lines: string, kept: readonly string[] = []): string {
  const rows = new Map<string, string>();
  for (const line of kept) rows.set(orderOf(line), line);
  for (const line of lines.split("\n").filter((line) => line !== "")) {
    const { fault, outcome, file, times }: TrialCount = JSON.parse(line);
    const test = file.replace(/^tests\/reliability\//, "");
    const row = `| ${escaped(fault)} | ${escaped(outcome)} | ${test} | ${times} |`;
    rows.set(orderOf(row), row);
  }
  return [
    "| what goes wrong | what happens | test | tried |",
    "| --- | --- | --- | --- |",
    ...[...rows].sort(([a], [b]) => a < b ? -1 : 1).map(([, row]) => row),
    "",
  ].join("\n");
}

/** The lines of a table that are of these files. */
export function linesOf(table: string, files: readonly string[]): string[] {
  return table.split("\n").filter((line) => files.includes(cells(line)[2] ?? ""));
}

/** By the test's file, then by what goes wrong. */
function orderOf(row: string): string {
  const [fault = "", , test = ""] = cells(row);
  return `${test} ${fault}`;
}

function cells(row: string): string[] {
  return row.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim());
}

function escaped(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("*", "\\*").replaceAll("<", "&lt;");
}
