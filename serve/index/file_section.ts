/** The files of the index: search, folders, table, pages. */
import { formatBytes, formatCount } from "../../core/format.ts";
import { type Fragment, type Html, markup } from "../../pages/html.ts";
import { encodePath } from "../request_path.ts";
import { type DatedFile, fileTable } from "./file_table.ts";
import { type Selection, type View, viewAddress } from "./view.ts";

/** What the section shows. */
export interface FileSectionParts {
  readonly origin: string;
  readonly view: View;
  readonly selection: Selection;
  readonly files: readonly DatedFile[];
}

/** Makes the section. The search is a plain form; where scripts run, it answers while one types. */
export function fileSection({ origin, view, selection, files }: FileSectionParts): Html {
  const nothing = view.search === "" ? "Nothing here." : "Nothing here by that name.";
  return markup`<section id="files" aria-labelledby="files-title">
<h2 id="files-title" class="unseen">Files</h2>
${searchForm(view)}
<div id="results">
${crumbs(view)}
${subfolders(view, selection)}
${foundLine(view, selection)}
${
    files.length > 0
      ? fileTable(origin, view.folder, files)
      : markup`<p class="empty">${nothing}</p>`
  }
${pager(view, selection)}
</div>
</section>`;
}

function searchForm(view: View): Html {
  const address = viewAddress({ ...view, search: "", problems: false, page: 1 });
  const problems = markup`<input type="hidden" name="show" value="problems">`;
  return markup`<form class="tools" method="get" action="${address}" role="search">
<input type="search" name="q" value="${view.search}" placeholder="Search paths and SHA-256"
aria-label="Search files" autocomplete="off" spellcheck="false" maxlength="500">
${view.problems && problems}
<button>Search</button>
</form>`;
}

/** The way back up. */
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
  return markup`<nav class="crumbs" aria-label="Folders above"><a href="/">all</a>${links}</nav>`;
}

/** With more than these, the search serves better. */
const SUBFOLDERS_SHOWN = 40;

function subfolders({ folder }: View, { subfolders }: Selection): Html | false {
  if (subfolders.length === 0) return false;
  const links = subfolders.slice(0, SUBFOLDERS_SHOWN).map(({ name, files }) => {
    const address = `/${encodePath(folder === "" ? name : `${folder}/${name}`)}/`;
    return markup`<li><a href="${address}">${name} <small>${files}</small></a></li>`;
  });
  const more = subfolders.length - SUBFOLDERS_SHOWN;
  const rest = markup`<li><small>and ${more} more</small></li>`;
  return markup`<nav aria-label="Folders"><ul class="chips">${links}${more > 0 && rest}</ul></nav>`;
}

function foundLine(view: View, { found, bytes }: Selection): Html {
  const everything = viewAddress({ ...view, problems: false, page: 1 });
  return markup`<p class="facts" id="found"><span>${formatCount(found, "file")}, ${
    formatBytes(bytes)
  }${view.search !== "" && markup`, found for “${view.search}”`}${
    view.problems && markup`, with something wrong (<a href="${everything}">show all</a>)`
  }</span></p>`;
}

function pager(view: View, { page, pages }: Selection): Html | false {
  if (pages === 1) return false;
  const to = (target: number, text: string) =>
    markup`<a href="${viewAddress({ ...view, page: target })}">${text}</a>`;
  return markup`<nav class="pages" aria-label="Pages">
${page > 1 && to(page - 1, "← Previous")}
<small>Page ${page} of ${pages}</small>
${page < pages && to(page + 1, "Next →")}
</nav>`;
}
