/** The one list of verify modes: the flag's choices, help and errors follow from it. */
import type { ExpectedFile } from "../packages/mod.ts";
import type { StorageAdapter } from "../storage/mod.ts";
import { BinimportError } from "../util/errors.ts";
import type { VerifyOptions } from "./verify.ts";

/** How far a proof goes: the name of one of {@linkcode VERIFY_MODES}. */
export type VerifyMode = "auto" | "url" | "target" | "off";

/** Which files are looked at, and how. */
export interface Step {
  readonly mode: VerifyOptions["mode"];
  readonly files: readonly ExpectedFile[];
}

interface VerifyModeSpec {
  readonly name: string;
  /** For help: what it does. */
  readonly summary: string;
  /** Where files are read; `nothing` trusts what was checked while writing. */
  readonly reads: "url" | "target" | "nothing";
  /** It is a mistake where no URL is known. */
  readonly needsUrl?: true;
  /**
   * What an import looks at, one after the other until something is found wrong; `served`: by URL.
   * Files are made when they are asked for: there may be a million, and most modes take some.
   */
  steps(files: Iterable<ImportedFile>, served: boolean): Step[];
}

/** A file that a target has after an import. */
export interface ImportedFile extends ExpectedFile {
  /** `unchecked`: it was written now, and nobody says so but an adapter whose word is not enough. */
  readonly state: "unchanged" | "written" | "unchecked";
}

/**
 * In bytes, all bodies that `auto` fetches: a store may show the checksum of what it was sent, and
 * keep something else (docs/design/importing.md). Of more than a GiB that were written, a share.
 */
const MOST_FETCHED = 64 * 1024 * 1024;
const SHARE = 1 / 16;

/** In bytes, of the one body that it fetches where nothing was written. */
const MAX_SAMPLE = 16 * 1024 * 1024;

/** The first is the default. */
export const VERIFY_MODES: VerifyModeSpec[] = [
  {
    name: "auto",
    summary: "ask for every length and fetch up to 64 MiB of what was written",
    reads: "url",
    steps(files, served) {
      const unchecked = Iterator.from(files).filter(({ state }) => state === "unchecked").toArray();
      const steps: Step[] = [{ mode: "target", files: unchecked }];
      if (served) {
        const all = [...files];
        const fresh = all.filter(({ state }) => state !== "unchanged");
        const fetched = new Set(fresh.length > 0 ? affordable(fresh) : sample(all));
        const others = all.filter((file) => !fetched.has(file));
        steps.push({ mode: "head", files: others }, { mode: "url", files: [...fetched] });
      }
      return steps.filter(({ files }) => files.length > 0);
    },
  },
  {
    name: "url",
    summary: "fetch every body",
    reads: "url",
    needsUrl: true,
    steps: (files) => [{ mode: "url", files: [...files] }],
  },
  {
    name: "target",
    summary: "read it back",
    reads: "target",
    steps: (files) => [{ mode: "target", files: [...files] }],
  },
  {
    name: "off",
    summary: "trust what was checked while writing",
    reads: "nothing",
    steps: () => [],
  },
];

/** The mode of a name; throws code `usage` for another one. */
export function verifyMode(name: string): VerifyModeSpec {
  const found = VERIFY_MODES.find((one) => one.name === name);
  if (found !== undefined) return found;
  const names = VERIFY_MODES.map((one) => one.name).join(", ");
  const hint = `There are ${names}.`;
  throw new BinimportError("usage", `Cannot verify by "${name}": there is no such mode`, { hint });
}

/** Throws code `usage` where a mode needs the URL of a target that has none. */
export function requireUrl(
  { name, needsUrl }: VerifyModeSpec,
  adapter: Pick<StorageAdapter, "target" | "publicUrl">,
): void {
  if (!needsUrl || adapter.publicUrl?.("x") !== undefined) return;
  throw new BinimportError(
    "usage",
    `Cannot verify ${adapter.target} over its URL: no URL is known`,
    { hint: `Give --url, or another mode than --verify ${name}.` },
  );
}

/** As many as can be fetched for {@linkcode MOST_FETCHED} bytes, but at least one. */
function affordable(files: readonly ImportedFile[]): ImportedFile[] {
  let left = Math.max(MOST_FETCHED, SHARE * files.reduce((sum, { size }) => sum + size, 0));
  return bySize(files).filter(({ size }, nth) => (left -= size) >= 0 || nth === 0);
}

/** The longest file that is not too long to fetch for a look, else the shortest. */
function sample(files: readonly ImportedFile[]): ImportedFile[] {
  const sorted = bySize(files);
  const longest = sorted.findLast(({ size }) => size <= MAX_SAMPLE);
  return longest === undefined ? sorted.slice(0, 1) : [longest];
}

function bySize(files: readonly ImportedFile[]): ImportedFile[] {
  return files.toSorted((a, b) => a.size - b.size);
}
