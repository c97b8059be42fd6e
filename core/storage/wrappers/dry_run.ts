/** Going through the motions. */
import { abortable } from "../../util/streams.ts";
import type { CallOptions, ObjectInfo, PutSource, StorageAdapter } from "../adapter.ts";
import { exactChunks } from "../put_source.ts";
import { delegate } from "./delegate.ts";

/**
 * The adapter without effects: sources are read to their end, so that their digests get known and
 * their defects found, and then forgotten; nothing is stored or removed. `prepare` only inspects, and so does a put.
 * What is there already can be read as before.
 */
export function dryRun(inner: StorageAdapter): StorageAdapter {
  async function consume(
    key: string,
    source: PutSource,
    options?: CallOptions,
  ): Promise<ObjectInfo> {
    await inner.checkPut?.(key, options);
    for await (const _ of abortable(exactChunks(key, source), options?.signal));
    return { key, size: source.size };
  }

  return delegate(inner, {
    put: () => consume,
    immediate: () => () => undefined,
    stage: () => async (key, source, options) => {
      const info = await consume(key, source, options);
      return { publish: () => Promise.resolve(info), discard: () => Promise.resolve() };
    },
    prepare: () => async (options) => await inner.checkReady?.(options),
    discardStale: () => () => Promise.resolve(),
    clearStaged: (clear) => (keys, options) => clear(keys, { ...options, dryRun: true }),
    remove: () => () => Promise.resolve(),
  });
}
