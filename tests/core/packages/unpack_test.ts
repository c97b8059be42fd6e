import { deepEqual, match } from "node:assert/strict";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { failsWith } from "../../support/fails_with.ts";
import { isoImage } from "../../support/iso_builder.ts";
import { memoryPackage, tarGz } from "../../support/packages.ts";
import { tarArchive } from "../../support/tar_builder.ts";
import { readPackage } from "./reading.ts";

const ONCE = tarGz({ "dl.k8s.io/kubelet": "kubelet" });

/** Not as a Buffer, whose slice() is no copy. */
function gzip(bytes: Uint8Array, options = {}): Uint8Array {
  return new Uint8Array(gzipSync(bytes, options));
}

Deno.test("what is compressed twice or three times is read, in any mixture", async () => {
  for (
    const bytes of [
      gzip(ONCE),
      new Uint8Array(zstdCompressSync(ONCE)),
      gzip(new Uint8Array(zstdCompressSync(ONCE))),
    ]
  ) {
    deepEqual((await readPackage(memoryPackage(bytes))).files, { "dl.k8s.io/kubelet": "kubelet" });
  }
});

Deno.test("what is compressed four times is refused", async () => {
  const four = gzip(gzip(gzip(ONCE)));
  await failsWith("package-hostile", /more than 3 times/, () => readPackage(memoryPackage(four)));
});

Deno.test("damage in an inner layer is found", async () => {
  const wrong = ONCE.slice();
  wrong[wrong.length - 6] = (wrong[wrong.length - 6] ?? 0) ^ 1;
  await failsWith("package-damaged", /checksum/, () => readPackage(memoryPackage(gzip(wrong))));
});

Deno.test("what is inside compression is told with what lies around it", async () => {
  const read = (text: string) => () =>
    readPackage(memoryPackage(gzip(gzip(new TextEncoder().encode(text)))));
  await failsWith(
    "package-unsupported",
    /unpacked from gzip and gzip, it is an HTML page/,
    read("<html>"),
  );
});

Deno.test("an archive of container images is refused as such, whatever comes first in it", async () => {
  const layer = "0".repeat(64);
  const archives: readonly string[][] = [
    [`${layer}/layer.tar`, `${layer}/json`, "manifest.json"],
    ["manifest.json", `blobs/sha256/${layer}`],
    [`./blobs/sha256/${layer}`, "./oci-layout"],
    ["offline-images/oci-layout", `offline-images/blobs/sha256/${layer}`],
  ];
  for (const names of archives) {
    const one = memoryPackage(gzip(tarArchive(...names.map((name) => ({ name })))));
    const error = await failsWith(
      "package-unsupported",
      /container images/,
      () => readPackage(one),
    );
    match(error.hint ?? "", /skopeo copy/);
  }
  const files = tarArchive({ name: "t/a/manifest.json" }, { name: "t/manifest.json" });
  deepEqual(Object.keys((await readPackage(memoryPackage(files))).files), [
    "a/manifest.json",
    "manifest.json",
  ]);
});

Deno.test("an image inside an archive inside an archive is told", async () => {
  const inner = { name: "offline/component-tools.tar.gz", body: gzip(isoImage([])) };
  await failsWith(
    "package-unsupported",
    /"offline\/component-tools.tar.gz" in it: it is an ISO image/,
    () => readPackage(memoryPackage(tarArchive(inner))),
  );
});
