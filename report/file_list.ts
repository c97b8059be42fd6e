/** The list of all files, target by target. */
import { formatBytes, formatCount } from "../core/format.ts";
import { type Html, markup } from "../pages/html.ts";
import { isProblem, outcomeBadge, outcomeCounts } from "./outcomes.ts";
import type { RunFile } from "./record.ts";

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
