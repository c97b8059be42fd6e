/** The answer to a request for a folder: the index page, as of now. */
import { mirrorLines } from "../../core/expected/mod.ts";
import { CHECKSUMS_KEY, type Manifest, MANIFEST_KEY } from "../../core/storage/mod.ts";
import { formatBytes } from "../../core/util/units.ts";
import {
  acceptedLanguage,
  cardRow,
  cardTable,
  counted,
  type Fragment,
  type Html,
  inLanguage,
  isProblem,
  type Language,
  languageOf,
  markup,
  type Page,
  page,
  said,
  shownDigest,
} from "../../html/mod.ts";
import type { Answer } from "../answer.ts";
import type { Digests } from "../digests.ts";
import type { RequestPath } from "../lookup.ts";
import { type Catalogue, type CataloguePackage, readCatalogue } from "./catalogue.ts";
import { copyButton, fileSection, type Shown } from "./file_table.ts";
import { curlCommand, SCRIPT } from "./script.ts";
import { readView, select, stateSummary, viewAddress } from "./view.ts";

/** For so long, in ms, a look at all files serves all who ask. */
const FRESH = 2000;

/** The most, in ms, where a look takes more than a tenth of that. */
const STALE = 20_000;

/** Makes what answers for folders below `root`. */
export function indexAnswerer(
  root: string,
  digests: Digests,
  language?: string,
): (asked: Headers, wanted: RequestPath) => Promise<Answer> {
  let fresh = -Infinity;
  let looking: Promise<Catalogue> | undefined;
  let seen: Manifest | undefined;

  async function catalogue(): Promise<Catalogue> {
    const manifest = await digests.manifest();
    // An import that ended since shows at once, whatever a look takes.
    const isOld = performance.now() > fresh || (manifest !== seen && fresh < Infinity);
    if (looking === undefined || isOld) {
      const started = performance.now();
      seen = manifest;
      fresh = Infinity;
      looking = readCatalogue(root, manifest, digests);
      const taken = () => {
        const now = performance.now();
        fresh = now + Math.min(STALE, Math.max(FRESH, 10 * (now - started)));
      };
      // Whoever asked is told; the next one tries again.
      looking.then(taken, () => looking = undefined);
    }
    return await looking;
  }

  return async (asked, { origin, path, query }) => {
    const lang = language === undefined
      ? acceptedLanguage(asked.get("accept-language"))
      : languageOf(language);
    const now = await catalogue();
    const view = readView(path, query);
    const shown = { origin, view, selection: select(now, view) };
    const { markup, policy } = indexPage(shown, now, lang);
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

function indexPage(shown: Shown, catalogue: Catalogue, lang: Language): Page {
  const { origin, view: { folder, search, problems } } = shown;
  const { files, packages } = catalogue;
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
${stateLine(shown, catalogue)}
</header>
<main class="${(search !== "" || problems) && "searching"}">
${useSection(origin, files)}
${packages.length > 0 && packageSection(packages)}
${fileSection(shown)}
</main>
<footer>${said("What imports have recorded, with every SHA-256:")}
<a href="/${MANIFEST_KEY}">${MANIFEST_KEY}</a>,
<a href="/${CHECKSUMS_KEY}">${CHECKSUMS_KEY}</a></footer>
</div>
<div id="said" class="unseen" role="status" data-done="${said("Copied: ")}"
data-label="${said("copied")}" data-failed="${said("Cannot copy: select the text")}"></div>`,
  });
}

function stateLine({ view }: Shown, { files, states, bytes, packages }: Catalogue): Html {
  const there = files.length - (states.get("missing") ?? 0);
  const wrong = [...states.keys()].some(isProblem);
  const address = viewAddress({ ...view, folder: "", search: "", page: 1, problems: true });
  return markup`<p class="facts" id="state">
<span>${counted(there, "file")}</span>
<span><b>${formatBytes(bytes)}</b></span>
${packages.length > 0 && markup`<span>${counted(packages.length, "package")}</span>`}
${stateSummary(states)}
${wrong && markup`<a href="${address}">${said("Show what is wrong")}</a>`}
</p>`;
}

function useSection(origin: string, files: Catalogue["files"]): Html {
  const example = files.find(({ state }) => state !== "missing");
  const variables = mirrorLines(origin).map((line, i) => i === 0 ? line : markup`\n${line}`);
  return markup`<section aria-labelledby="use">
<h2 id="use">${said("Use it")}</h2>
${copyLine(said("kubespray variables"), variables)}
${example && copyLine(said("command"), curlCommand(origin, example.key))}
</section>`;
}

function copyLine(what: Html, text: Fragment): Html {
  return markup`<div class="copy"><code tabindex="0" aria-label="${what}">${text}</code>
${copyButton(said("Copy"), said("Copy the {0}", what), text)}</div>`;
}

function packageSection(packages: readonly CataloguePackage[]): Html {
  const title = said("Packages");
  const head = [
    ["", said("Name")],
    ["num", said("Size")],
    ["num", said("Files")],
    ["", "SHA-256"],
    ["", said("State")],
  ] as const;
  const rows = packages.map(({ name, size, sha256, files, states }) =>
    cardRow([
      ["path mono", name],
      ["num", size === undefined ? "–" : formatBytes(size)],
      ["num", counted(files, "file")],
      ["", shownDigest(sha256)],
      ["", stateSummary(states)],
    ])
  );
  return markup`<section id="packages" aria-labelledby="packages-title">
<h2 id="packages-title">${title}</h2>
${cardTable(title, head, rows)}
</section>`;
}
