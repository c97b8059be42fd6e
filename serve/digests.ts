/** Which digest each file has, without reading what was read before. */
import { setTimeout } from "node:timers/promises";
import {
  type CallOptions,
  emptyManifest,
  type FileRecord,
  loadManifest,
  type Manifest,
  MANIFEST_KEY,
  type StorageAdapter,
} from "../core/storage/mod.ts";
import { digestOf } from "../core/util/digest.ts";

/**
 * What is known of a file: its digest, as recorded by an import and untouched since, or as read here.
 * `unrecorded`: no import has recorded it, so that it is not read just to be shown.
 */
type Digest = { readonly sha256: string } | "checking" | "unreadable" | "unrecorded";

/** Digests of what a folder holds. */
export interface Digests {
  /** The manifest as it is now, looked at once a second at the most. */
  manifest(): Promise<Manifest>;
  /** What is known of a file in the state that `etag` tells of, if any; reads it where it must. */
  find(key: string, etag: string | undefined, recorded?: FileRecord): Digest;
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
      for (const [key, record] of manifest.files) {
        find(key, (await adapter.stat(key, options))?.etag, record);
      }
    } catch {
      // It stops, or a folder cannot be read: whoever asks for such a file hears why.
    }
  }

  async function readQueue(): Promise<void> {
    reading = true;
    for (const [key, etag] of queue) {
      if (options.signal?.aborted) break;
      try {
        const { sha256 } = await digestOf(await adapter.get(key, options), options.signal);
        // Touched meanwhile, it is not known which of its states was read.
        const isSame = (await adapter.stat(key, options))?.etag === etag;
        if (isSame) read.set(key, { etag, digest: { sha256 } });
      } catch {
        read.set(key, { etag, digest: "unreadable" }); // whoever asks for the file hears why
      }
      queue.delete(key);
    }
    reading = false;
  }

  function find(
    key: string,
    etag: string | undefined,
    recorded: FileRecord | undefined = manifest.files.get(key),
  ): Digest {
    if (recorded === undefined) return "unrecorded";
    if (etag === undefined) return "checking"; // touched within this second
    if (recorded.etag === etag) return { sha256: recorded.sha256 };
    const known = read.get(key);
    if (known?.etag === etag) return known.digest;
    queue.set(key, etag);
    if (!reading) void readQueue();
    return "checking";
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
