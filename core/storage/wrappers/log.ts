/** A line for each call, for `--verbose`. */
import { messageOf } from "../../util/errors.ts";
import type { Staged, StorageAdapter } from "../adapter.ts";
import { delegate } from "./delegate.ts";

/**
 * The adapter with a line to `debug` for each call: what, key, bytes, milliseconds, and the error's
 * message when it failed. Nothing else of it is told, so no credential can be.
 */
export function logCalls(inner: StorageAdapter, debug: (line: string) => void): StorageAdapter {
  async function timed<T>(what: string, call: () => Promise<T>): Promise<T> {
    const begun = performance.now();
    const tell = (outcome: string) =>
      debug(`${inner.target}: ${what}: ${outcome}${(performance.now() - begun).toFixed(1)} ms`);
    try {
      const result = await call();
      tell("");
      return result;
    } catch (error) {
      tell(`${messageOf(error)}, `);
      throw error;
    }
  }

  // Made where no source is at hand: it lives until the end of the import, in great numbers.
  const logged = (key: string, staged: Staged): Staged => ({
    publish: (options) => timed(line("publish", key), () => staged.publish(options)),
    discard: () => timed(line("discard", key), () => staged.discard()),
  });

  return delegate(inner, {
    stat: (stat) => (key, options) => timed(line("stat", key), () => stat(key, options)),
    get: (get) => (key, options) => timed(line("get", key), () => get(key, options)),
    digest: (digest) => (key, options) => timed(line("digest", key), () => digest(key, options)),
    put: (put) => (key, source, options) =>
      timed(line("put", key, source.size), () => put(key, source, options)),
    stage: (stage) => async (key, source, options) => {
      const what = line("stage", key, source.size);
      return logged(key, await timed(what, () => stage(key, source, options)));
    },
    prepare: (prepare) => (options) => timed("prepare", () => prepare(options)),
    checkReady: (checkReady) => (options) => timed("checkReady", () => checkReady(options)),
    checkPut: (checkPut) => (key, options) =>
      timed(line("checkPut", key), () => checkPut(key, options)),
    freeSpace: (freeSpace) => (options) => timed("freeSpace", () => freeSpace(options)),
    withExclusiveLock: (withExclusiveLock) => (work, options) =>
      timed("withExclusiveLock", () => withExclusiveLock(work, options)),
    discardStale: (clear) => (keys, options) =>
      timed(`discardStale of ${keys.length} keys`, () => clear(keys, options)),
    clearStaged: (clear) => (keys, options) => timed("clearStaged", () => clear(keys, options)),
    list: (list) => (prefix, options) => {
      debug(`${inner.target}: ${line("list", prefix)}`);
      return list(prefix, options);
    },
    remove: (remove) => (key, options) => timed(line("remove", key), () => remove(key, options)),
  });
}

function line(call: string, key: string, size?: number): string {
  return `${call} ${JSON.stringify(key)}${size === undefined ? "" : ` of ${size} bytes`}`;
}
