/** What every operation on a bucket works with. */
import type { AdapterHost } from "../../core/adapter.ts";
import { assertKey } from "../../core/object_key.ts";
import type { PartBuffers } from "./buffers.ts";
import type { Call, Connection } from "./connection.ts";

/** A part of a bucket, and the means to reach it. */
export interface Store {
  /** The way to the server. */
  readonly connection: Connection;
  /** The bucket's name. */
  readonly bucket: string;
  /** What every object's name begins with: empty, or ending in `/`. */
  readonly prefix: string;
  /** How errors call it: `http://host:port/bucket/prefix`. */
  readonly name: string;
  /** How errors call the server: `http://host:port`. */
  readonly server: string;
  /** Objects larger than this many bytes go up in parts of so many. */
  readonly partSize: number;
  /** The memory for all bytes on their way up. */
  readonly buffers: PartBuffers;
  /** Whether the server has shown that it looks at checksums. */
  readonly checksums: { seen: boolean };
  /** When it was opened, by `performance.now()`. */
  readonly openedAt: number;
  /** The ids of the uploads that were begun here. */
  readonly begun: Set<string>;
  /** Discards each upload that was staged and not published. */
  readonly unpublished: Set<() => Promise<void>>;
  /** Takes warnings, and lines for `--verbose`. */
  readonly host: Pick<AdapterHost, "warn" | "debug">;
}

/** The name in the bucket of the object under a key. Throws code `invalid-key`. */
export function objectName(store: Store, key: string): string {
  assertKey(key);
  if (store.prefix !== "") assertKey(store.prefix + key);
  return store.prefix + key;
}

/** A call about one object; `verb` comes with its preposition, as in `upload … to`. */
export function about(
  store: Store,
  verb: "upload" | "read" | "look up" | "remove",
  key: string,
  signal: AbortSignal | undefined,
): Call {
  const preposition = { upload: "to", read: "from", "look up": "in", remove: "from" }[verb];
  return { doing: `${verb} "${key}" ${preposition}`, place: store.name, key, signal };
}

/** Which object a request is about. */
export function target(store: Store, key: string): { bucket: string; object: string } {
  return { bucket: store.bucket, object: objectName(store, key) };
}

/** The headers that an object is stored with. `sha256` is that of all its bytes. */
export function objectHeaders(sha256: string | undefined): Record<string, string> {
  return {
    "content-type": "application/octet-stream",
    ...(sha256 !== undefined && { "x-amz-meta-sha256": sha256 }),
  };
}

/** An ETag without its quotes, and without the mark that a compressing proxy puts on it. */
export function bareEtag(etag: string): string {
  return etag.replace(/^W\//, "").replace(/^"|"$/g, "");
}

/** An object's ETag; nothing where the server gives none. */
export function knownEtag(etag: string | undefined): { readonly etag?: string } {
  const bare = bareEtag(etag ?? "");
  return bare === "" ? {} : { etag: bare };
}
