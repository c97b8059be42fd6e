/** What differs, and what to do about it; when nothing does, what comes next. */
import { mirrorLines } from "../core/expected/mod.ts";
import { formatCount } from "../core/util/units.ts";
import {
  cardRow,
  cardTable,
  counted,
  type Html,
  isProblem,
  markup,
  note,
  said,
  stateBadge,
} from "../html/mod.ts";
import type { RunData } from "./record.ts";

/** Files named here; the list of all files names the others. */
const NAMED = 50;

/** Errors first, then files, then warnings. */
export function advice(data: RunData): Html {
  const { errors, warnings, expected, files } = data;
  const absent = expected.filter(({ state }) => state !== "present").length;
  const problems = files.filter(({ outcome }) => isProblem(outcome));
  const notes = [
    ...errors.map(({ message, hint, target }) =>
      note("bad", target === undefined ? message : `${target}: ${message}`, hint)
    ),
    absent > 0 && note(
      "bad",
      formatCount(absent, "file") +
        ` of ${expected.length} that nodes will ask for cannot be relied on`,
      "Import packages that hold them: the section below names each.",
    ),
    problems.length > 0 && problemFiles(problems, data.verb),
    ...warnings.map(({ message, hint }) => note("warn", message, hint)),
  ];
  const next = absent + errors.length + problems.length === 0 && nextStep(data);
  return markup`<section aria-labelledby="advice">
<h2 id="advice">${said("What to do")}</h2>
${notes}
${next}
</section>`;
}

function problemFiles(problems: RunData["files"], verb: RunData["verb"]): Html[] {
  const rest = problems.length - NAMED;
  const hint = verb === "verify"
    ? "Import the packages again: only what is missing or different is written. Unreadable files need other permissions, or another disk."
    : undefined;
  const rows = problems.slice(0, NAMED).map(({ key, outcome, target, detail }) =>
    cardRow([["path mono", key], ["", stateBadge(outcome)], ["path", detail ?? target]])
  );
  const more = said("and {0} more, in the list of files below.", rest);
  return [
    note("bad", said("{0} failed verification", counted(problems.length, "file")), hint),
    markup`${cardTable(said("Files that failed"), [], rows)}
${rest > 0 && markup`<p class="empty">${more}</p>`}
`,
  ];
}

function nextStep({ dryRun, ways, verb }: RunData): Html[] {
  if (dryRun) {
    const hint = said("Run the same command without --dry-run.");
    return [note("plain", said("Nothing was written."), hint)];
  }
  return ways.map(({ target, url, asked }) => {
    const done = said(
      verb === "import" ? "All files are in {0}." : "All files in {0} are verified.",
      target,
    );
    if (url === undefined) {
      return note("good", done, said("Give --url to verify also that nodes can fetch them."));
    }
    const unasked = said("{0} was not asked for them: --verify auto does that.", url);
    if (!asked) return note("good", done, unasked);
    const lines = mirrorLines(url.replace(/\/$/, ""))
      .map((line) => markup`<br><code>${line}</code>`);
    const hint = said("Have the installer fetch from there: {0}", lines);
    return note("good", markup`${done} ${said("Nodes can fetch them.")}`, hint);
  });
}
