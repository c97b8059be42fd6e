/** gzip (RFC 1952), one member or many, with padding of zeros behind. */
import { createGunzip } from "node:zlib";
import type { ByteReader } from "../../util/byte_reader.ts";
import { startInflater } from "./inflate_pool.ts";
import { CHUNK_SIZES, inflated } from "./zlib_stream.ts";

/** A worker takes 15 to 35 ms to start; in so long, that many bytes are inflated here. */
const WORTH_A_WORKER = 1024 * 1024;

/** The uncompressed bytes. Where there is a second processor, they are inflated on it. */
export async function* gunzip(input: ByteReader): AsyncGenerator<Uint8Array> {
  const { length } = await input.peek(WORTH_A_WORKER);
  const alone = length < WORTH_A_WORKER || navigator.hardwareConcurrency < 2;
  const inflater = alone ? undefined : await startInflater();
  if (inflater === undefined) yield* inflated(input, createGunzip(CHUNK_SIZES), "gzip");
  else yield* inflater.inflate(input);
}
