/** What is inside a package: takes off whatever compression lies around it, and names what it is. */
import { BinimportError } from "../util/errors.ts";
import { type Compression, decompress } from "./compression/mod.ts";
import type { Meter } from "./limits.ts";
import { counting, isPackageError, restated } from "./single_source.ts";

/** A proxy that compresses all it sends makes two; more than this is made to be an attack. */
const MAX_LAYERS = 3;

/** What is inside. */
export interface Unpacked {
  readonly kind: "tar" | "iso";
  /** Whether it was compressed, so that a checksum vouches for its end. */
  readonly isPacked: boolean;
  /** Its bytes; each is valid until the next one is asked for. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Unpacks `bytes`; errors as of {@linkcode decompress}, of what is inside with all around it. */
export async function unpack(bytes: AsyncIterable<Uint8Array>, watch: Meter): Promise<Unpacked> {
  const layers: Compression[] = [];
  let chunks = bytes;
  for (;;) {
    const inside = await decompress(chunks).catch((error) => {
      throw isPackageError(error) ? within(layers, error) : error;
    });
    if (inside.compression === "none") {
      const { isImage, chunks } = inside;
      return { kind: isImage ? "iso" : "tar", isPacked: layers.length > 0, chunks };
    }
    layers.push(inside.compression);
    if (layers.length > MAX_LAYERS) throw tooDeep(layers);
    chunks = counting(inside.chunks, watch.unpacked);
  }
}

function within(layers: readonly Compression[], error: BinimportError): BinimportError {
  if (layers.length === 0 || error.code !== "package-unsupported") return error;
  return restated(error, `unpacked from ${layers.join(" and ")}, ${error.message}`);
}

function tooDeep(layers: readonly Compression[]): BinimportError {
  return new BinimportError(
    "package-hostile",
    `it is compressed more than ${MAX_LAYERS} times: ${layers.join(", then ")}`,
    { hint: "Unpack it by hand, and give what is inside." },
  );
}
