/** What a folder holds, and how that stands to what imports have recorded. */
import type { FileRecord, PackageRecord } from "../core/manifest.ts";
import type { Digests } from "./digests.ts";
import { listFolder } from "./list_folder.ts";

/** How a file stands to its record. */
export type FileState =
  /** Its SHA-256 is the recorded one. */
  | "verified"
  /** It is another one. */
  | "different"
  /** It is recorded, and not there. */
  | "missing"
  /** It is there, and cannot be read. */
  | "unreadable"
  /** It is being read. */
  | "checking"
  /** No import has recorded it. */
  | "unrecorded";

/** States that somebody should do something about. */
export const PROBLEMS: readonly FileState[] = ["different", "missing", "unreadable"];

/** One file. */
export interface CatalogueFile {
  readonly key: string;
  readonly size: number;
  /** Of the bytes that are there; of a missing file, of those that should be. */
  readonly sha256?: string;
  readonly state: FileState;
}

/** A package that files were imported from. */
export interface CataloguePackage {
  readonly name: string;
  readonly sha256: string;
  /** Its length in bytes; absent when it came through a pipe. */
  readonly size?: number;
  readonly files: number;
  /** How many of its files are in which state. */
  readonly states: ReadonlyMap<FileState, number>;
}

/** All of it. */
export interface Catalogue {
  /** Sorted by key. */
  readonly files: readonly CatalogueFile[];
  readonly packages: readonly CataloguePackage[];
  readonly states: ReadonlyMap<FileState, number>;
}

/** Looks at every file; reads none of them, but has `digests` begin where it must. */
export async function readCatalogue(
  root: string,
  digests: Digests,
): Promise<Catalogue> {
  const manifest = await digests.manifest();
  const files = new Map<string, CatalogueFile>();
  const { listed, closed } = await listFolder(root);
  for (const { key, size, etag } of listed) {
    const record = manifest.files.get(key);
    files.set(key, { key, size, ...judge(key, etag, record, digests) });
  }
  for (const [key, { size, sha256 }] of manifest.files) {
    if (files.has(key)) continue;
    const state = closed.some((folder) => key.startsWith(folder)) ? "unreadable" : "missing";
    files.set(key, { key, size, sha256, state });
  }
  return {
    files: [...files.values()].sort((a, b) => (a.key < b.key ? -1 : 1)),
    packages: manifest.packages.map((one) => packageOf(one, manifest.files, files)),
    states: countStates(files.values()),
  };
}

function judge(
  key: string,
  etag: string | undefined,
  record: FileRecord | undefined,
  digests: Digests,
): Pick<CatalogueFile, "sha256" | "state"> {
  if (record === undefined) return { state: "unrecorded" };
  if (etag === undefined) return { state: "checking" }; // touched within this second
  const digest = digests.find(key, etag);
  if (digest.kind === "unreadable") return { state: "unreadable" };
  if (digest.kind !== "known") return { state: "checking" };
  const { sha256 } = digest;
  return { sha256, state: sha256 === record.sha256 ? "verified" : "different" };
}

/** A later package may have taken some of its keys over. */
function packageOf(
  { name, sha256, size, keys }: PackageRecord,
  records: ReadonlyMap<string, FileRecord>,
  files: ReadonlyMap<string, CatalogueFile>,
): CataloguePackage {
  const own = keys.filter((key) => records.get(key)?.package === sha256)
    .map((key) => files.get(key)).filter((file) => file !== undefined);
  return {
    name,
    sha256,
    ...(size === undefined ? {} : { size }),
    files: own.length,
    states: countStates(own),
  };
}

function countStates(files: Iterable<CatalogueFile>): Map<FileState, number> {
  const counts = new Map<FileState, number>();
  for (const { state } of files) counts.set(state, (counts.get(state) ?? 0) + 1);
  return counts;
}
