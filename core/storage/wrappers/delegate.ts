/** What all wrappers of an adapter have in common. */
import type {
  AdapterCapabilities,
  ObjectInfo,
  PublishOptions,
  PutSource,
  Staged,
  StorageAdapter,
} from "../adapter.ts";

type Method = Exclude<keyof StorageAdapter, "target" | "folder" | "capabilities" | symbol>;

/** What a wrapper changes: for a method, what makes the new one from the inner adapter's. */
export type Changes =
  & {
    readonly [M in Method]?: (method: Required<StorageAdapter>[M]) => Required<StorageAdapter>[M];
  }
  & { readonly capabilities?: AdapterCapabilities };

/** Asynchronous methods, and how many arguments stand before their options. */
const CALLS: readonly (readonly [name: Call["name"] & Method, before: number])[] = [
  ["stat", 1],
  ["put", 2],
  ["get", 1],
  ["digest", 1],
  ["stage", 2],
  ["prepare", 0],
  ["checkReady", 0],
  ["checkPut", 1],
  ["freeSpace", 0],
  ["withExclusiveLock", 1],
  ["discardStale", 1],
  ["clearStaged", 1],
  ["remove", 1],
];
const METHODS = [...CALLS.map(([name]) => name), "immediate", "keepStaged", "list", "publicUrl"];

/**
 * An adapter that does what `inner` does, apart from the changes, of which those to methods that
 * `inner` lacks have no effect. `inner` may be an instance of a class.
 */
export function delegate(inner: StorageAdapter, changes: Changes): StorageAdapter {
  const { stat = same, put = same, get = same } = changes;
  return {
    ...Object.fromEntries(METHODS.flatMap((name) => {
      const method = Reflect.get(inner, name)?.bind(inner);
      return method === undefined ? [] : [[name, (Reflect.get(changes, name) ?? same)(method)]];
    })),
    get target() {
      return inner.target;
    },
    ...(inner.folder === undefined ? {} : { folder: inner.folder }),
    get capabilities() {
      return changes.capabilities ?? inner.capabilities;
    },
    stat: stat(inner.stat.bind(inner)),
    put: put(inner.put.bind(inner)),
    get: get(inner.get.bind(inner)),
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  };
}

function same<T>(method: T): T {
  return method;
}

/** A call that a wrapper sees: of an asynchronous method, or of what `stage` gave. */
export interface Call {
  readonly name:
    | Exclude<Method, "list" | "keepStaged" | "publicUrl" | "immediate">
    | Exclude<keyof Staged, symbol>;
  /** The key that it is about. */
  readonly key?: string;
  readonly source?: PutSource | undefined;
  readonly signal?: AbortSignal | undefined;
}

type Around = <T>(call: Call, run: () => Promise<T>) => Promise<T>;

/** An adapter whose asynchronous calls are made by `around`: later, again, or with a line in a log. */
export function aroundCalls(
  inner: StorageAdapter,
  around: Around,
  changes: Pick<Changes, "capabilities" | "list" | "immediate"> = {},
): StorageAdapter {
  const changeCall =
    (name: Call["name"], before: number) =>
    <F extends (...args: never) => Promise<unknown>>(method: F): F =>
      new Proxy(method, {
        apply(method, _, args) {
          const [about, source] = args.slice(0, before);
          const key = typeof about === "string" ? { key: about } : {};
          const call: Call = { name, ...key, source, signal: args[before]?.signal };
          return around(call, () => Reflect.apply(method, undefined, args));
        },
      });
  return delegate(inner, {
    ...Object.fromEntries(CALLS.map(([name, before]) => [name, changeCall(name, before)])),
    stage(stage) {
      const stageAround = changeCall("stage", 2)(stage);
      return async (key, source, options) =>
        new StagedAround(await stageAround(key, source, options), key, around);
    },
    ...changes,
  });
}

/** A class: there may be 100,000 at a time, and two closures for each would take 160 bytes more. */
class StagedAround implements Staged {
  constructor(
    private readonly inner: Staged,
    private readonly key: string,
    private readonly around: Around,
  ) {}

  publish(options?: PublishOptions): Promise<ObjectInfo> {
    const call: Call = { name: "publish", key: this.key, signal: options?.signal };
    return this.around(call, () => this.inner.publish(options));
  }

  discard(): Promise<void> {
    return this.around({ name: "discard", key: this.key }, () => this.inner.discard());
  }
}
