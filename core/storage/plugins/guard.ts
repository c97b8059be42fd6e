/**
 * What stands between the core and a plug-in's adapter: whatever that does, the core sees what the
 * contract promises, in time, or an error that names the file and the member. What it claims about
 * digests does not count: the core reads back what was written.
 */
import { BinimportError } from "../../util/errors.ts";
import type { ClusterSide, ObjectInfo, PutSource, StorageAdapter } from "../adapter.ts";
import { passedSource } from "../put_source.ts";
import { GIVES, INFO, isObject, type Rule, shown } from "../shapes.ts";
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
  const lastSigns = new WeakMap<PutSource, number>();
  const guarded = aroundCalls(adapter, async ({ name, key, source, signal }, run) => {
    const lastSign = () => source && lastSigns.get(source);
    const given = await guardCall(about(name, key), run, { patience, signal, lastSign });
    requireShape(given, GIVES[name], about(name));
    return given;
  });

  /** The source to be handed over, and a check of what the plug-in says that it stored of it. */
  function watch(source: PutSource, member: "put" | "stage") {
    let taken = 0;
    const watched = passedSource(source, async function* (chunks) {
      taken = 0; // a replayable source may be opened again
      for await (const chunk of chunks) {
        taken += chunk.length;
        lastSigns.set(watched, performance.now());
        yield chunk;
      }
    });
    return {
      watched,
      stored({ sha256: _, ...info }: ObjectInfo, key: string): ObjectInfo {
        requireKey(info.key, key, about(member));
        const { size } = source;
        if (taken === size && info.size === size) return info;
        const wrong = taken !== size ? `read ${taken}` : `says that it stored ${info.size}`;
        const state = `${member}() of ${JSON.stringify(file.address)} ${wrong} of ${size} bytes`;
        const message = `Cannot store ${JSON.stringify(key)}: ${state}`;
        throw new BinimportError("integrity", message, { key });
      },
    };
  }

  const checked = delegate(guarded, {
    capabilities: { ...adapter.capabilities, verifiesSha256: false },
    stat: (stat) => async (key, options) => {
      const info = await stat(key, options);
      if (info !== undefined) requireKey(info.key, key, about("stat"));
      return info;
    },
    get: (get) => async (key, options) => {
      const stream = await get(key, options);
      return ReadableStream.from(guardSteps(about("get", key), stream, { patience, ...options }));
    },
    immediate: () => () => undefined, // each call is to be guarded
    digest: () => () => Promise.resolve(undefined), // what it claims does not count: it is read
    list: (list) =>
      async function* (prefix, options) {
        const [listing, patient] = [about("list", prefix), { patience, ...options }];
        const objects = await guardCall(listing, () => list(prefix, options), patient);
        for await (const info of guardSteps(listing, objects, patient)) {
          requireShape(info, INFO, listing);
          yield info;
        }
      },
    publicUrl: (publicUrl) => (key) => {
      const asking = about("publicUrl", key);
      return guardSync(asking, () => requireUrl(publicUrl(key), asking));
    },
    put: (put) => async (key, source, options) => {
      const { watched, stored } = watch(source, "put");
      return stored(await put(key, watched, options), key);
    },
    stage: (stage) => async (key, source, options) => {
      const { watched, stored } = watch(source, "stage");
      const staged = await stage(key, watched, options);
      return {
        publish: async (options) => stored(await staged.publish(options), key),
        discard: () => staged.discard(),
      };
    },
    keepStaged: (keep) => () => {
      try {
        keep();
      } catch { /* the next run stages again, and this one says why it was stopped */ }
    },
  });
  const closing = { file, member: "[Symbol.asyncDispose]()", doing: "close the target" };
  const close = () => guardCall(closing, () => adapter[Symbol.asyncDispose](), { patience });
  return Object.assign(checked, { [Symbol.asyncDispose]: close });
}

function requireShape(given: unknown, rule: Rule | undefined, { file, member }: MemberCall): void {
  if (rule === undefined || rule[0](given)) return;
  throw slip(file, `${member} gave ${shown(given)}, not ${rule[1]}`);
}

function requireKey(given: string, asked: string, { file, member }: MemberCall): void {
  if (given === asked) return;
  throw slip(file, `${member} was asked for ${shown(asked)} and gave the key ${shown(given)}`);
}

/** Requires an address that nodes can fetch from, or none. */
function requireUrl(url: URL | undefined, about: MemberCall): URL | undefined {
  if (url === undefined) return undefined;
  requireShape(url, [(value) => value instanceof URL, "a URL"], about);
  const refuse = (state: string) => slip(about.file, `publicUrl() gave ${state}`);
  const { protocol, username, password } = url;
  if (!/^https?:$/.test(protocol)) throw refuse(`an address of ${protocol}, not of http or https`);
  if (username || password) throw refuse("one with credentials"); // not shown: it would be printed
  return url;
}

/** The same, with file and member in what goes wrong. */
export function guardCluster(cluster: ClusterSide, file: PluginFile): ClusterSide {
  return {
    fillOptions(input, repository) {
      const about = { file, member: "cluster.fillOptions()", doing: "complete the options" };
      const completed = guardSync(about, () => cluster.fillOptions(input, repository));
      if (isObject(completed)) return completed;
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
