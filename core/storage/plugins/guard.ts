/**
 * What stands between the core and a plug-in's adapter: whatever that does, the core sees what the
 * contract promises, or an error that names the file and the member.
 *
 * - What it gives is checked for its shape; what it throws gets file and member into the message.
 * - A call that shows no sign of life for five minutes ends in an error, and one that is aborted
 *   does so after ten seconds.
 * - `put` and `stage` must have read all of their source, and say so. What it claims about digests
 *   does not count (`capabilities.verifiesSha256` becomes false), so the core reads back what was written.
 */
import type {
  AdapterInput,
  ClusterSide,
  PutOptions,
  PutSource,
  Repository,
  Staged,
  StorageAdapter,
} from "../adapter.ts";
import { chunksOf, chunkSource } from "../put_source.ts";
import { type Changes, delegate } from "../wrappers/mod.ts";
import {
  type Awaited,
  type CallLimits,
  DEFAULT_PATIENCE,
  guardCall,
  guardSteps,
  type PluginFile,
  slip,
  thrown,
} from "./errors.ts";
import {
  checkInfo,
  checkNumber,
  checkStaged,
  checkStored,
  checkStream,
  checkUrl,
  shown,
} from "./validate.ts";

/** The adapter of a plug-in, guarded. */
export function guardAdapter(
  adapter: StorageAdapter,
  file: PluginFile,
  patience: CallLimits = DEFAULT_PATIENCE,
): StorageAdapter {
  const guarded = delegate(adapter, {
    capabilities: { ...adapter.capabilities, verifiesSha256: false },
    ...guardReading(file, patience),
    ...guardWriting(file, patience),
    ...guardUpkeep(file, patience),
  });
  const dispose = "[Symbol.asyncDispose]";
  return Object.assign(guarded, {
    [Symbol.asyncDispose]: () =>
      guardCall(file, `${dispose}()`, "close the target", () => adapter[Symbol.asyncDispose](), {
        patience,
      }),
  });
}

function guardReading(file: PluginFile, patience: CallLimits): Changes {
  return {
    stat: (stat) => async (key, options = {}) => {
      const doing = `look at ${shown(key)}`;
      const call = () => stat(key, options);
      const info = await guardCall(file, "stat()", doing, call, { patience, ...options });
      return info === undefined ? undefined : checkInfo(info, "stat()", file, key);
    },
    get: (get) => async (key, options = {}) => {
      const doing = `read ${shown(key)}`;
      const call = () => get(key, options);
      const given = await guardCall(file, "get()", doing, call, { patience, ...options });
      const stream = checkStream(given, file);
      return ReadableStream.from(
        guardSteps(file, "get()", doing, stream, { patience, ...options }),
      );
    },
    digest: () => () => Promise.resolve(undefined), // what it claims does not count: it is read
    list: (list) =>
      async function* (prefix, options = {}) {
        const doing = `list ${shown(prefix)}`;
        const patient = { patience, ...options };
        const call = () => list(prefix, options);
        const objects = await guardCall(file, "list()", doing, call, patient);
        for await (const info of guardSteps(file, "list()", doing, objects, patient)) {
          yield checkInfo(info, "list()", file);
        }
      },
    publicUrl: (publicUrl) => (key) => {
      try {
        return checkUrl(publicUrl(key), file);
      } catch (error) {
        throw thrown(file, "publicUrl()", `tell where ${shown(key)} is served`, error);
      }
    },
  };
}

function guardWriting(file: PluginFile, patience: CallLimits): Changes {
  return {
    put: (put) => async (key, source, options = {}) => {
      const watched = watch(source);
      const call = () => put(key, watched.source, options);
      const given = await guardCall(file, "put()", `store ${shown(key)}`, call, {
        patience,
        ...awaiting(options, watched),
      });
      const info = checkInfo(given, "put()", file, key);
      return checkStored(info, source, watched.taken(), "put()", file);
    },
    stage: (stage) => async (key, source, options = {}) => {
      const watched = watch(source);
      const call = () => stage(key, watched.source, options);
      const given = await guardCall(file, "stage()", `store ${shown(key)}`, call, {
        patience,
        ...awaiting(options, watched),
      });
      return guardStaged(checkStaged(given, file), key, source, watched, file, patience);
    },
  };
}

