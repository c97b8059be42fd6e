/**
 * What is inside a package: takes off whatever compression lies around it; told by its content,
 * never by its name. Messages are only the state ("the gzip data ends early").
 */
import { ByteReader } from "../../util/byte_reader.ts";
import { latin1 } from "../bytes.ts";
import { hostile, isPackageError, restated } from "../errors.ts";
import type { Meter } from "../tally.ts";
import { BLOCK } from "../tar/mod.ts";
import { COMPRESSIONS } from "./formats.ts";
import { plainKind } from "./unknown_format.ts";

export { isArchiveName, packageKinds } from "./formats.ts";

/** A proxy that compresses all it sends makes two; more than this is made to be an attack. */
const MAX_LAYERS = 3;

export interface Unpacked {
  readonly kind: "tar" | "iso";
  /** Whether it was compressed, so that a checksum vouches for its end. */
  readonly isPacked: boolean;
  /** Its bytes; each is valid until the next one is asked for. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Unpacks `bytes`; errors as of {@linkcode decompress}, of what is inside with all around it. */
export async function unpack(bytes: AsyncIterable<Uint8Array>, watch: Meter): Promise<Unpacked> {
  const layers: string[] = [];
  async function* watched(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      watch.unpacked(chunk.length);
      yield chunk;
    }
  }
  for (let chunks = bytes;;) {
    const inside = await decompress(chunks, watch).catch((error) => {
      if (layers.length === 0 || !isPackageError(error)) throw error;
      if (error.code !== "package-unsupported") throw error;
      throw restated(error, `unpacked from ${layers.join(" and ")}, ${error.message}`);
    });
    const { compression, kind } = inside;
    if (kind !== undefined) return { kind, isPacked: layers.length > 0, chunks: inside.chunks };
    layers.push(compression);
    if (layers.length > MAX_LAYERS) {
      throw hostile(
        `it is compressed more than ${MAX_LAYERS} times: ${layers.join(", then ")}`,
        "Unpack it by hand, and give what is inside.",
      );
    }
    chunks = watched(inside.chunks);
  }
}

interface Decompressed {
  /** What it was compressed with; `none` when it was not. */
  readonly compression: string;
  readonly kind?: Unpacked["kind"];
  /**
   * In chunks of up to about 1 MiB, each valid until the next one is asked for. They end without an
   * error only if the input was read to its end, held whole streams, and every checksum was right.
   */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/**
 * Looks at how `input` begins, and gives it without its outermost compression. `reading` is the
 * same object for all that is read of one package. Errors of the input pass; wrong data is code
 * `package-damaged`, another format `package-unsupported`. `chunks` must be iterated, to close it.
 */
export async function decompress(
  input: AsyncIterable<Uint8Array>,
  reading: object = decompress,
): Promise<Decompressed> {
  const reader = new ByteReader(input);
  try {
    const text = latin1(await reader.peek(BLOCK));
    const found = COMPRESSIONS.find(({ begins }) => begins.test(text));
    if (found === undefined) {
      return { compression: "none", kind: await plainKind(reader), chunks: reader };
    }
    const decode = await found.decoder();
    return { compression: found.name, chunks: decode(reader, reading) };
  } catch (error) {
    await reader.close();
    throw error;
  }
}
