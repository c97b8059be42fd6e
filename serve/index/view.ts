/** Which files an index page shows, as its address says it. */
import { formatNumber } from "../../core/util/units.ts";
import {
  badge,
  type Html,
  isProblem,
  markup,
  said,
  stateBadges,
  type StateCounts,
} from "../../html/mod.ts";
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
  /** Those just below the folder that is shown, and how many files each holds. */
  readonly subfolders: ReadonlyMap<string, number>;
}

/** Chooses what a view shows. */
export function select({ files }: Catalogue, view: View): Selection {
  const prefix = view.folder === "" ? "" : `${view.folder}/`;
  const inside = prefix === "" ? files : files.filter(({ key }) => key.startsWith(prefix));
  const words = view.search.toLowerCase().split(/\s+/);
  const found = view.search === "" && !view.problems
    ? inside
    : inside.filter(({ key, sha256, state }) => {
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
    subfolders: subfoldersOf(inside, prefix.length),
  };
}

function subfoldersOf(files: readonly CatalogueFile[], start: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { key } of files) {
    const end = key.indexOf("/", start);
    if (end < 0) continue;
    const name = key.slice(start, end);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/** The state of many files: what is wrong or not yet known and how often, or that all is well. */
export function stateSummary(states: StateCounts): Html {
  const told = new Map([...states].filter(([state]) => isProblem(state) || state === "checking"));
  if (told.size > 0) {
    return markup`<span class="badges"${told.has("checking") && markup` data-checking`}>${
      stateBadges(told)
    }</span>`;
  }
  const verified = states.get("verified") ?? 0;
  return verified === 0
    ? badge("plain", said("no record of an import"))
    : badge("good", said("all {0} verified", formatNumber(verified)));
}
