/** What went where: a section for each target, with all its files. */
import { formatBytes } from "../core/util/units.ts";
import {
  cardRow,
  cardTable,
  counted,
  countStates,
  type Html,
  isProblem,
  markup,
  said,
  shownDigest,
  stateBadge,
  stateBadges,
} from "../html/mod.ts";
import type { RunData, RunFile } from "./record.ts";
import { routeDiagram } from "./route.ts";

/** The sections. Hosts are opened one by one, so that thousands of files are no wall. */
export function targetSections({ packages, ways, files }: RunData): Html[] {
  const from = packages.map(({ name, size }) =>
    markup`<li><code>${name}</code>${size !== undefined && ` (${formatBytes(size)})`}</li>`
  );
  const byTarget = Map.groupBy(files, ({ target }) => target);
  return ways.map((way, i) => {
    const own = byTarget.get(way.target) ?? [];
    return markup`<section aria-labelledby="target-${i}">
<h2 id="target-${i}">${way.target}</h2>
${from.length > 0 && markup`<ul class="from">${from}</ul>`}
<p class="facts">${stateBadges(countStates(own.map(({ outcome }) => outcome)))}</p>
${routeDiagram(way)}
${hosts(own)}
</section>
`;
  });
}

function hosts(files: readonly RunFile[]): Html[] {
  const byHost = Map.groupBy(files, ({ key }) => key.includes("/") ? key.split("/", 1)[0] : "");
  return [...byHost].map(([host = "", unsorted]) => {
    const own = unsorted.toSorted((a, b) => (a.key < b.key ? -1 : 1));
    const bytes = own.reduce((sum, { size }) => sum + (size ?? 0), 0);
    const open = own.some(({ outcome }) => isProblem(outcome)) ||
      files.length <= FEW_ROWS && byHost.size === 1;
    const name = host === "" ? said("(at the top)") : host;
    return markup`<details${open && markup` open`}>
<summary>${name} <small>${counted(own.length, "file")}, ${formatBytes(bytes)}</small></summary>
${files.length > MOST_ROWS ? lines(own, files.length > WHOLE_DIGESTS) : table(name, own)}
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
  const rows = files.map(({ key, size, sha256 = "–", outcome }) => {
    const at = key.lastIndexOf("/") + 1;
    const folder = key.slice(0, at);
    const heading = folder !== above && markup`${folder}\n`;
    above = folder;
    const length = size === undefined ? "–" : formatBytes(size);
    const state = isProblem(outcome) && markup` ${stateBadge(outcome)}`;
    const digest = cut ? sha256.slice(0, 16) : sha256;
    return markup`${heading} ${digest} ${length.padStart(8)} ${key.slice(at)}${state}\n`;
  });
  const note = said("Digests are cut to their first 16 digits; the manifest has all of them.");
  return markup`${cut && markup`<p class="empty">${note}</p>`}<pre>${rows}</pre>`;
}

function table(label: Html | string, files: readonly RunFile[]): Html {
  const head = [
    ["", said("File")],
    ["num", said("Size")],
    ["", "SHA-256"],
    ["", said("Outcome")],
  ] as const;
  const rows = files.map(({ key, size, sha256, outcome }) =>
    cardRow([
      ["path mono", key],
      ["num", size === undefined ? "–" : formatBytes(size)],
      ["", shownDigest(sha256)],
      ["", stateBadge(outcome)],
    ])
  );
  return cardTable(label, head, rows);
}
