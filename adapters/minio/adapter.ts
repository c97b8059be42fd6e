/** The adapter of one bucket. */
import { httpFetch, requireTls, warnInsecure } from "../../core/http/mod.ts";
import type {
  AdapterHost,
  CallOptions,
  PrepareOptions,
  Staged,
  StorageAdapter,
} from "../../core/storage/mod.ts";
import { concurrently } from "../../core/util/concurrency.ts";
import { messageOf } from "../../core/util/errors.ts";
import { ensureBucket, ensureDownload } from "./bucket.ts";
import { LOCK_KEY, objectName, shareKey, type Store } from "./bucket_context.ts";
import { connect, type Connection } from "./connection.ts";
import { type BucketLock, enter, takeGate } from "./lock/mod.ts";
import { listObjects } from "./list.ts";
import { headObject, readObject, removeObject } from "./objects.ts";
import type { MinioConfig } from "./options.ts";
import { bufferCount, partBuffers } from "./part_buffers.ts";
import { abortAllStaleUploads, abortStaleUploads, putSource, stageSource } from "./upload/mod.ts";

/**
 * How many calls may run side by side. A server answers once an object is on its disk, so most of
 * the time it is the disk that is waited for: 64 took 0.9 times as long as 16, with 4,500 objects.
 */
const MAX_CALLS = 64;

/**
 * In bytes. Staging takes four requests and a put takes one, so small objects are put once the
 * package was found right; a larger one is not worth reading the package a second time.
 */
const STAGE_FROM = 2 ** 20;

/** Opens a bucket; nothing is sent yet. */
export async function openMinio(config: MinioConfig, host: AdapterHost): Promise<StorageAdapter> {
  return adapterOver(await openStore(config, host), config);
}

async function openStore(config: MinioConfig, host: AdapterHost): Promise<Store> {
  const { server, bucket, prefix, partSize } = config;
  const connection = await openConnection(config, host);
  return {
    connection,
    bucket,
    prefix,
    server: server.origin,
    name: `${server.origin}/${bucket}${prefix && `/${prefix.slice(0, -1)}`}`,
    partSize,
    buffers: partBuffers(partSize, bufferCount(partSize)),
    checksums: { seen: false },
    openedAt: performance.now(),
    begun: new Set(),
    unpublished: new Set(),
    host,
  };
}

async function openConnection(config: MinioConfig, host: AdapterHost): Promise<Connection> {
  const { server, insecure, caFile } = config;
  if (server.protocol === "https:") requireTls(server.origin);
  if (insecure && server.protocol === "https:") warnInsecure(server.origin, host.warn);
  const ca = caFile === undefined ? undefined : await readCertificates(caFile, host);
  try {
    const { debug, note } = host;
    return await connect({ ...config, ca, debug, onQuirk: note });
  } catch (error) {
    throw host.error(
      "usage",
      `Cannot use "${server.origin}" as an endpoint: ${messageOf(error)}`,
    );
  }
}

/** Certificates in PEM. Without this check a file of anything else would trust nobody, silently. */
async function readCertificates(path: string, host: AdapterHost): Promise<string> {
  const refuse = (state: string, cause?: unknown) =>
    host.error("usage", `Cannot use "${path}" as --ca-file: ${state}`, { cause });
  const text = await Deno.readTextFile(path).catch((error) => {
    throw refuse(messageOf(error), error);
  });
  if (!text.includes("-----BEGIN CERTIFICATE-----")) throw refuse("it holds no certificate in PEM");
  return text;
}

function adapterOver(store: Store, config: MinioConfig): StorageAdapter {
  let locked: Promise<BucketLock> | undefined;
  let gate: BucketLock | undefined;

  async function lock({ shard, signal }: PrepareOptions): Promise<void> {
    locked ??= enter(store, { shard, wait: config.lockWait, signal });
    try {
      await locked;
    } catch (error) {
      locked = undefined; // so that it can be tried again
      throw error;
    }
  }

  async function unlock(): Promise<void> {
    const ended = locked;
    locked = undefined;
    await (await ended?.catch(() => undefined))?.release();
  }

  async function assertLocked(): Promise<void> {
    await (await locked)?.assertHeld();
    await gate?.assertHeld();
  }

  async function alone(work: () => Promise<void>, { signal }: CallOptions = {}): Promise<void> {
    // Nobody keeps it while this share's own lock is held.
    gate = await takeGate(store, Infinity, signal);
    try {
      await work();
    } finally {
      const ended = gate;
      gate = undefined;
      await ended.release();
    }
  }

  /** What was staged gets its name only while nobody else imports. */
  const guarded = ({ publish, discard }: Staged): Staged => ({
    async publish(options) {
      await assertLocked();
      return await publish(options);
    },
    discard,
  });

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
    stat: (key, options) => headObject(store, key, options?.signal),
    async put(key, source, options) {
      await assertLocked();
      return await putSource(store, key, source, options);
    },
    get: (key, options) => readObject(store, key, options?.signal),
    stage: async (key, source, options) => guarded(await stageSource(store, key, source, options)),
    async prepare(options = {}) {
      await ensureBucket(store, options.signal);
      await lock(options);
      try {
        if (config.anonymousDownload === "on") {
          await ensureDownload(store, () => canFetch(store, config, options), options.signal);
        }
      } catch (error) {
        await unlock();
        throw error;
      }
    },
    withExclusiveLock: alone,
    discardStale: (keys, options) =>
      concurrently(keys, MAX_CALLS, (key) => abortStaleUploads(store, key, options?.signal)),
    keepStaged: () => store.unpublished.clear(),
    async clearStaged(keys, options = {}) {
      if (options.dryRun !== true) await lock(options); // the uploads of an import that is under way are none that were left
      return await abortAllStaleUploads(store, keys, options);
    },
    list: (prefix, options) => listObjects(store, prefix, options?.signal),
    remove: (key, options) => removeObject(store, key, options?.signal),
    publicUrl: (key) => publicUrl(store, config.served, key),
    async [Symbol.asyncDispose]() {
      await Promise.all([...store.unpublished].map((discard) => discard()));
      await unlock();
      store.connection.close();
    },
  };
}

/**
 * Where nodes fetch a key: below `--url`, else from the server as requests address the bucket. Every
 * component is escaped, so that `+`, `?`, `#` and `%` in a key reach the server.
 */
function publicUrl(store: Store, served: URL | undefined, key: string): URL {
  const escaped = (name: string) => name.split("/").map(encodeURIComponent).join("/");
  if (served !== undefined) return new URL(served.pathname + escaped(key), served);
  const url = new URL(store.server);
  const name = escaped(objectName(store, key));
  if (store.connection.isVirtual) url.hostname = `${store.bucket}.${url.hostname}`;
  url.pathname = store.connection.isVirtual ? `/${name}` : `/${store.bucket}/${name}`;
  return url;
}

/**
 * Whether the lock, which lies there by now, can be fetched without credentials. At another address
 * names with a leading dot may be hidden; a probe tells whether others can be fetched from there.
 */
async function canFetch(
  store: Store,
  { served, caFile, insecure }: MinioConfig,
  { shard }: PrepareOptions,
): Promise<boolean> {
  if (served !== undefined) return true;
  const key = shard === undefined ? LOCK_KEY : shareKey(shard);
  const ca = caFile === undefined ? {} : { ca: await readCertificates(caFile, store.host) };
  using fetch = httpFetch({ ...ca, insecure });
  try {
    const { status, close } = await fetch(publicUrl(store, served, key), { method: "GET" });
    close();
    return status === 200;
  } catch (error) {
    store.host.debug(messageOf(error));
    return false;
  }
}
