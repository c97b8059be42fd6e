/** The table of files. */
import { formatBytes } from "../../core/format.ts";
import { type Fragment, type Html, markup } from "../../pages/html.ts";
import { shownTime } from "../../pages/parts.ts";
import type { CatalogueFile } from "../catalogue.ts";
import { encodePath } from "../request_path.ts";
import { curlCommand } from "./copy_lines.ts";
import { fileBadge } from "./states.ts";

/** A file with what only its inode tells. */
export interface DatedFile extends CatalogueFile {
  readonly modified?: Date;
}

/**
 * The files, with paths as seen from `folder`. On a phone each row becomes a card; roles are written
 * out, since browsers forget those of a table that is laid out otherwise.
 */
export function fileTable(origin: string, folder: string, files: readonly DatedFile[]): Html {
  return markup`<table class="cards" role="table" aria-label="Files">
<thead role="rowgroup"><tr role="row">
<th role="columnheader">File</th>
<th role="columnheader" class="num">Size</th>
<th role="columnheader">Date (UTC)</th>
<th role="columnheader">SHA-256</th>
<th role="columnheader">State</th>
<th role="columnheader"><span class="unseen">Copy</span></th>
</tr></thead>
<tbody role="rowgroup">
${files.map((file) => fileRow(origin, folder, file))}
</tbody>
</table>`;
}

function fileRow(origin: string, folder: string, file: DatedFile): Html {
  const { key, size, sha256, state, modified } = file;
  const name = folder === "" ? key : key.slice(folder.length + 1);
  const there = state !== "missing";
  const path = there
    ? markup`<a href="/${encodePath(key)}">${shownPath(name)}</a>`
    : shownPath(name);
  const digest = sha256 === undefined
    ? "–"
    : markup`<code class="sum" title="${sha256}">${sha256}</code>`;
  return markup`<tr role="row">
<td role="cell" class="path mono">${path}</td>
<td role="cell" class="num" title="${size} bytes">${formatBytes(size)}</td>
<td role="cell" class="date">${modified === undefined ? "–" : shownTime(modified)}</td>
<td role="cell">${digest}</td>
<td role="cell">${fileBadge(state)}</td>
<td role="cell" class="acts">
${there && copyButton("curl", `Copy the curl command for ${name}`, curlCommand(origin, key))}
${sha256 !== undefined && copyButton("sum", `Copy the SHA-256 of ${name}`, sha256)}
</td></tr>
`;
}

/** A button that copies; where no scripts run it is not shown. */
export function copyButton(text: string, label: string, copied: string): Html {
  return markup`<button type="button" class="small scripted" data-copy="${copied}"
aria-label="${label}" title="${label}">${text}</button>`;
}

/** The folders step back behind the name; a path may be broken behind its slashes. */
function shownPath(path: string): Fragment {
  const folders = path.split("/");
  const name = folders.pop() ?? "";
  if (folders.length === 0) return name;
  return markup`<span class="above">${folders.map((part) => markup`${part}/<wbr>`)}</span>${name}`;
}
