/** The answer to a request for a folder: the index page, as of now. */
import { type Catalogue, readCatalogue } from "./catalogue.ts";
import type { Digests } from "./digests.ts";
import type { DatedFile } from "./index/file_table.ts";
import { indexPage } from "./index/page.ts";
import { readView, select } from "./index/view.ts";
import type { RequestPath } from "./request_path.ts";

/** Answers requests for folders. */
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
