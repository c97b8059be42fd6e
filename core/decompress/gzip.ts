/** gzip (RFC 1952), one member or many, with padding of zeros behind. */
import { createGunzip } from "node:zlib";
import { CHUNK_SIZES, inflated } from "./zlib_stream.ts";

/** The uncompressed bytes. */
export function gunzip(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  return inflated(chunks, createGunzip(CHUNK_SIZES), "gzip");
}
