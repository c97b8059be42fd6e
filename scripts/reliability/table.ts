/** The table of what was tried, from what the tests have counted. */

/** One line that a test wrote. */
interface TrialCount {
  readonly fault: string;
  readonly outcome: string;
  readonly file: string;
  readonly times: number;
}

/** A table in Markdown, of lines of JSON; of a test that ran twice the last run counts. */
export function trialTable(lines: string): string {
  const trials = new Map<string, TrialCount>();
  for (const line of lines.split("\n").filter((line) => line !== "")) {
    const trial: TrialCount = JSON.parse(line);
    trials.set(`${trial.file} ${trial.fault}`, trial);
  }
  const rows = [...trials].sort(([a], [b]) => a < b ? -1 : 1).map(([, trial]) => {
    const test = trial.file.replace(/^tests\/reliability\//, "");
    return `| ${escaped(trial.fault)} | ${escaped(trial.outcome)} | ${test} | ${trial.times} |`;
  });
  return [
    "| what goes wrong | what happens | test | tried |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

function escaped(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("*", "\\*").replaceAll("<", "&lt;");
}
