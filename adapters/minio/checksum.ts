/**
 * How a body is guarded on its way: by a CRC-32 that the server computes again. To sign the SHA-256
 * of each body instead costs 0.8 s for a GB, on both sides; a CRC costs a tenth of that.
 */
import { Buffer } from "node:buffer";
import type { IncomingHttpHeaders } from "node:http";
import { crc32 } from "node:zlib";
import type { Store } from "./store.ts";

/** Names the kind of checksum where an upload begins; the parts' own headers must be of it. */
export const CHECKSUM_KIND = { "x-amz-checksum-algorithm": "CRC32" };

const HEADER = "x-amz-checksum-crc32";

/** What a request says of its body's checksum. */
export interface Guard {
  /** Whether the signature has to cover the body. */
  readonly signed: boolean;
  /** The header with the checksum. */
  readonly headers: Readonly<Record<string, string>>;
  /** The checksum itself. */
  readonly crc: string;
}

/**
 * The checksum goes along with every body. Until an answer has shown that the server looks at it,
 * the body is signed as well.
 */
export function guard(store: Store, bytes: Uint8Array): Guard {
  const crc = crcOf(bytes);
  return { headers: { [HEADER]: crc }, crc, signed: !store.checksums.seen };
}

/** As S3 writes it: in base64, the highest byte first. */
export function crcOf(bytes: Uint8Array): string {
  const value = Buffer.alloc(4);
  value.writeUInt32BE(crc32(bytes));
  return value.toString("base64");
}

/** A server that has checked a body says which checksum it found. */
export function noteChecksum(store: Store, crc: string, headers: IncomingHttpHeaders): void {
  if (headers[HEADER] === crc) store.checksums.seen = true;
}
