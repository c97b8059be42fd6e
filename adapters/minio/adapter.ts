/** The adapter of one bucket. */
import { httpFetch, readCertificates, requireTls, warnInsecure } from "../../core/http/mod.ts";
import type {
  AdapterHost,
  CallOptions,
  PrepareOptions,
  StorageAdapter,
} from "../../core/storage/mod.ts";
import { concurrently } from "../../core/util/concurrency.ts";
import { messageOf } from "../../core/util/errors.ts";
import { urlOfKey, usage } from "../option_values.ts";
import { ensureBucket, ensureDownload } from "./bucket.ts";
import { connect } from "./connection.ts";
import { listObjects } from "./list.ts";
import { type BucketLock, enter, isLockKey, lockKey, takeLock } from "./lock/mod.ts";
import { headObject, readObject, removeObject } from "./objects.ts";
import type { MinioConfig } from "./options.ts";
import { partBuffers } from "./parts.ts";
import { objectName, type Store } from "./store.ts";
import { abortAllStaleUploads, putSource, stageSource, takeStaleUpload } from "./upload/mod.ts";

/** Calls side by side: a server waits for its disk. 64 took 0.9 of the time of 16, for 4,500 objects. */
const MAX_CALLS = 64;

/** In bytes. Staging takes four requests and a put one, but a second reading of the package. */
const STAGE_FROM = 2 ** 20;

/** Opens a bucket; nothing is sent yet. */
export async function openMinio(config: MinioConfig, host: AdapterHost): Promise<StorageAdapter> {
  const { server: { origin, protocol }, bucket, prefix, partSize, insecure, caFile } = config;
  if (protocol === "https:") requireTls(origin);
  if (protocol === "https:" && insecure) warnInsecure(origin, host.warn);
  const ca = await readCertificates(caFile, host.signal);
  const connection = await connect(config, ca, host).catch((error) => {
    throw usage(`use "${origin}" as an endpoint: ${messageOf(error)}`, "Give another --endpoint.");
  });
  return adapterOver({
    ...config,
    connection,
    name: `${origin}/${bucket}${prefix && `/${prefix.slice(0, -1)}`}`,
    buffers: partBuffers(partSize),
    checksums: { seen: false },
    openedAt: performance.now(),
    begun: new Set(),
    unpublished: new Set(),
    host,
  });
}

function adapterOver(store: Store): StorageAdapter {
  let locked: Promise<BucketLock> | undefined;
  let gate: BucketLock | undefined;

  const lock = (options: PrepareOptions): Promise<BucketLock> =>
    locked ??= enter(store, options).catch((error) => {
      locked = undefined; // so that it can be tried again
      throw error;
    });

  async function unlock(): Promise<void> {
    const ended = locked;
    locked = undefined;
    await (await ended?.catch(() => undefined))?.release();
  }

  async function assertLocked(): Promise<void> {
    await (await locked)?.assertHeld();
    await gate?.assertHeld();
  }

  const object = (key: string, { signal }: CallOptions = {}) => ({ store, key, signal });

  return {
    target: `minio:${store.name}`,
    capabilities: {
      atomicPut: true,
      verifiesSha256: true,
      maxConcurrency: MAX_CALLS,
      minStageSize: STAGE_FROM,
      retriesInternally: true,
      prefersList: true,
    },
    stat: (key, options) => headObject(object(key, options)),
    async put(key, source, options) {
      await assertLocked();
      return await putSource(object(key, options), source, options);
    },
    get: (key, options) => readObject(object(key, options)),
    async stage(key, source, options) {
      const { publish, discard } = await stageSource(object(key, options), source, options);
      return {
        async publish(options) {
          await assertLocked(); // it gets its name only while nobody else imports
          return await publish(options);
        },
        discard,
      };
    },
    async prepare(options = {}) {
      await ensureBucket(store, options.signal);
      await lock(options);
      try {
        if (store.anonymousDownload === "on") {
          await ensureDownload(store, () => canFetch(store, options), options.signal);
        }
      } catch (error) {
        await unlock();
        throw error;
      }
    },
    async withExclusiveLock(work, options) {
      // Nobody keeps it while this share's own lock is held, so it is waited for.
      const taken = gate = await takeLock(object(lockKey(), options), Infinity, { passing: true });
      try {
        await work();
      } finally {
        gate = undefined;
        await taken.release();
      }
    },
    discardStale: (keys, options) =>
      concurrently(keys, MAX_CALLS, async (key) => {
        await takeStaleUpload(object(key, options), { resume: false });
      }),
    keepStaged: () => store.unpublished.clear(),
    async clearStaged(keys, options = {}) {
      // The uploads of an import that is under way are none that were left.
      if (options.dryRun !== true) await lock(options);
      return await abortAllStaleUploads(store, keys, options);
    },
    async *list(prefix, options) {
      for await (const one of listObjects(store, prefix, options?.signal)) {
        if (!isLockKey(one.key)) yield one;
      }
    },
    remove: (key, options) => removeObject(object(key, options)),
    publicUrl: (key) => publicUrl(store, key),
    async [Symbol.asyncDispose]() {
      await Promise.all([...store.unpublished].map((discard) => discard()));
      await unlock();
      store.connection.close();
    },
  };
}

/** Where nodes fetch a key: below `--url`, else from the server as requests address the bucket. */
function publicUrl(store: Store, key: string): URL {
  const { server, served, bucket, connection } = store;
  if (served !== undefined) return urlOfKey(served, key);
  const name = objectName(store, key);
  if (!connection.spoken.isVirtual) return urlOfKey(server, `${bucket}/${name}`);
  const host = Object.assign(new URL(server), { hostname: `${bucket}.${server.hostname}` });
  return urlOfKey(host, name);
}

/** Whether the lock, which lies there by now, can be fetched without credentials. */
async function canFetch(store: Store, { shard }: PrepareOptions): Promise<boolean> {
  const { served, caFile, insecure, host } = store;
  if (served !== undefined) return true; // a dot's name may be hidden there: a probe tells of others
  const ca = await readCertificates(caFile, host.signal);
  using fetch = httpFetch({ ...(ca && { ca }), insecure });
  try {
    const { status, close } = await fetch(publicUrl(store, lockKey(shard)), { method: "GET" });
    close();
    return status === 200;
  } catch (error) {
    host.debug(messageOf(error));
    return false;
  }
}
