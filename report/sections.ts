/** What differs, and what to do. */
import { mirrorVariables } from "../core/expected/mod.ts";
import { formatBytes, formatCount } from "../core/util/units.ts";
import { type Html, markup, note } from "../html/mod.ts";
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
<h2 id="advice">What to do</h2>
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
    note("bad", `${formatCount(problems.length, "file")} not as it should be`, hint),
    markup`<table class="cards" role="table" aria-label="Files that differ"><tbody role="rowgroup">${
      problems.slice(0, NAMED).map(({ key, outcome, target, detail }) =>
        markup`<tr role="row">
<td role="cell" class="path mono">${key}</td>
<td role="cell">${outcomeBadge(outcome)}</td>
<td role="cell" class="path">${detail ?? target}</td>
</tr>
`
      )
    }</tbody></table>
${rest > 0 && markup`<p class="empty">and ${rest} more, in the list of files below.</p>`}
`,
  ];
}

function nextStep({ dryRun, ways, verb }: RunData): Html[] {
  if (dryRun) {
    return [note("plain", "Nothing was written.", "Run the same command without --dry-run.")];
  }
  const proved = verb === "import" ? "Everything is in its place" : "Everything is as it should be";
  return ways.map(({ target, url, asked }) => {
    if (url === undefined) {
      const hint = "With --url, it is also proved that nodes can fetch it.";
      return note("good", `${proved} in ${target}.`, hint);
    }
    if (!asked) {
      const hint = `Whether ${url} serves it was not asked: --verify auto does.`;
      return note("good", `${proved} in ${target}.`, hint);
    }
    const lines = Object.entries(mirrorVariables(url.replace(/\/$/, "")))
      .map(([name, value]) => markup`<br><code>${name}: "${value}"</code>`);
    const hint = markup`Have the installer fetch from there: ${lines}`;
    return note("good", `${proved}, and is served.`, hint);
  });
}

/** A section for each target; hosts are opened one by one, so that thousands of files are no wall. */
export function fileLists(files: readonly RunFile[]): Html[] {
  const targets = Map.groupBy(files, ({ target }) => target);
  return [...targets].map(([target, own], i) =>
    markup`<section aria-labelledby="files-${i}">
<h2 id="files-${i}">Files in ${target}</h2>
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
    const open = own.some(isProblem) || byHost.size === 1;
    return markup`<details${open && markup` open`}>
<summary>${host === "" ? "(at the top)" : host} <small>${formatCount(own.length, "file")}, ${
      formatBytes(bytes)
    }</small></summary>
<table class="cards" role="table" aria-label="${host}">
<thead role="rowgroup"><tr role="row">
<th role="columnheader">File</th>
<th role="columnheader" class="num">Size</th>
<th role="columnheader">SHA-256</th>
<th role="columnheader">Outcome</th>
</tr></thead>
<tbody role="rowgroup">${own.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map(row)}</tbody>
</table>
</details>
`;
  });
}

function row({ key, size, sha256, outcome }: RunFile): Html {
  return markup`<tr role="row">
<td role="cell" class="path mono">${key}</td>
<td role="cell" class="num">${size === undefined ? "–" : formatBytes(size)}</td>
<td role="cell">${
    sha256 === undefined ? "–" : markup`<code class="sum" title="${sha256}">${sha256}</code>`
  }</td>
<td role="cell">${outcomeBadge(outcome)}</td>
</tr>
`;
}
