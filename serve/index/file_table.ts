/** The files of the index: search, folders, table, pages. */
import { formatBytes } from "../../core/util/units.ts";
import {
  cardRow,
  cardTable,
  counted,
  type Fragment,
  type Html,
  markup,
  said,
  shownDigest,
  shownTime,
  stateBadge,
} from "../../html/mod.ts";
import { encodePath } from "../lookup.ts";
import type { CatalogueFile } from "./catalogue.ts";
import { curlCommand } from "./script.ts";
import { type Selection, type View, viewAddress } from "./view.ts";

export interface Shown {
  /** `http://HOST`, as the client calls this server. */
  readonly origin: string;
  readonly view: View;
  readonly selection: Selection;
}

/** Makes the section. The search is a plain form; where scripts run, it answers while one types. */
export function fileSection({ origin, view, selection }: Shown): Html {
  const nothing = said(view.search === "" ? "Nothing here." : "Nothing here by that name.");
  const found = selection.found > 0
    ? fileTable(origin, view.folder, selection.files)
    : markup`<p class="empty">${nothing}</p>`;
  return markup`<section id="files" aria-labelledby="files-title">
<h2 id="files-title" class="unseen">${said("Files")}</h2>
${searchForm(view)}
<div id="results">
${crumbs(view)}
${subfolders(view, selection)}
${foundLine(view, selection)}
${found}
${pager(view, selection)}
</div>
</section>`;
}

function searchForm(view: View): Html {
  const address = viewAddress({ ...view, search: "", problems: false, page: 1 });
  const placeholder = said("Search paths and SHA-256");
  const problems = markup`<input type="hidden" name="show" value="problems">`;
  return markup`<form class="tools" method="get" action="${address}" role="search">
<input type="search" name="q" value="${view.search}" placeholder="${placeholder}"
aria-label="${said("Search files")}" autocomplete="off" spellcheck="false" maxlength="500">
${view.problems && problems}
<button>${said("Search")}</button>
</form>`;
}

function crumbs({ folder }: View): Html | false {
  if (folder === "") return false;
  const parts = folder.split("/");
  const last = parts.length - 1;
  const links = parts.map((part, i): Fragment => {
    const address = `/${encodePath(parts.slice(0, i + 1).join("/"))}/`;
    return i === last
      ? markup` / <b aria-current="page">${part}</b>`
      : markup` / <a href="${address}">${part}</a>`;
  });
  return markup`<nav class="crumbs" aria-label="${said("Folders above")}"><a href="/">${
    said("all")
  }</a>${links}</nav>`;
}

/** With more than these, the search serves better. */
const SUBFOLDERS_SHOWN = 40;

function subfolders({ folder }: View, { subfolders }: Selection): Html | false {
  if (subfolders.size === 0) return false;
  const links = [...subfolders].slice(0, SUBFOLDERS_SHOWN).map(([name, count]) => {
    const address = `/${encodePath(folder === "" ? name : `${folder}/${name}`)}/`;
    return markup`<li><a href="${address}">${name} <small>${count}</small></a></li>`;
  });
  const more = subfolders.size - SUBFOLDERS_SHOWN;
  const rest = markup`<li><small>${said("and {0} more", more)}</small></li>`;
  return markup`<nav aria-label="${said("Folders")}"><ul class="chips">${links}${
    more > 0 && rest
  }</ul></nav>`;
}

function foundLine(view: View, { found, bytes }: Selection): Html {
  const everything = viewAddress({ ...view, problems: false, page: 1 });
  let line = markup`${counted(found, "file")}, ${formatBytes(bytes)}`;
  if (view.search !== "") line = said("{0}, found for “{1}”", line, view.search);
  const all = markup`<a href="${everything}">${said("show all")}</a>`;
  if (view.problems) line = said("{0}, with something wrong ({1})", line, all);
  return markup`<p class="facts" id="found"><span>${line}</span></p>`;
}

function pager(view: View, { page, pages }: Selection): Html | false {
  if (pages === 1) return false;
  const to = (target: number, text: Html) =>
    markup`<a href="${viewAddress({ ...view, page: target })}">${text}</a>`;
  return markup`<nav class="pages" aria-label="${said("Pages")}">
${page > 1 && to(page - 1, said("← Previous"))}
<small>${said("Page {0} of {1}", page, pages)}</small>
${page < pages && to(page + 1, said("Next →"))}
</nav>`;
}

/** The files, with paths as seen from `folder`. */
function fileTable(origin: string, folder: string, files: readonly CatalogueFile[]): Html {
  const head = [
    ["", said("File")],
    ["num", said("Size")],
    ["", said("Date (UTC)")],
    ["", "SHA-256"],
    ["", said("State")],
    ["", markup`<span class="unseen">${said("Copy")}</span>`],
  ] as const;
  return cardTable(said("Files"), head, files.map((file) => fileRow(origin, folder, file)));
}

function fileRow(origin: string, folder: string, file: CatalogueFile): Html {
  const { key, size, sha256, state, modified } = file;
  const name = folder === "" ? key : key.slice(folder.length + 1);
  const path = shownPath(name);
  const there = state !== "missing";
  const curl = there &&
    copyButton("curl", said("Copy the curl command for {0}", name), curlCommand(origin, key));
  const sum = sha256 !== undefined &&
    copyButton("sum", said("Copy the SHA-256 of {0}", name), sha256);
  return cardRow([
    ["path mono", there ? markup`<a href="/${encodePath(key)}">${path}</a>` : path],
    ["num", markup`<span title="${size} bytes">${formatBytes(size)}</span>`],
    ["date", modified ? shownTime(modified) : "–"],
    ["", shownDigest(sha256)],
    ["", stateBadge(state)],
    ["acts", markup`${curl} ${sum}`],
  ]);
}

/** A button that copies; where no scripts run it is not shown. */
export function copyButton(text: Fragment, label: Html, copied: Fragment): Html {
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
