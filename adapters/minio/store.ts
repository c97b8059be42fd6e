/** A part of a bucket, the means to reach it, and requests about what is in it. */
import { type AdapterHost, assertKey } from "../../core/storage/mod.ts";
import { hasCode, messageOf } from "../../core/util/errors.ts";
import type { Compose, Connection } from "./connection.ts";
import type { Patience } from "./exchange.ts";
import type { MinioConfig } from "./options.ts";
import type { PartBuffers } from "./parts.ts";
import type { Answer } from "./requests.ts";

export interface Store extends MinioConfig {
  readonly connection: Connection;
  /** How errors call it: `http://host:port/bucket/prefix`. */
  readonly name: string;
  readonly buffers: PartBuffers;
  /** Whether the server has shown that it looks at checksums. */
  readonly checksums: { seen: boolean };
  /** When it was opened, by `performance.now()`. */
  readonly openedAt: number;
  readonly begun: Set<string>;
  /** Discards each upload that was staged and not published. */
  readonly unpublished: Set<() => Promise<void>>;
  readonly host: AdapterHost;
}

/** An object, there or not, and what ends the work on it. */
export interface BucketObject {
  readonly store: Store;
  readonly key: string;
  readonly signal?: AbortSignal | undefined;
}

/** The name in the bucket of the object under a key. Throws code `invalid-key`. */
export function objectName({ prefix }: Store, key: string): string {
  assertKey(key);
  if (prefix !== "") assertKey(prefix + key);
  return prefix + key;
}

/** Makes a request about an object, or the bucket. `what` ends in a preposition: `upload KEY to`. */
export async function ask(
  { store, key, signal }: Omit<BucketObject, "key"> & { readonly key?: string },
  what: string,
  request: Compose,
  { patience, place }: {
    readonly patience?: Partial<Patience>;
    readonly place?: string;
  } = {},
): Promise<Answer> {
  return await store.connection.request({
    doing: what.replace("KEY", () => `"${key}"`),
    place: place ?? store.name,
    ...(what.includes("KEY") && { key }),
    bucket: store.bucket,
    ...(key !== undefined && { object: objectName(store, key) }),
    signal,
    patience,
  }, request);
}

/** An object's ETag, without quotes and a compressing proxy's mark; nothing where there is none. */
export function knownEtag(etag = ""): { readonly etag?: string } {
  const bare = etag.replace(/^W\//, "").replace(/^"|"$/g, "");
  return bare === "" ? {} : { etag: bare };
}

/** Gives what `work` gives; where the user may not do it, or the server cannot, only the log says so. */
export async function whereAllowed<T>(
  { store, signal }: Omit<BucketObject, "key">,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    signal?.throwIfAborted();
    if (hasCode(error, "unavailable")) throw error;
    store.host.debug(messageOf(error));
    return undefined;
  }
}
