/** Making calls again that may succeed the next time. */
import { retry, type RetryOptions } from "../../util/retry.ts";
import type {
  CallOptions,
  ObjectInfo,
  PublishOptions,
  Staged,
  StorageAdapter,
} from "../adapter.ts";
import { delegate } from "./delegate.ts";

/** Options of {@linkcode retryCalls}; the signal is each call's own. */
export type RetryCallsOptions = Omit<RetryOptions, "signal">;

/**
 * The adapter with calls repeated after an error that says it is `retryable`, where repeating is
 * harmless:
 * - `put` and `stage` from a replayable source; a live one cannot be read again.
 * - `stat`, `digest`, `prepare`, `discardStale`, `clearStaged`, `remove` and `discard`.
 * - `get` and `list` until they gave their stream or first object; what follows is the reader's.
 *
 * `publish` is called once, since nobody can tell whether one that failed has done its work; and
 * so is `withExclusiveLock`, whose work makes calls that are repeated themselves.
 */
export function retryCalls(inner: StorageAdapter, options: RetryCallsOptions): StorageAdapter {
  const again = <T>(call: () => Promise<T>, { signal }: CallOptions = {}): Promise<T> =>
    retry(call, { ...options, signal });

  return delegate(inner, {
    stat: (stat) => (key, options) => again(() => stat(key, options), options),
    get: (get) => (key, options) => again(() => get(key, options), options),
    digest: (digest) => (key, options) => again(() => digest(key, options), options),
    put: (put) => (key, source, options) => {
      const call = () => put(key, source, options);
      return source.replayable ? again(call, options) : call();
    },
    stage: (stage) => async (key, source, options) => {
      const call = () => stage(key, source, options);
      return new RetriedStaged(await (source.replayable ? again(call, options) : call()), again);
    },
    prepare: (prepare) => (options) => again(() => prepare(options), options),
    discardStale: (clear) => (keys, options) => again(() => clear(keys, options), options),
    clearStaged: (clear) => (keys, options) => again(() => clear(keys, options), options),
    list: (list) =>
      async function* (prefix, options) {
        const begin = async () => {
          const objects = list(prefix, options)[Symbol.asyncIterator]();
          return { objects, first: await objects.next() };
        };
        yield* rest(await again(begin, options));
      },
    remove: (remove) => (key, options) => again(() => remove(key, options), options),
  });
}

type Again = <T>(call: () => Promise<T>) => Promise<T>;

/** A class for the sake of memory: see `LimitedStaged`. */
class RetriedStaged implements Staged {
  constructor(private readonly inner: Staged, private readonly again: Again) {}

  publish(options?: PublishOptions): Promise<ObjectInfo> {
    return this.inner.publish(options);
  }

  discard(): Promise<void> {
    return this.again(() => this.inner.discard());
  }
}

async function* rest({ objects, first }: {
  readonly objects: AsyncIterator<ObjectInfo>;
  readonly first: IteratorResult<ObjectInfo>;
}): AsyncGenerator<ObjectInfo> {
  try {
    for (let step = first; !step.done; step = await objects.next()) yield step.value;
  } finally {
    await objects.return?.();
  }
}
