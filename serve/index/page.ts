/** The answer to a request for a folder: the index page, as of now. */
import { MANIFEST_KEY } from "../../core/storage/mod.ts";
import { formatBytes, formatCount } from "../../core/util/units.ts";
import { type Html, markup, type Page, page } from "../../html/mod.ts";
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

export type IndexAnswer = (method: string, wanted: RequestPath) => Promise<Response>;

/** For so long, in ms, a look at all files serves all who ask. */
const FRESH = 2000;

/** Makes what answers for folders below `root`. */
export function indexAnswerer(
  root: string,
  digests: Digests,
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

  return async (method, { origin, path, query }) => {
    const now = await catalogue();
    const view = readView(path, query);
    const selection = select(now, view);
    const files = await Promise.all(selection.files.map((file) => dated(root, file)));
    const { markup, policy } = indexPage({ origin, catalogue: now, view, selection, files });
    const body = new TextEncoder().encode(markup);
    const headers = {
      "content-type": "text/html; charset=utf-8",
      "content-length": String(body.length),
      "content-security-policy": policy,
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    };
    return new Response(method === "HEAD" ? null : body, { headers });
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

function indexPage(parts: IndexParts): Page {
  const { origin, catalogue: { packages }, view: { folder } } = parts;
  const host = origin.replace(/^https?:\/\//, "");
  return page({
    title: folder === "" ? `${host} – offline binaries` : `${folder} – ${host}`,
    script: SCRIPT,
    body: markup`<a class="skip" href="#files">Skip to the files</a>
<div class="wrap">
<header>
<p class="brand">binimport serve</p>
<h1>${host}</h1>
${stateLine(parts)}
</header>
<main>
${useSection(parts)}
${packages.length > 0 && packageSection(packages)}
${fileSection(parts)}
</main>
<footer>What imports have recorded, with every SHA-256:
<a href="/${MANIFEST_KEY}">${MANIFEST_KEY}</a></footer>
</div>
<div id="said" class="unseen" role="status"></div>`,
  });
}

function stateLine({ catalogue: { files, states, packages }, view }: IndexParts): Html {
  const there = files.filter(({ state }) => state !== "missing");
  const bytes = there.reduce((sum, { size }) => sum + size, 0);
  const wrong = PROBLEMS.some((state) => states.has(state));
  const address = viewAddress({ ...view, folder: "", search: "", page: 1, problems: true });
  return markup`<p class="facts" id="state">
<span><b>${there.length.toLocaleString("en-US")}</b> ${there.length === 1 ? "file" : "files"}</span>
<span><b>${formatBytes(bytes)}</b></span>
${packages.length > 0 && markup`<span>${formatCount(packages.length, "package")}</span>`}
${countBadges(states)}
${wrong && markup`<a href="${address}">Show what is wrong</a>`}
</p>`;
}

function useSection({ origin, catalogue: { files } }: IndexParts): Html {
  const example = files.find(({ state }) => state !== "missing");
  const command = example && copyLine("command", curlCommand(origin, example.key));
  return markup`<section aria-labelledby="use">
<h2 id="use">Use it</h2>
${copyLine("kubespray variables", variableLines(origin).join("\n"))}
${command}
</section>`;
}

function copyLine(what: string, text: string): Html {
  return markup`<div class="copy"><code tabindex="0" aria-label="${what}">${text}</code>
${copyButton("Copy", `Copy the ${what}`, text)}</div>`;
}

function packageSection(packages: readonly CataloguePackage[]): Html {
  return markup`<section id="packages" aria-labelledby="packages-title">
<h2 id="packages-title">Packages</h2>
<table class="cards" role="table" aria-labelledby="packages-title">
<thead role="rowgroup"><tr role="row">
<th role="columnheader">Name</th>
<th role="columnheader" class="num">Size</th>
<th role="columnheader" class="num">Files</th>
<th role="columnheader">SHA-256</th>
<th role="columnheader">State</th>
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
<td role="cell" class="num">${formatCount(files, "file")}</td>
<td role="cell"><code class="sum" title="${sha256}">${sha256}</code></td>
<td role="cell">${countBadges(states)}</td>
</tr>
`;
}
