/** What all wrappers of an adapter have in common. */
import type {
  AdapterCapabilities,
  CallOptions,
  ObjectInfo,
  PublishOptions,
  PutOptions,
  PutSource,
  Staged,
  StorageAdapter,
} from "../adapter.ts";

type Method = Exclude<keyof StorageAdapter, "target" | "capabilities" | symbol>;

/** What a wrapper changes: for a method, what makes the new one from the inner adapter's. */
export type Changes =
  & {
    readonly [M in Method]?: (method: Required<StorageAdapter>[M]) => Required<StorageAdapter>[M];
  }
  & {
    readonly capabilities?: AdapterCapabilities;
  };

/**
 * An adapter that does what `inner` does, apart from the changes. It has exactly the optional
 * methods that `inner` has: a change to one that is absent has no effect. `inner` may be an
 * instance of a class.
 */
export function delegate(inner: StorageAdapter, changes: Changes): StorageAdapter {
  const { stat = same, put = same, get = same, digest = same, stage = same } = changes;
  const { prepare = same, list = same, remove = same, publicUrl = same } = changes;
  const { discardStale = same, checkReady = same, freeSpace = same, withExclusiveLock = same } =
    changes;
  const { keepStaged = same, clearStaged = same, checkPut = same, immediate = same } = changes;
  return {
    get target() {
      return inner.target;
    },
    get capabilities() {
      return changes.capabilities ?? inner.capabilities;
    },
    stat: stat(inner.stat.bind(inner)),
    put: put(inner.put.bind(inner)),
    get: get(inner.get.bind(inner)),
    ...(inner.digest && { digest: digest(inner.digest.bind(inner)) }),
    ...(inner.stage && { stage: stage(inner.stage.bind(inner)) }),
    ...(inner.immediate && { immediate: immediate(inner.immediate.bind(inner)) }),
    ...(inner.prepare && { prepare: prepare(inner.prepare.bind(inner)) }),
    ...(inner.checkReady && { checkReady: checkReady(inner.checkReady.bind(inner)) }),
    ...(inner.checkPut && { checkPut: checkPut(inner.checkPut.bind(inner)) }),
    ...(inner.freeSpace && { freeSpace: freeSpace(inner.freeSpace.bind(inner)) }),
    ...(inner.withExclusiveLock &&
      { withExclusiveLock: withExclusiveLock(inner.withExclusiveLock.bind(inner)) }),
    ...(inner.discardStale && { discardStale: discardStale(inner.discardStale.bind(inner)) }),
    ...(inner.keepStaged && { keepStaged: keepStaged(inner.keepStaged.bind(inner)) }),
    ...(inner.clearStaged && { clearStaged: clearStaged(inner.clearStaged.bind(inner)) }),
    ...(inner.list && { list: list(inner.list.bind(inner)) }),
    ...(inner.remove && { remove: remove(inner.remove.bind(inner)) }),
    ...(inner.publicUrl && { publicUrl: publicUrl(inner.publicUrl.bind(inner)) }),
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
  readonly source?: PutSource;
  readonly signal?: AbortSignal | undefined;
}

/** Makes a call in a way of its own: later, again, or with a line in a log. */
export type Around = <T>(call: Call, run: () => Promise<T>) => Promise<T>;

/**
 * An adapter whose asynchronous calls are made by `around`; of the other methods `changes` says how
 * they differ.
 */
export function aroundCalls(
  inner: StorageAdapter,
  around: Around,
  changes: Pick<Changes, "capabilities" | "list" | "immediate"> = {},
): StorageAdapter {
  const ofAll =
    <T, O extends CallOptions>(name: Call["name"]) =>
    (method: (options?: O) => Promise<T>) =>
    (options?: O) => around({ name, signal: options?.signal }, () => method(options));

  const of =
    <About, T, O extends CallOptions>(name: Call["name"]) =>
    (method: (about: About, options?: O) => Promise<T>) =>
    (about: About, options?: O) => {
      const key = typeof about === "string" ? { key: about } : {};
      return around({ name, ...key, signal: options?.signal }, () => method(about, options));
    };

  const ofSource =
    <T>(name: Call["name"]) =>
    (method: (key: string, source: PutSource, options?: PutOptions) => Promise<T>) =>
    (key: string, source: PutSource, options?: PutOptions) =>
      around({ name, key, source, signal: options?.signal }, () => method(key, source, options));

  return delegate(inner, {
    stat: of("stat"),
    get: of("get"),
    digest: of("digest"),
    put: ofSource("put"),
    stage: (stage) => {
      const staging = ofSource<Staged>("stage")(stage);
      return async (key, source, options) =>
        new StagedAround(await staging(key, source, options), key, around);
    },
    prepare: ofAll("prepare"),
    checkReady: ofAll("checkReady"),
    checkPut: of("checkPut"),
    freeSpace: ofAll("freeSpace"),
    withExclusiveLock: of("withExclusiveLock"),
    discardStale: of("discardStale"),
    clearStaged: of("clearStaged"),
    remove: of("remove"),
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
