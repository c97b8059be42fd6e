/** Adapters around others: what they change, and calls made so many at a time, logged, or again. */
import { semaphore } from "../../util/concurrency.ts";
import { messageOf } from "../../util/errors.ts";
import { retry, type RetryOptions } from "../../util/retry.ts";
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

/** Asynchronous methods, by how many arguments stand before their options. */
const CALLS: readonly (readonly [before: number, names: readonly (Call["name"] & Method)[]])[] = [
  [0, ["prepare", "checkReady", "freeSpace"]],
  [1, ["stat", "get", "digest", "checkPut", "remove"]],
  [1, ["withExclusiveLock", "discardStale", "clearStaged"]],
  [2, ["put", "stage"]],
];
const METHODS = ["immediate", "keepStaged", "list", "publicUrl", ...CALLS.flatMap((one) => one[1])];

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
    ...Object.fromEntries(
      CALLS.flatMap(([before, names]) => names.map((name) => [name, changeCall(name, before)])),
    ),
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

/** What is staged holds no place until it is published. */
const LIMITED: ReadonlySet<Call["name"]> = new Set(["put", "stage", "publish"]);

/** The adapter with at most so many `put`, `stage` and `publish` calls under way; others wait. */
export function limitCalls(inner: StorageAdapter, most: number = Infinity): StorageAdapter {
  const maxConcurrency = Math.max(1, Math.min(most, inner.capabilities.maxConcurrency));
  const places = semaphore(maxConcurrency);
  return aroundCalls(inner, async ({ name, signal }, run) => {
    if (!LIMITED.has(name)) return await run();
    const leave = places.tryAcquire() ?? await places.acquire(1, signal);
    try {
      return await run();
    } finally {
      leave();
    }
  }, { capabilities: { ...inner.capabilities, maxConcurrency } });
}

/** The adapter with a line to `debug` for each call; of its options nothing is told: no credential. */
export function logCalls(inner: StorageAdapter, debug: (line: string) => void): StorageAdapter {
  return aroundCalls(inner, async ({ name, key, source }, run) => {
    const begun = performance.now();
    const about = (key === undefined ? "" : ` ${JSON.stringify(key)}`) +
      (source === undefined ? "" : ` of ${source.size} bytes`);
    const tell = (outcome: string) => {
      const took = (performance.now() - begun).toFixed(1);
      debug(`${inner.target}: ${name}${about}: ${outcome}${took} ms`);
    };
    try {
      const result = await run();
      tell("");
      return result;
    } catch (error) {
      tell(`${messageOf(error)}, `);
      throw error;
    }
  }, {
    immediate: () => () => undefined, // each call is to have its line
    list: (list) => (prefix, options) => {
      debug(`${inner.target}: list ${JSON.stringify(prefix)}`);
      return list(prefix, options);
    },
  });
}

/** A `publish` that failed may have done its work; a lock's work repeats its calls itself. */
const ONCE: ReadonlySet<Call["name"]> = new Set(["publish", "withExclusiveLock"]);

/**
 * The adapter with calls repeated after an error that says it is `retryable`, where that is harmless:
 * `put` and `stage` from a replayable source; `get` and `list` until they gave something.
 */
export function retryCalls(
  inner: StorageAdapter,
  options: Omit<RetryOptions, "signal">,
): StorageAdapter {
  return aroundCalls(inner, ({ name, source, signal }, run) => {
    const harmless = source?.replayable ?? !ONCE.has(name);
    return harmless ? retry(run, { ...options, signal }) : run();
  }, {
    list: (list) =>
      async function* (prefix, { signal } = {}) {
        const begin = async () => {
          const objects = list(prefix, signal && { signal })[Symbol.asyncIterator]();
          return { objects, first: await objects.next() };
        };
        const { objects, first } = await retry(begin, { ...options, signal });
        try {
          for (let step = first; !step.done; step = await objects.next()) yield step.value;
        } finally {
          await objects.return?.();
        }
      },
  });
}
