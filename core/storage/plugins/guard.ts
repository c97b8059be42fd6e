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
import type { ClusterSide, PutSource, StorageAdapter } from "../adapter.ts";
import { passedSource } from "../put_source.ts";
import { isNumber, isStaged, isStream, shown } from "../shapes.ts";
import { aroundCalls, type Call, delegate } from "../wrappers/mod.ts";
import {
  type CallLimits,
  DEFAULT_PATIENCE,
  guardCall,
  guardSteps,
  guardSync,
  type MemberCall,
  type PluginFile,
  slip,
} from "./errors.ts";
import { checkGiven, checkInfo, checkStored, checkUrl } from "./validate.ts";

const DOING: Readonly<Record<Call["name"] | "list" | "publicUrl", string>> = {
  stat: "look at",
  get: "read",
  digest: "read",
  put: "store",
  stage: "store",
  publish: "publish",
  discard: "discard",
  prepare: "prepare the target",
  checkReady: "inspect the target",
  checkPut: "look at",
  freeSpace: "ask the target for room",
  withExclusiveLock: "write the record",
  discardStale: "clear the target",
  clearStaged: "clear the target",
  list: "list",
  remove: "remove",
  publicUrl: "tell where nodes fetch",
};

/** The adapter of a plug-in, guarded. */
export function guardAdapter(
  adapter: StorageAdapter,
  file: PluginFile,
  patience: CallLimits = DEFAULT_PATIENCE,
): StorageAdapter {
  const about = (name: keyof typeof DOING, key?: string): MemberCall => ({
    file,
    member: `${name}()`,
    doing: `${DOING[name]}${key === undefined ? "" : ` ${shown(key)}`}`,
  });
  const reading = watchReading();
  const checked = checkAnswers(adapter, about, reading, patience);
  const guarded = aroundCalls(checked, ({ name, key, source, signal }, run) => {
    const lastSign = () => source && reading.lastSign(source);
    return guardCall(about(name, key), run, { patience, signal, lastSign });
  });
  const closing = { file, member: "[Symbol.asyncDispose]()", doing: "close the target" };
  return Object.assign(guarded, {
    [Symbol.asyncDispose]: () =>
      guardCall(closing, () => adapter[Symbol.asyncDispose](), { patience }),
  });
}

type About = (name: keyof typeof DOING, key?: string) => MemberCall;

/** The adapter, with what it gives looked at. */
function checkAnswers(
  adapter: StorageAdapter,
  about: About,
  reading: Reading,
  patience: CallLimits,
): StorageAdapter {
  return delegate(adapter, {
    capabilities: { ...adapter.capabilities, verifiesSha256: false },
    stat: (stat) => async (key, options) => {
      const info = await stat(key, options);
      return info === undefined ? undefined : checkInfo(info, about("stat"), key);
    },
    get: (get) => async (key, options) => {
      const stream = checkGiven(
        await get(key, options),
        isStream,
        "a ReadableStream",
        about("get"),
      );
      return ReadableStream.from(guardSteps(about("get", key), stream, { patience, ...options }));
    },
    immediate: () => () => undefined, // each call is to be guarded
    digest: () => () => Promise.resolve(undefined), // what it claims does not count: it is read
    list: (list) =>
      async function* (prefix, options) {
        const [listing, patient] = [about("list", prefix), { patience, ...options }];
        const objects = await guardCall(listing, () => list(prefix, options), patient);
        for await (const info of guardSteps(listing, objects, patient)) {
          yield checkInfo(info, listing);
        }
      },
    publicUrl: (publicUrl) => (key) => {
      const asking = about("publicUrl", key);
      return guardSync(asking, () => checkUrl(publicUrl(key), asking));
    },
    put: (put) => async (key, source, options) => {
      const { watched, taken } = reading.watch(source);
      const info = checkInfo(await put(key, watched, options), about("put"), key);
      return checkStored(info, source.size, taken(), about("put"));
    },
    stage: (stage) => async (key, source, options) => {
      const { size } = source;
      const { watched, taken } = reading.watch(source);
      const given = await stage(key, watched, options);
      const staged = checkGiven(given, isStaged, "{ publish, discard }", about("stage"));
      return {
        async publish(options) {
          const info = checkInfo(await staged.publish(options), about("publish"), key);
          return checkStored(info, size, taken(), about("stage"));
        },
        discard: () => staged.discard(),
      };
    },
    freeSpace: (freeSpace) => async (options) =>
      checkGiven(await freeSpace(options), isNumber, "a number of bytes", about("freeSpace")),
    keepStaged: (keep) => () => {
      try {
        keep();
      } catch { /* the next run stages again, and this one says why it was stopped */ }
    },
    clearStaged: (clear) => async (keys, options) =>
      checkGiven(await clear(keys, options), isNumber, "a number of objects", about("clearStaged")),
  });
}

/** What is known of the sources that are being read. */
interface Reading {
  /** The source to be handed over, and how much of it was taken. */
  watch(source: PutSource): { readonly watched: PutSource; taken(): number };
  /** When something of it was taken last, by `performance.now()`. */
  lastSign(source: PutSource): number | undefined;
}

function watchReading(): Reading {
  const signs = new WeakMap<PutSource, number>();
  function watch(source: PutSource): ReturnType<Reading["watch"]> {
    let taken = 0;
    const watched = passedSource(source, async function* (chunks) {
      taken = 0; // a replayable source may be opened again
      for await (const chunk of chunks) {
        taken += chunk.length;
        signs.set(source, performance.now());
        yield chunk;
      }
    });
    return { watched, taken: () => taken };
  }
  return { watch, lastSign: (source) => signs.get(source) };
}

/** The same, with file and member in what goes wrong. */
export function guardCluster(cluster: ClusterSide, file: PluginFile): ClusterSide {
  return {
    fillOptions(input, repository) {
      const about = { file, member: "cluster.fillOptions()", doing: "complete the options" };
      const completed = guardSync(about, () => cluster.fillOptions(input, repository));
      if (typeof completed === "object" && completed !== null) return completed;
      throw slip(file, `${about.member} gives no option values`);
    },
    repository(config, host) {
      const about = { file, member: "cluster.repository()", doing: "tell where nodes fetch from" };
      const found = guardSync(about, () => cluster.repository(config, host));
      if (/^https?:\/\//.test(String(found?.endpoint))) return found;
      throw slip(file, `${about.member} gives no endpoint that begins with http:// or https://`);
    },
  };
}
