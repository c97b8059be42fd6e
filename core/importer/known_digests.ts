/** What lies in a target from before, by digest. */
import {
  type CallOptions,
  type FileRecord,
  type ImmediateCalls,
  type Manifest,
  objectDigest,
  type ObjectInfo,
  type PackageRecord,
  type StorageAdapter,
} from "../storage/mod.ts";
import { concurrently } from "../util/concurrency.ts";
import { hasCode } from "../util/errors.ts";

/** How far what is recorded counts. */
export type Trust =
  /** A record counts for a file that nothing has touched since. */
  | "record"
  /** Every file is read (`--checksum`). */
  | "bytes"
  /** Nothing is looked at (`--force`). */
  | "nothing";

/** What was found under a key. */
export interface KnownObject {
  readonly sha256: string;
  /** That before it was read: one who changes it meanwhile changes that, too. */
  readonly etag?: string;
}

export interface KnownDigests {
  /** What is under the key, if it is of that size; it is read where no record can be relied on. */
  find(key: string, size: number): Promise<KnownObject | undefined>;
  /** The same at once, from a record (the manifest's); `unread` where only the bytes can tell. */
  findAtOnce(
    key: string,
    size: number,
    at: ImmediateCalls,
    record?: FileRecord,
  ): KnownObject | undefined | "unread";
  /** Reads files of packages now, if all are to be. Never rejects: `find` tells what is wrong. */
  readAhead(packages: readonly PackageRecord[]): Promise<void>;
}

/** How many files are read side by side. */
const CONCURRENCY = 16;

/** Looks at a target before anything is written there; what it answers is of that moment. */
export async function knownDigests(
  adapter: StorageAdapter,
  manifest: Manifest,
  trust: Trust,
  options: CallOptions = {},
  note: (decision: string) => void = () => {},
): Promise<KnownDigests> {
  const listed = trust !== "nothing" && adapter.capabilities.prefersList
    ? await listAll(adapter, options)
    : undefined;
  const readings = new Map<string, Promise<KnownObject | undefined>>();

  async function read({ key, etag, size }: ObjectInfo): Promise<KnownObject | undefined> {
    const state = manifest.files.has(key)
      ? "it may have changed since it was recorded"
      : "nothing is recorded of it";
    const why = trust === "bytes" ? "no record is trusted" : state;
    note(`${adapter.target}: ${JSON.stringify(key)} is hashed again: ${why}`);
    try {
      const { sha256 } = await objectDigest(adapter, key, options, size);
      return { sha256, ...(etag !== undefined && { etag }) };
    } catch (error) {
      if (hasCode(error, "not-found")) return undefined; // gone since it was listed
      throw error;
    }
  }

  function judge(found: ObjectInfo | undefined, size: number, known?: FileRecord) {
    if (found === undefined || found.size !== size || found.isClosed) return undefined;
    if (trust !== "record" || found.etag === undefined) return "unread";
    const record = known ?? manifest.files.get(found.key);
    return record?.etag === found.etag && record.size === size ? record : "unread";
  }

  async function find(key: string, size: number): Promise<KnownObject | undefined> {
    options.signal?.throwIfAborted();
    if (trust === "nothing") return undefined;
    const found = listed === undefined ? await adapter.stat(key, options) : listed.get(key);
    const known = judge(found, size);
    if (found === undefined) return undefined;
    if (known !== "unread") return known;
    return await readings.getOrInsertComputed(key, () => read(found));
  }

  return {
    find,
    findAtOnce: (key, size, at, record) =>
      trust === "nothing" ? undefined : judge(at.stat(key), size, record),
    async readAhead(packages) {
      if (trust !== "bytes") return;
      const keys = new Set(packages.flatMap(({ keys }) => keys));
      await concurrently(keys, CONCURRENCY, async (key) => {
        const file = manifest.files.get(key);
        if (file !== undefined) await find(key, file.size).catch(() => {});
      });
    },
  };
}

/** Objects; each takes 300 bytes of memory, whoever has put it there. A list may have no end. */
const MAX_LISTED = 1_000_000;

async function listAll(adapter: StorageAdapter, options: CallOptions) {
  if (adapter.list === undefined) return undefined;
  const found = new Map<string, ObjectInfo>();
  let listed = 0;
  try {
    for await (const info of adapter.list("", options)) {
      found.set(info.key, info);
      if (++listed > MAX_LISTED) return undefined; // then each file is asked for
    }
  } catch (error) {
    if (!hasCode(error, "not-found")) throw error; // a dry run before the bucket was made
  }
  return found;
}
