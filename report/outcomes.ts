/** How outcomes of files are told. */
import { formatCount } from "../core/format.ts";
import type { Html } from "../pages/html.ts";
import { badge, type Tone } from "../pages/parts.ts";
import type { FileOutcome, RunFile } from "./record.ts";

interface Shown {
  readonly tone: Tone;
  readonly text: string;
}

const SHOWN: Readonly<Record<FileOutcome, Shown>> = {
  missing: { tone: "bad", text: "missing" },
  different: { tone: "bad", text: "differs" },
  unreadable: { tone: "bad", text: "unreadable" },
  written: { tone: "good", text: "written" },
  "would-write": { tone: "warn", text: "to be written" },
  unchanged: { tone: "good", text: "unchanged" },
  ok: { tone: "good", text: "as it should be" },
  extra: { tone: "plain", text: "there besides" },
};

/** What somebody must do something about. */
export function isProblem({ outcome }: RunFile): boolean {
  return SHOWN[outcome].tone === "bad";
}

/** The outcome of one file. */
export function outcomeBadge(outcome: FileOutcome): Html {
  const { tone, text } = SHOWN[outcome];
  return badge(tone, text);
}

/** How many files came to what, worst first. */
export function outcomeCounts(files: readonly RunFile[]): Html[] {
  const counts = Map.groupBy(files, ({ outcome }) => outcome);
  return (Object.keys(SHOWN) as FileOutcome[]).flatMap((outcome) => {
    const count = counts.get(outcome)?.length ?? 0;
    const { tone, text } = SHOWN[outcome];
    return count === 0 ? [] : [badge(tone, `${formatCount(count, "file")} ${text}`)];
  });
}
