/** What all wrappers of an adapter have in common. */
import type { AdapterCapabilities, StorageAdapter } from "../adapter.ts";

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
  const { keepStaged = same, clearStaged = same, checkPut = same } = changes;
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
    ...(inner.prepare && { prepare: prepare(inner.prepare.bind(inner)) }),
    ...(inner.checkReady && { checkReady: checkReady(inner.checkReady.bind(inner)) }),
    ...(inner.checkPut && { checkPut: checkPut(inner.checkPut.bind(inner)) }),
    ...(inner.freeSpace && { freeSpace: freeSpace(inner.freeSpace.bind(inner)) }),
    ...(inner.withExclusiveLock &&
      { withExclusiveLock: withExclusiveLock(inner.withExclusiveLock.bind(inner)) }),
    ...(inner.discardStale && {
      discardStale: discardStale(inner.discardStale.bind(inner)),
    }),
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
