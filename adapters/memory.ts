/**
 * Objects in memory: for tests, and the smallest complete adapter there is.
 *
 * @module
 */
import {
  type AdapterFactory,
  checkedChunks,
  collect,
  type ObjectInfo,
  type PutOptions,
  type PutSource,
  type StorageAdapter,
} from "../core/storage/mod.ts";
import { BinimportError } from "../core/util/errors.ts";

export interface MemoryObject {
  readonly bytes: Uint8Array;
  /** Differs for each object ever stored. */
  readonly etag: string;
}

let stored = 0;

/** An adapter that keeps its objects in a map. Adapters over one map share their objects. */
export function memoryAdapter(objects: Map<string, MemoryObject> = new Map()): StorageAdapter {
  function publish(key: string, bytes: Uint8Array): ObjectInfo {
    const object = { bytes, etag: `${++stored}` };
    objects.set(key, object);
    return infoOf(key, object);
  }
  return {
    target: "memory:",
    capabilities: { atomicPut: true, verifiesSha256: true, maxConcurrency: 16 },
    stat(key) {
      const object = objects.get(key);
      return Promise.resolve(object && infoOf(key, object));
    },
    async put(key, source, options) {
      return publish(key, await bytesOf(key, source, options));
    },
    async stage(key, source, options) {
      const bytes = await bytesOf(key, source, options);
      return { publish: async () => await publish(key, bytes), discard: async () => {} };
    },
    get(key) {
      const object = objects.get(key);
      if (object) return Promise.resolve(new Blob([new Uint8Array(object.bytes)]).stream());
      const message = `Cannot read ${JSON.stringify(key)}: no such object`;
      return Promise.reject(new BinimportError("not-found", message, { key }));
    },
    async *list(prefix) {
      for (const [key, object] of [...objects]) {
        if (key.startsWith(prefix)) yield infoOf(key, object);
      }
    },
    remove(key) {
      objects.delete(key);
      return Promise.resolve();
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

function bytesOf(key: string, source: PutSource, options?: PutOptions): Promise<Uint8Array> {
  return collect(checkedChunks(key, source, options), source.size);
}

function infoOf(key: string, { bytes, etag }: MemoryObject): ObjectInfo {
  return { key, size: bytes.length, etag };
}

/** The factory of {@linkcode memoryAdapter}. */
const memory: AdapterFactory<undefined> = {
  apiVersion: 1,
  name: "memory",
  summary: "memory of this process, for trying things out",
  options: {},
  parse: () => undefined,
  open: () => Promise.resolve(memoryAdapter()),
};

export default memory;
