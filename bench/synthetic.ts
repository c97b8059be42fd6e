/**
 * Packages of any length in seconds. gzip lets members follow each other, so each binary is
 * compressed once, and laid behind as many headers as wanted.
 */
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { gzipSync } from "node:zlib";
import { tarPart } from "../tests/support/tar_builder.ts";
import { debianTree } from "./debian.ts";

/** Some of Debian's binaries, 273 MB together. */
const SOURCES = ["sbin/dockerd", "bin/rclone", "bin/prometheus", "bin/containerd", "bin/docker"];

/** Writes a package that holds all the sources so many times. */
export async function packRepeated(archive: string, times: number): Promise<void> {
  const { folder } = await debianTree();
  const bodies = SOURCES.map((source) => packedBody(`${folder}/usr/${source}`));
  function* members(): Generator<Uint8Array> {
    for (let time = 0; time < times; time++) {
      for (const [i, { size, packed }] of bodies.entries()) {
        const name = `offline-files/mirror-${time}.local/${SOURCES[i]}`;
        yield gzipSync(tarPart({ name, size, mode: 0o755 }));
        yield packed;
      }
    }
    yield gzipSync(new Uint8Array(1024)); // what ends a tar
  }
  await pipeline(Readable.from(members()), createWriteStream(archive));
}

function packedBody(path: string): { size: number; packed: Uint8Array } {
  const bytes = Deno.readFileSync(path);
  const padded = new Uint8Array(Math.ceil(bytes.length / 512) * 512);
  padded.set(bytes);
  return { size: bytes.length, packed: gzipSync(padded) };
}
