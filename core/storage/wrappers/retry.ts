/** Making calls again that may succeed the next time. */
import { retry, type RetryOptions } from "../../util/retry.ts";
import type { ObjectInfo, StorageAdapter } from "../adapter.ts";
import { aroundCalls, type Call } from "./delegate.ts";

/**
 * Repeating these is harmless. `publish` is called once, since nobody can tell whether one that
 * failed has done its work; and so is `withExclusiveLock`, whose work makes calls that are repeated
 * themselves.
 */
const HARMLESS: ReadonlySet<Call["name"]> = new Set([
  "stat",
  "get",
  "digest",
  "prepare",
  "discardStale",
  "clearStaged",
  "remove",
  "discard",
]);

/**
 * The adapter with calls repeated after an error that says it is `retryable`, where repeating is
 * harmless: `put` and `stage` from a replayable source; `get` and `list` until they gave their
 * stream or first object, what follows is the reader's; and most others. The signal is each call's.
 */
export function retryCalls(
  inner: StorageAdapter,
  options: Omit<RetryOptions, "signal">,
): StorageAdapter {
  return aroundCalls(inner, ({ name, source, signal }, run) => {
    const harmless = source?.replayable ?? HARMLESS.has(name);
    return harmless ? retry(run, { ...options, signal }) : run();
  }, {
    list: (list) =>
      async function* (prefix, { signal } = {}) {
        const begin = async () => {
          const objects = list(prefix, signal && { signal })[Symbol.asyncIterator]();
          return { objects, first: await objects.next() };
        };
        yield* rest(await retry(begin, { ...options, signal }));
      },
  });
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
