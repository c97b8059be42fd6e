/** What differs, and what to do. */
import { mirrorVariables } from "../core/expected/mod.ts";
import { formatBytes, formatCount } from "../core/util/units.ts";
import { counted, type Html, markup, note, said } from "../html/mod.ts";
import { isProblem, outcomeBadge, outcomeCounts, type RunData, type RunFile } from "./record.ts";

/** Files named here; the list of all files names the others. */
const NAMED = 50;

/** Errors first, then files, then warnings; when there is nothing, what comes next. */
export function advice(data: RunData): Html {
  const { errors, warnings, expected } = data;
  const absent = expected.filter(({ state }) => state !== "present").length;
  const notes = [
    ...errors.map(({ message, hint, target }) =>
      note("bad", target === undefined ? message : `${target}: ${message}`, hint)
    ),
    ...(absent === 0 ? [] : [
      note(
        "bad",
        `${
          formatCount(absent, "file")
        } of ${expected.length} that nodes will ask for cannot be relied on`,
        "Import packages that hold them: the section below names each.",
      ),
    ]),
    ...problemFiles(data),
    ...warnings.map(({ message, hint }) => note("warn", message, hint)),
  ];
  return markup`<section aria-labelledby="advice">
<h2 id="advice">${said("What to do")}</h2>
${notes.length > 0 && notes}
${absent + errors.length === 0 && !data.files.some(isProblem) && nextStep(data)}
</section>`;
}

function problemFiles({ files, verb }: RunData): Html[] {
  const problems = files.filter(isProblem);
  if (problems.length === 0) return [];
  const rest = problems.length - NAMED;
  const hint = verb === "verify"
    ? "Import the packages again: only what is missing or different is written. What is unreadable needs permissions, or another disk: its detail says which."
    : undefined;
  return [
    note("bad", said("{0} not as it should be", counted(problems.length, "file")), hint),
    markup`<table class="cards" role="table" aria-label="${
      said("Files that differ")
    }"><tbody role="rowgroup">${
      problems.slice(0, NAMED).map(({ key, outcome, target, detail }) =>
        markup`<tr role="row">
<td role="cell" class="path mono">${key}</td>
<td role="cell">${outcomeBadge(outcome)}</td>
<td role="cell" class="path">${detail ?? target}</td>
</tr>
`
      )
    }</tbody></table>
${
      rest > 0 &&
      markup`<p class="empty">${said("and {0} more, in the list of files below.", rest)}</p>`
    }
`,
  ];
}

function nextStep({ dryRun, ways, verb }: RunData): Html[] {
  if (dryRun) {
    return [
      note("plain", said("Nothing was written."), said("Run the same command without --dry-run.")),
    ];
  }
  const proved = verb === "import" ? "Everything is in its place" : "Everything is as it should be";
  return ways.map(({ target, url, asked }) => {
    if (url === undefined) {
      const hint = said("With --url, it is also proved that nodes can fetch it.");
      return note("good", said(`${proved} in {0}.`, target), hint);
    }
    if (!asked) {
      const hint = said("Whether {0} serves it was not asked: --verify auto does.", url);
      return note("good", said(`${proved} in {0}.`, target), hint);
    }
    const lines = Object.entries(mirrorVariables(url.replace(/\/$/, "")))
      .map(([name, value]) => markup`<br><code>${name}: "${value}"</code>`);
    const hint = said("Have the installer fetch from there: {0}", lines);
    return note("good", said(`${proved}, and is served.`), hint);
  });
}

/** A section for each target; hosts are opened one by one, so that thousands of files are no wall. */
export function fileLists(files: readonly RunFile[]): Html[] {
  const targets = Map.groupBy(files, ({ target }) => target);
  return [...targets].map(([target, own], i) =>
    markup`<section aria-labelledby="files-${i}">
<h2 id="files-${i}">${said("Files in {0}", target)}</h2>
<p class="facts">${outcomeCounts(own)}</p>
${hosts(own)}
</section>
`
  );
}

function hosts(files: readonly RunFile[]): Html[] {
  const byHost = Map.groupBy(files, ({ key }) => key.includes("/") ? key.split("/", 1)[0] : "");
  return [...byHost].map(([host = "", own]) => {
    const bytes = own.reduce((sum, { size }) => sum + (size ?? 0), 0);
    const open = own.some(isProblem) || files.length <= FEW_ROWS && byHost.size === 1;
    return markup`<details${open && markup` open`}>
<summary>${host === "" ? said("(at the top)") : host} <small>${counted(own.length, "file")}, ${
      formatBytes(bytes)
    }</small></summary>
${files.length > MOST_ROWS ? lines(own, files.length > WHOLE_DIGESTS) : table(host, own)}
</details>
`;
  });
}

/** A page, on paper. */
const FEW_ROWS = 40;

/** More rows than these, of all hosts, are slow on a phone and make a page of many megabytes. */
const MOST_ROWS = 1_000;

/** With more files, a digest takes up most of the page. */
const WHOLE_DIGESTS = 6_000;

/** A line for each file below its folder, which stands there once; what is usual is not repeated. */
function lines(files: readonly RunFile[], cut: boolean): Html {
  let above = "";
  const rows = files.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map((file) => {
    const { key, size, sha256 = "–", outcome } = file;
    const at = key.lastIndexOf("/") + 1;
    const folder = key.slice(0, at);
    const heading = folder !== above && markup`${folder}\n`;
    above = folder;
    const length = size === undefined ? "–" : formatBytes(size);
    const state = isProblem(file) && markup` ${outcomeBadge(outcome)}`;
    const digest = cut ? sha256.slice(0, 16) : sha256;
    return markup`${heading} ${digest} ${length.padStart(8)} ${key.slice(at)}${state}\n`;
  });
  const note = said("Digests are shown with their first 16 digits; the manifest has all of them.");
  return markup`${cut && markup`<p class="empty">${note}</p>`}<pre>${rows}</pre>`;
}

function table(host: string, own: readonly RunFile[]): Html {
  return markup`<table class="cards" role="table" aria-label="${host}">
<thead role="rowgroup"><tr role="row">
<th role="columnheader">${said("File")}</th>
<th role="columnheader" class="num">${said("Size")}</th>
<th role="columnheader">SHA-256</th>
<th role="columnheader">${said("Outcome")}</th>
</tr></thead>
<tbody role="rowgroup">${own.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map(row)}</tbody>
</table>`;
}

function row({ key, size, sha256, outcome }: RunFile): Html {
  return markup`<tr role="row">
<td role="cell" class="path mono">${key}</td>
<td role="cell" class="num">${size === undefined ? "–" : formatBytes(size)}</td>
<td role="cell">${sha256 === undefined ? "–" : markup`<code class="sum">${sha256}</code>`}</td>
<td role="cell">${outcomeBadge(outcome)}</td>
</tr>
`;
}
