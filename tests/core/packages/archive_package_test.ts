import { gzipSync } from "node:zlib";
import { archivePackage } from "../../../core/packages/archive.ts";
import { streamSource } from "../../../core/packages/file_source.ts";
import { digestOf } from "../../../core/util/digest.ts";
import { inChunks, noise } from "../../support/chunks.ts";
import { failsWith } from "../../support/fails_with.ts";
import { tarArchive } from "../../support/tar_builder.ts";

/** One large file, so that damage is met while its bytes are read. */
const ARCHIVE = tarArchive({ name: "offline-files/host/big", body: noise(100_000) });

Deno.test("damage within a file's bytes: the error names the package", async () => {
  await failsWith(
    "package-damaged",
    /^Cannot read package "damaged\.tgz": the gzip data ends/,
    read("damaged.tgz", gzipSync(ARCHIVE).subarray(0, 50_000)),
  );
});

Deno.test("damage within a package inside a package: the error names both", async () => {
  const inner = gzipSync(ARCHIVE).subarray(0, 50_000);
  const outer = tarArchive({ name: "offline/component-tools.tar.gz", body: inner });
  await failsWith(
    "package-damaged",
    /^Cannot read package "outer\.tar": "offline\/component-tools\.tar\.gz" in it: the gzip data /,
    read("outer.tar", outer),
  );
});

/** Reads a package as an import does: each file's bytes before the next item. */
async function read(name: string, bytes: Uint8Array): Promise<void> {
  const { items } = archivePackage(streamSource(name, () => inChunks(bytes, 4096))).read();
  for await (const item of items) if (item.kind === "file") await digestOf(item.chunks());
}
