/** Which files an index page shows, as its address says it. */
import { formatNumber } from "../../core/util/units.ts";
import { badge, type Html, isProblem, markup, said, stateBadges } from "../../html/mod.ts";
import { encodePath } from "../lookup.ts";
import type { Catalogue, CatalogueFile } from "./catalogue.ts";

/** Files a page; more than that is slow on a phone, and nobody reads on. */
const PAGE_LENGTH = 200;

export interface View {
  /** The folder, without slashes at its ends; empty for the root. */
  readonly folder: string;
  /** Words that a file's path or SHA-256 must hold, whatever their case. */
  readonly search: string;
  /** Whether only files are shown that something is wrong with. */
  readonly problems: boolean;
  /** From 1. */
  readonly page: number;
}

/** The view that an address asks for; what it says wrongly does not count. */
export function readView(folder: string, query: URLSearchParams): View {
  const page = Number(query.get("page") ?? 1);
  return {
    folder,
    search: (query.get("q") ?? "").slice(0, 500).trim(),
    problems: query.get("show") === "problems",
    page: Number.isSafeInteger(page) && page > 0 ? page : 1,
  };
}

/** The address of a view, on this server. */
export function viewAddress({ folder, search, problems, page }: View): string {
  const query = new URLSearchParams({
    ...(search !== "" && { q: search }),
    ...(problems && { show: "problems" }),
    ...(page !== 1 && { page: `${page}` }),
  }).toString();
  const path = folder === "" ? "/" : `/${encodePath(folder)}/`;
  return query === "" ? path : `${path}?${query}`;
}

export interface Selection {
  readonly files: readonly CatalogueFile[];
  readonly found: number;
  /** Their length in bytes, on all pages. */
  readonly bytes: number;
  /** The page that is shown: the last one when the address asked for one beyond it. */
  readonly page: number;
  readonly pages: number;
  /** Those just below the folder that is shown, and the files that each holds. */
  readonly subfolders: ReadonlyMap<string, readonly string[]>;
}

/** Chooses what a view shows. */
export function select({ files }: Catalogue, view: View): Selection {
  const prefix = view.folder === "" ? "" : `${view.folder}/`;
  const inside = files.filter(({ key }) => key.startsWith(prefix));
  const folders = inside.map(({ key }) => key.slice(prefix.length))
    .filter((path) => path.includes("/"));
  const words = view.search.toLowerCase().split(/\s+/);
  const found = inside.filter(({ key, sha256, state }) => {
    const text = `${key.toLowerCase()} ${sha256 ?? ""}`;
    return words.every((word) => text.includes(word)) && (!view.problems || isProblem(state));
  });
  const pages = Math.max(1, Math.ceil(found.length / PAGE_LENGTH));
  const page = Math.min(view.page, pages);
  return {
    files: found.slice((page - 1) * PAGE_LENGTH, page * PAGE_LENGTH),
    found: found.length,
    bytes: found.reduce((sum, { size }) => sum + size, 0),
    page,
    pages,
    subfolders: Map.groupBy(folders, (path) => path.slice(0, path.indexOf("/"))),
  };
}

/** The state of many files: what is wrong or not yet known and how often, or that all is well. */
export function stateSummary(files: readonly CatalogueFile[]): Html {
  const states = files.map(({ state }) => state);
  const told = states.filter((state) => isProblem(state) || state === "checking");
  if (told.length > 0) {
    return markup`<span class="badges"${told.includes("checking") && markup` data-checking`}>${
      stateBadges(told)
    }</span>`;
  }
  const verified = states.filter((state) => state === "verified").length;
  return verified === 0
    ? badge("plain", said("no record of an import"))
    : badge("good", said("all {0} verified", formatNumber(verified)));
}
