/** The answer to a request for a folder: the index page, as of now. */
import { CHECKSUMS_KEY, MANIFEST_KEY } from "../../core/storage/mod.ts";
import { formatBytes } from "../../core/util/units.ts";
import {
  acceptedLanguage,
  counted,
  type Fragment,
  type Html,
  inLanguage,
  type Language,
  languageOf,
  markup,
  type Page,
  page,
  said,
} from "../../html/mod.ts";
import type { Answer } from "../answer.ts";
import {
  type Catalogue,
  type CataloguePackage,
  type Digests,
  PROBLEMS,
  readCatalogue,
} from "../digests.ts";
import type { RequestPath } from "../lookup.ts";
import { copyButton, type DatedFile, fileSection } from "./file_table.ts";
import { curlCommand, SCRIPT, variableLines } from "./script.ts";
import { countBadges, readView, select, type Selection, type View, viewAddress } from "./view.ts";

export type IndexAnswer = (asked: Headers, wanted: RequestPath) => Promise<Answer>;

/** For so long, in ms, a look at all files serves all who ask. */
const FRESH = 2000;

/** Makes what answers for folders below `root`. */
export function indexAnswerer(
  root: string,
  digests: Digests,
  language?: string,
): IndexAnswer {
  let looked = -Infinity;
  let looking: Promise<Catalogue> | undefined;

  function catalogue(): Promise<Catalogue> {
    if (looking === undefined || performance.now() - looked > FRESH) {
      looked = performance.now();
      looking = readCatalogue(root, digests);
      looking.catch(() => looking = undefined); // whoever asked is told; the next one tries again
    }
    return looking;
  }

  return async (asked, { origin, path, query }) => {
    const lang = language === undefined
      ? acceptedLanguage(asked.get("accept-language"))
      : languageOf(language);
    const now = await catalogue();
    const view = readView(path, query);
    const selection = select(now, view);
    const files = await Promise.all(selection.files.map((file) => dated(root, file)));
    const { markup, policy } = indexPage({ origin, catalogue: now, view, selection, files }, lang);
    const body = new TextEncoder().encode(inLanguage(markup, lang));
    const headers = {
      "content-type": "text/html; charset=utf-8",
      "content-length": String(body.length),
      "content-language": lang,
      "content-security-policy": policy,
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    };
    return { status: 200, headers, body };
  };
}

async function dated(root: string, file: DatedFile): Promise<DatedFile> {
  const info = await Deno.lstat(`${root}/${file.key}`).catch(() => undefined);
  return info?.mtime ? { ...file, modified: info.mtime } : file;
}

/** What the page is made of. */
export interface IndexParts {
  /** `http://HOST`, as the client calls this server. */
  readonly origin: string;
  readonly catalogue: Catalogue;
  readonly view: View;
  readonly selection: Selection;
  /** The files of the selection, with their dates. */
  readonly files: readonly DatedFile[];
}

function indexPage(parts: IndexParts, lang: Language): Page {
  const { origin, catalogue: { packages }, view: { folder, search, problems } } = parts;
  const host = origin.replace(/^https?:\/\//, "");
  return page({
    lang,
    title: folder === ""
      ? markup`${host} – ${said("offline binaries")}`
      : markup`${folder} – ${host}`,
    script: SCRIPT,
    body: markup`<a class="skip" href="#files">${said("Skip to the files")}</a>
<div class="wrap">
<header>
<p class="brand">binimport serve</p>
<h1>${host}</h1>
${stateLine(parts)}
</header>
<main class="${(search !== "" || problems) && "searching"}">
${useSection(parts)}
${packages.length > 0 && packageSection(packages)}
${fileSection(parts)}
</main>
<footer>${said("What imports have recorded, with every SHA-256:")}
<a href="/${MANIFEST_KEY}">${MANIFEST_KEY}</a>,
<a href="/${CHECKSUMS_KEY}">${CHECKSUMS_KEY}</a></footer>
</div>
<div id="said" class="unseen" role="status" data-done="${said("Copied: ")}"
data-label="${said("copied")}" data-failed="${said("Cannot copy: select the text")}"></div>`,
  });
}

function stateLine({ catalogue: { files, states, packages }, view }: IndexParts): Html {
  const there = files.filter(({ state }) => state !== "missing");
  const bytes = there.reduce((sum, { size }) => sum + size, 0);
  const wrong = PROBLEMS.some((state) => states.has(state));
  const address = viewAddress({ ...view, folder: "", search: "", page: 1, problems: true });
  return markup`<p class="facts" id="state">
<span>${counted(there.length, "file")}</span>
<span><b>${formatBytes(bytes)}</b></span>
${packages.length > 0 && markup`<span>${counted(packages.length, "package")}</span>`}
${countBadges(states)}
${wrong && markup`<a href="${address}">${said("Show what is wrong")}</a>`}
</p>`;
}

function useSection({ origin, catalogue: { files } }: IndexParts): Html {
  const example = files.find(({ state }) => state !== "missing");
  const command = example && copyLine(said("command"), curlCommand(origin, example.key));
  return markup`<section aria-labelledby="use">
<h2 id="use">${said("Use it")}</h2>
${
    copyLine(
      said("kubespray variables"),
      variableLines(origin).map((line, i) => i === 0 ? line : markup`\n${line}`),
    )
  }
${command}
</section>`;
}

function copyLine(what: Html, text: Fragment): Html {
  return markup`<div class="copy"><code tabindex="0" aria-label="${what}">${text}</code>
${copyButton(said("Copy"), said("Copy the {0}", what), text)}</div>`;
}

function packageSection(packages: readonly CataloguePackage[]): Html {
  return markup`<section id="packages" aria-labelledby="packages-title">
<h2 id="packages-title">${said("Packages")}</h2>
<table class="cards" role="table" aria-labelledby="packages-title">
<thead role="rowgroup"><tr role="row">
<th role="columnheader">${said("Name")}</th>
<th role="columnheader" class="num">${said("Size")}</th>
<th role="columnheader" class="num">${said("Files")}</th>
<th role="columnheader">SHA-256</th>
<th role="columnheader">${said("State")}</th>
</tr></thead>
<tbody role="rowgroup">
${packages.map(packageRow)}
</tbody>
</table>
</section>`;
}

function packageRow({ name, size, sha256, files, states }: CataloguePackage): Html {
  return markup`<tr role="row">
<td role="cell" class="path mono">${name}</td>
<td role="cell" class="num">${size === undefined ? "–" : formatBytes(size)}</td>
<td role="cell" class="num">${counted(files, "file")}</td>
<td role="cell"><code class="sum" title="${sha256}">${sha256}</code></td>
<td role="cell">${countBadges(states)}</td>
</tr>
`;
}