function guardStaged(
  staged: Staged,
  key: string,
  source: PutSource,
  { taken }: Watched,
  file: PluginFile,
  patience: CallLimits,
): Staged {
  return {
    async publish(options = {}) {
      const doing = `publish ${shown(key)}`;
      const call = () => staged.publish(options);
      const given = await guardCall(file, "publish()", doing, call, { patience, ...options });
      return checkStored(
        checkInfo(given, "publish()", file, key),
        source,
        taken(),
        "stage()",
        file,
      );
    },
    discard: () =>
      guardCall(file, "discard()", `discard ${shown(key)}`, () => staged.discard(), { patience }),
  };
}

function guardUpkeep(file: PluginFile, patience: CallLimits): Changes {
  return {
    prepare: (prepare) => (options = {}) =>
      guardCall(file, "prepare()", "prepare the target", () => prepare(options), {
        patience,
        ...options,
      }),
    checkReady: (checkReady) => (options = {}) =>
      guardCall(file, "checkReady()", "inspect the target", () => checkReady(options), {
        patience,
        ...options,
      }),
    checkPut: (checkPut) => (key, options = {}) =>
      guardCall(file, "checkPut()", `look at ${shown(key)}`, () => checkPut(key, options), {
        patience,
        ...options,
      }),
    freeSpace: (askRoom) => async (options = {}) => {
      const doing = "ask the target for room";
      const call = () => askRoom(options);
      const room = await guardCall(file, "freeSpace()", doing, call, { patience, ...options });
      return checkNumber(room, "freeSpace()", "bytes", file);
    },
    withExclusiveLock: (withExclusiveLock) => (work, options = {}) =>
      guardCall(
        file,
        "withExclusiveLock()",
        "write the record",
        () => withExclusiveLock(work, options),
        {
          patience,
          ...options,
        },
      ),
    discardStale: (clear) => (keys, options = {}) =>
      guardCall(file, "discardStale()", "clear the target", () => clear(keys, options), {
        patience,
        ...options,
      }),
    keepStaged: (keep) => () => {
      try {
        keep();
      } catch { /* the next run stages again, and this one says why it was stopped */ }
    },
    clearStaged: (clear) => async (keys, options = {}) => {
      const call = () => clear(keys, options);
      const about = { patience, ...options };
      const count = await guardCall(file, "clearStaged()", "clear the target", call, about);
      return checkNumber(count, "clearStaged()", "objects", file);
    },
    remove: (remove) => (key, options = {}) =>
      guardCall(file, "remove()", `remove ${shown(key)}`, () => remove(key, options), {
        patience,
        ...options,
      }),
  };
}

/** A source that remembers how much of it was read, and when. */
interface Watched {
  readonly source: PutSource;
  readonly taken: () => number;
  /** By `performance.now()`. */
  readonly lastSign: () => number;
}

function watch(source: PutSource): Watched {
  let taken = 0;
  let sign = performance.now();
  async function* chunks(): AsyncGenerator<Uint8Array> {
    taken = 0; // a replayable source may be opened again
    for await (const chunk of chunksOf(source)) {
      taken += chunk.length;
      sign = performance.now();
      yield chunk;
    }
  }
  const digest = source.sha256 && { sha256: () => source.sha256?.() };
  return {
    source: { ...chunkSource(source.size, source.replayable, chunks), ...digest },
    taken: () => taken,
    lastSign: () => sign,
  };
}

function awaiting({ signal }: PutOptions, { lastSign }: Watched): Awaited {
  return { signal, lastSign };
}

/** The same, with file and member in what goes wrong. */
export function guardCluster(cluster: ClusterSide, file: PluginFile): ClusterSide {
  return {
    fillOptions(input, repository): AdapterInput {
      const member = "cluster.fillOptions()";
      const completed = call(
        file,
        member,
        "complete the options",
        () => cluster.fillOptions(input, repository),
      );
      if (typeof completed === "object" && completed !== null) return completed;
      throw slip(file, `${member} gives no option values`);
    },
    repository(config, host): Repository {
      const member = "cluster.repository()";
      const found = call(
        file,
        member,
        "tell where nodes fetch from",
        () => cluster.repository(config, host),
      );
      if (/^https?:\/\//.test(String(found?.endpoint))) return found;
      throw slip(file, `${member} gives no endpoint that begins with http:// or https://`);
    },
  };
}

function call<T>(file: PluginFile, member: string, doing: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw thrown(file, member, doing, error);
  }
}
