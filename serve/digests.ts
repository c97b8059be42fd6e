/** Which digest each file has, without reading what was read before. */
import { setTimeout } from "node:timers/promises";
import {
  type CallOptions,
  emptyManifest,
  type FileRecord,
  type FileRecords,
  loadManifest,
  type Manifest,
  MANIFEST_KEY,
  type PackageRecord,
  type StorageAdapter,
} from "../core/storage/mod.ts";
import { digestOf } from "../core/util/digest.ts";
import { listFolder } from "./lookup.ts";

/** What is known of a file's digest. */
export type Digest =
  /** As recorded by an import, and untouched since; or as read here. */
  | { readonly kind: "known"; readonly sha256: string }
  /** It is of an import, and is being read. */
  | { readonly kind: "reading" }
  /** It is of an import, and could not be read. */
  | { readonly kind: "unreadable" }
  /** No import has recorded it: it is not read just to be shown. */
  | { readonly kind: "unrecorded" };

/** Digests of what a folder holds. */
export interface Digests {
  /** The manifest as it is now, looked at once a second at the most. */
  manifest(): Promise<Manifest>;
  /** What is known of a file in the state that `etag` tells of; reading begins where it must. */
  find(key: string, etag: string): Digest;
}

/** How long the manifest is taken to be as it was, in ms. */
const FRESH = 1000;

/** So long after an import, in ms, each of its files has an etag. */
const SETTLED = 1100;

/**
 * Begins to know the digests of a folder. A file that was touched since it was recorded, or so soon
 * afterwards that one cannot tell, is read again, one after the other, in the background. `warn` is
 * told when the manifest cannot be read; what it said before counts until then.
 */
export function openDigests(
  adapter: StorageAdapter,
  warn: (error: unknown) => void,
  options: CallOptions,
): Digests {
  let manifest: Manifest = emptyManifest();
  let seen: string | undefined;
  let looked = -Infinity;
  let failing = false;
  let looking: Promise<Manifest> = Promise.resolve(manifest);
  const read = new Map<string, { readonly etag: string; readonly digest: Digest }>();
  const queue = new Map<string, string>();
  let reading = false;

  async function look(): Promise<Manifest> {
    try {
      const info = await adapter.stat(MANIFEST_KEY, options);
      if (info === undefined) manifest = emptyManifest();
      else if (info.etag === undefined || info.etag !== seen) {
        manifest = await loadManifest(adapter, options);
        void readAhead();
      }
      seen = info?.etag;
      failing = false;
    } catch (error) {
      if (!failing) warn(error); // once, not with every request
      failing = true;
    }
    return manifest;
  }

  /** So that a file's digest is known, most often, when the file is first asked for. */
  async function readAhead(): Promise<void> {
    try {
      await setTimeout(SETTLED, undefined, { ...options, ref: false });
      for (const key of manifest.files.keys()) {
        const etag = (await adapter.stat(key, options))?.etag;
        if (etag !== undefined) find(key, etag);
      }
    } catch {
      // It stops, or a folder cannot be read: whoever asks for such a file hears why.
    }
  }

  async function readQueue(): Promise<void> {
    reading = true;
    for (const [key, etag] of queue) {
      if (options.signal?.aborted) break;
      const digest = await readDigest(adapter, key, etag, options);
      if (digest !== undefined) read.set(key, { etag, digest });
      queue.delete(key);
    }
    reading = false;
  }

  function find(key: string, etag: string): Digest {
    const recorded = manifest.files.get(key);
    if (recorded === undefined) return { kind: "unrecorded" };
    if (recorded.etag === etag) return { kind: "known", sha256: recorded.sha256 };
    const known = read.get(key);
    if (known?.etag === etag) return known.digest;
    queue.set(key, etag);
    if (!reading) void readQueue();
    return { kind: "reading" };
  }

  return {
    manifest() {
      if (performance.now() - looked > FRESH) {
        looked = performance.now();
        looking = look();
      }
      return looking;
    },
    find,
  };
}

/** Nothing when it was touched meanwhile: which of its states was read is not known then. */
async function readDigest(
  adapter: StorageAdapter,
  key: string,
  etag: string,
  options: CallOptions,
): Promise<Digest | undefined> {
  try {
    const { sha256 } = await digestOf(await adapter.get(key, options), options.signal);
    const untouched = (await adapter.stat(key, options))?.etag === etag;
    return untouched ? { kind: "known", sha256 } : undefined;
  } catch {
    return { kind: "unreadable" }; // whoever asks for the file hears why
  }
}

/** How a file stands to its record. */
export type FileState =
  /** Its SHA-256 is the recorded one. */
  | "verified"
  | "different"
  /** It is recorded, and not there. */
  | "missing"
  /** It is there, and cannot be read. */
  | "unreadable"
  | "checking"
  /** No import has recorded it. */
  | "unrecorded";

/** States that somebody should do something about. */
export const PROBLEMS: readonly FileState[] = ["different", "missing", "unreadable"];

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

export interface Catalogue {
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
  records: FileRecords,
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
