/** Which files an index page shows, as its address says it. */
import { formatNumber } from "../../core/util/units.ts";
import { badge, type Html, markup, said, type Tone } from "../../html/mod.ts";
import { type Catalogue, type CatalogueFile, type FileState, PROBLEMS } from "../digests.ts";
import { encodePath } from "../lookup.ts";

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
    ...(search === "" ? {} : { q: search }),
    ...(problems ? { show: "problems" } : {}),
    ...(page === 1 ? {} : { page: String(page) }),
  }).toString();
  const path = folder === "" ? "/" : `/${encodePath(folder)}/`;
  return query === "" ? path : `${path}?${query}`;
}

/** A folder just below the one that is shown. */
export interface Subfolder {
  readonly name: string;
  readonly files: number;
}

export interface Selection {
  readonly files: readonly CatalogueFile[];
  readonly found: number;
  /** Their length in bytes, on all pages. */
  readonly bytes: number;
  /** The page that is shown: the last one when the address asked for one beyond it. */
  readonly page: number;
  readonly pages: number;
  readonly subfolders: readonly Subfolder[];
}

/** Chooses what a view shows. */
export function select({ files }: Catalogue, view: View): Selection {
  const prefix = view.folder === "" ? "" : `${view.folder}/`;
  const inside = files.filter(({ key }) => key.startsWith(prefix));
  const words = view.search.toLowerCase().split(/\s+/);
  const found = inside.filter(({ key, sha256, state }) => {
    const text = `${key.toLowerCase()} ${sha256 ?? ""}`;
    return words.every((word) => text.includes(word)) &&
      (!view.problems || PROBLEMS.includes(state));
  });
  const pages = Math.max(1, Math.ceil(found.length / PAGE_LENGTH));
  const page = Math.min(view.page, pages);
  return {
    files: found.slice((page - 1) * PAGE_LENGTH, page * PAGE_LENGTH),
    found: found.length,
    bytes: found.reduce((sum, { size }) => sum + size, 0),
    page,
    pages,
    subfolders: subfoldersOf(inside, prefix),
  };
}

function subfoldersOf(files: readonly CatalogueFile[], prefix: string): Subfolder[] {
  const counts = new Map<string, number>();
  for (const { key } of files) {
    const slash = key.indexOf("/", prefix.length);
    if (slash < 0) continue;
    const name = key.slice(prefix.length, slash);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => ({ name, files: count }));
}

const SHOWN: Readonly<Record<FileState, { readonly tone: Tone; readonly text: string }>> = {
  verified: { tone: "good", text: "verified" },
  different: { tone: "bad", text: "differs" },
  missing: { tone: "bad", text: "missing" },
  unreadable: { tone: "bad", text: "unreadable" },
  checking: { tone: "plain", text: "checking" },
  unrecorded: { tone: "plain", text: "not imported" },
};

/** The state of one file. */
export function fileBadge(state: FileState): Html {
  const { tone, text } = SHOWN[state];
  return badge(tone, said(text));
}

/** What is said of many files, worst first: what somebody must do something about before all else. */
const ORDER: readonly FileState[] = ["missing", "different", "unreadable", "checking"];

/** The state of many files: what is wrong and how often, or that all is well. */
export function countBadges(states: ReadonlyMap<FileState, number>): Html {
  const told = ORDER.filter((state) => states.has(state)).map((state) => {
    const { tone, text } = SHOWN[state];
    const shown = badge(tone, markup`${formatNumber(states.get(state) ?? 0)} ${said(text)}`);
    return state === "checking" ? markup`<span data-checking>${shown}</span>` : shown;
  });
  if (told.length > 0) return markup`<span class="badges">${told}</span>`;
  const verified = states.get("verified") ?? 0;
  return verified === 0
    ? badge("plain", said("no record of an import"))
    : badge("good", said("all {0} verified", formatNumber(verified)));
}
