/** Archives read and written by tar-stream, to compare with. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { pipeline } from "node:stream/promises";
import tarStream from "tar-stream";
import { collect } from "./chunks.ts";
import { join } from "./tar_builder.ts";
import { type EntryFacts, type ModelEntry, sha256 } from "./tar_model.ts";

/** What tar-stream reads. */
export async function factsOfTarStream(archive: Uint8Array): Promise<EntryFacts[]> {
  const facts: EntryFacts[] = [];
  const extract = tarStream.extract();
  extract.on("entry", (header, stream, next) => {
    const chunks: Uint8Array[] = [];
    stream.on("data", (chunk) => chunks.push(asBytes(chunk)));
    stream.on("end", () => {
      const { name, mode = 0, linkname } = header;
      const type = header.type === "link" ? "hardlink" : header.type;
      assert(type === "file" || type === "directory" || type === "hardlink" || type === "symlink");
      const body = join(...chunks);
      facts.push({
        name,
        type,
        mode,
        size: body.length,
        linkName: linkname ?? "",
        sha256: sha256(body),
      });
      next();
    });
  });
  await pipeline([Buffer.from(archive)], extract);
  return facts;
}

/** What tar-stream writes. */
export async function packByTarStream(models: readonly ModelEntry[]): Promise<Uint8Array> {
  const pack = tarStream.pack();
  const packed = collect(bytesOf(pack));
  for (const { name, type, mode, linkName, body } of models) {
    const header = { name, mode, type: type === "hardlink" ? "link" as const : type };
    const link = linkName === "" ? {} : { linkname: linkName };
    pack.entry({ ...header, ...link, size: body.length }, Buffer.from(body));
  }
  pack.finalize();
  return await packed;
}

async function* bytesOf(chunks: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield asBytes(chunk);
}

function asBytes(chunk: unknown): Uint8Array {
  assert(chunk instanceof Uint8Array);
  return chunk;
}
