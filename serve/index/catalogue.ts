/** All that a folder holds, beside what imports have recorded of it. */
import {
  fileEtag,
  type FileRecord,
  type FileRecords,
  isStateKey,
  type PackageRecord,
} from "../../core/storage/mod.ts";
import { errno } from "../../core/util/errno.ts";
import type { Digests } from "../digests.ts";

/** How a file stands to its record; `unrecorded`: no import has written it. */
export type FileState =
  | "verified"
  | "different"
  | "missing"
  | "unreadable"
  | "checking"
  | "unrecorded";

export interface CatalogueFile {
  readonly key: string;
  readonly size: number;
  /** Of the bytes that are there; of a missing file, of those that should be. */
  readonly sha256?: string;
  readonly state: FileState;
  readonly modified?: Date | null;
}

/** A package that files were imported from. */
export interface CataloguePackage {
  readonly name: string;
  readonly sha256: string;
  /** Its length in bytes; absent when it came through a pipe. */
  readonly size?: number;
  readonly files: readonly CatalogueFile[];
}

export interface Catalogue {
  readonly files: readonly CatalogueFile[];
  readonly packages: readonly CataloguePackage[];
}

/** Looks at every file; reads none of them, but has `digests` begin where it must. */
export async function readCatalogue(root: string, digests: Digests): Promise<Catalogue> {
  const manifest = await digests.manifest();
  const files = new Map<string, CatalogueFile>();
  const { listed, closed } = await listFolder(root);
  for (const { key, info } of listed) {
    const { size, mtime: modified } = info;
    const found = judge(key, fileEtag(info), manifest.files.get(key), digests);
    files.set(key, { key, size, modified, ...found });
  }
  for (const [key, { size, sha256 }] of manifest.files) {
    if (files.has(key)) continue;
    const state = closed.some((folder) => key.startsWith(folder)) ? "unreadable" : "missing";
    files.set(key, { key, size, sha256, state });
  }
  return {
    files: [...files.values()].sort((a, b) => (a.key < b.key ? -1 : 1)),
    packages: manifest.packages.map((one) => packageOf(one, manifest.files, files)),
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
  records: FileRecords,
  files: ReadonlyMap<string, CatalogueFile>,
): CataloguePackage {
  const own = keys.filter((key) => records.get(key)?.package === sha256)
    .map((key) => files.get(key)).filter((file) => file !== undefined);
  return { name, sha256, ...(size === undefined ? {} : { size }), files: own };
}

interface Listing {
  /** Every regular file, binimport's own left out. Links are passed over. */
  readonly listed: readonly { readonly key: string; readonly info: Deno.FileInfo }[];
  /** Prefixes of keys below folders that this user may not enter, such as `lost+found/`. */
  readonly closed: readonly string[];
}

/** Lists a folder. One below it that is closed, or gone meanwhile, does not spoil the others. */
async function listFolder(root: string): Promise<Listing> {
  const listed: { key: string; info: Deno.FileInfo }[] = [];
  const closed: string[] = [];

  async function walk(prefix: string): Promise<void> {
    const entries = await entriesOf(`${root}/${prefix}`);
    if (entries === undefined) return void closed.push(prefix);
    for (const { name, isDirectory, isFile } of entries) {
      const key = prefix + name;
      if (isStateKey(key)) continue;
      if (isDirectory) await walk(`${key}/`);
      const info = isFile ? await Deno.lstat(`${root}/${key}`).catch(() => undefined) : undefined;
      if (info?.isFile) listed.push({ key, info });
    }
  }

  await walk("");
  return { listed, closed };
}

/** `undefined` where this user may not look. */
async function entriesOf(path: string): Promise<Deno.DirEntry[] | undefined> {
  try {
    return await Array.fromAsync(Deno.readDir(path));
  } catch (error) {
    // Folders may be deeper than any path that the kernel takes (PATH_MAX).
    if (error instanceof Deno.errors.PermissionDenied || errno(error) === "ENAMETOOLONG") {
      return undefined;
    }
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return [];
    }
    throw error;
  }
}
