/** Packages that are cut short or have wrong bits, over a tree and a bucket that are good. */
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { httpFetch } from "../../core/http/client.ts";
import { importPackages } from "../../core/importer/importer.ts";
import type { StorageAdapter } from "../../core/storage/adapter.ts";
import { BinimportError } from "../../core/util/errors.ts";
import { noise } from "../support/chunks.ts";
import { startMinio, unfinishedUploads } from "../support/minio_server.ts";
import { openMinio, PART_SIZE } from "../support/open_minio.ts";
import { memoryPackage } from "../support/packages.ts";
import { reliabilityTest, times, type Tried } from "../support/reliability/trials.ts";
import { tarArchive } from "../support/tar_builder.ts";
import { sha256 } from "../support/tar_model.ts";
import { webRoot } from "../support/web_root.ts";

/** Contents by key. */
type Files = Readonly<Record<string, Uint8Array>>;

const outcome = "an error, or the right content; what was there before is untouched";

/** Small files, one of which is compressed so well that a bit of it says much. */
const SMALL: Files = {
  "dl.k8s.io/kubelet": noise(150, 1),
  "tools/zeros": new Uint8Array(20_000),
  "tools/empty": new Uint8Array(0),
};

/** With one that S3 is given in parts, long before the end of the package. */
const IN_PARTS: Files = { ...SMALL, "a/large": new Uint8Array(PART_SIZE + 1) };

const archiveOf = (files: Files) =>
  tarArchive(
    ...Object.entries(files).map(([key, body]) => ({ name: `offline-files/${key}`, body })),
  );

const gzipped = (files: Files) => new Uint8Array(gzipSync(archiveOf(files), { level: 9 }));

const older = (files: Files): Files =>
  Object.fromEntries(Object.entries(files).map(([key, { length }]) => [key, noise(length, 77)]));

reliabilityTest({
  fault: "every bit of a small .tar.gz flipped, into a web root",
  outcome,
  file: import.meta.url,
}, async (tried) => {
  using root = webRoot();
  await using adapter = await root.open();
  const good = gzipped(SMALL);
  await overGoodOnes([adapter], SMALL, flips(good, 1), tried);
});

reliabilityTest({
  fault: "a small .tar cut at every 512 bytes, into a web root",
  outcome,
  file: import.meta.url,
}, async (tried) => {
  using root = webRoot();
  await using adapter = await root.open();
  await overGoodOnes([adapter], SMALL, cuts(archiveOf(SMALL), 512), tried);
});

reliabilityTest({
  fault: "a .tar.gz cut at every byte, into a web root",
  outcome,
  file: import.meta.url,
}, async (tried) => {
  using root = webRoot();
  await using adapter = await root.open();
  await overGoodOnes([adapter], SMALL, cuts(gzipped(SMALL), 1), tried);
});

reliabilityTest({
  fault: "bits flipped and ends cut, into MinIO",
  outcome,
  needs: ["minio"],
  file: import.meta.url,
}, async (tried) => {
  await using server = await startMinio();
  await using adapter = await openMinio(server);
  await overGoodOnes([adapter], SMALL, flips(gzipped(SMALL), times(13, 1)), tried);
  await overGoodOnes([adapter], SMALL, cuts(archiveOf(SMALL), 512), tried);
  await overGoodOnes([adapter], IN_PARTS, flips(gzipped(IN_PARTS), times(1531, 61)), tried);
  await overGoodOnes([adapter], IN_PARTS, cuts(gzipped(IN_PARTS), times(241, 11)), tried);
  assert.deepEqual(await unfinishedUploads(server), []);
});

reliabilityTest({
  fault: "bits flipped and ends cut, into a web root and MinIO with one reading",
  outcome,
  needs: ["minio"],
  file: import.meta.url,
}, async (tried) => {
  await using server = await startMinio();
  using root = webRoot();
  await using disk = await root.open();
  await using store = await openMinio(server);
  const both = [disk, store];
  await overGoodOnes(both, SMALL, flips(gzipped(SMALL), times(17, 1)), tried);
  await overGoodOnes(both, SMALL, cuts(archiveOf(SMALL), 512), tried);
  await overGoodOnes(both, IN_PARTS, flips(gzipped(IN_PARTS), times(1531, 61)), tried);
  assert.deepEqual(await unfinishedUploads(server), []);
});

reliabilityTest({
  fault: "a large package cut and flipped at random points, into a web root",
  outcome,
  file: import.meta.url,
}, async (tried) => {
  using root = webRoot();
  await using adapter = await root.open();
  const files: Files = { "a/first": noise(3_000_000, 3), "b/second": noise(2_000_000, 4) };
  const good = gzipped(files);
  async function* wrong(): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < times(20, 300); i++) {
      const at = Math.floor(Math.random() * good.length);
      yield i % 2 === 0 ? good.subarray(0, at) : flipped(good, at * 8 + (i % 8));
    }
  }
  await overGoodOnes([adapter], files, wrong(), tried);
});

/** Imports each of the wrong packages over good older files; those must stay as they were. */
async function overGoodOnes(
  adapters: readonly StorageAdapter[],
  right: Files,
  wrong: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  tried: Tried,
): Promise<void> {
  const old = older(right);
  await importArchive(adapters, archiveOf(old));
  let refused = 0;
  for await (const archive of wrong) {
    if (await isRefused(adapters, archive)) {
      refused++;
      await assertHolds(adapters, old);
    } else {
      await assertHolds(adapters, right); // the bit said nothing of the content
      await importArchive(adapters, archiveOf(old));
    }
    tried();
  }
  assert(refused > 0, "nothing was refused");
}

async function isRefused(
  adapters: readonly StorageAdapter[],
  archive: Uint8Array,
): Promise<boolean> {
  try {
    await importArchive(adapters, archive);
    return false;
  } catch (error) {
    if (!(error instanceof BinimportError)) throw error;
    assert.match(error.code, /^package-/, error.message);
    return true;
  }
}

async function importArchive(
  adapters: readonly StorageAdapter[],
  archive: Uint8Array,
): Promise<void> {
  using fetch = httpFetch();
  const { failures } = await importPackages([memoryPackage(archive)], adapters, {
    packageOptions: { stripComponents: null, include: [], exclude: [] },
    verify: "off",
    fetch,
  });
  for (const { error } of failures) throw error;
}

async function assertHolds(adapters: readonly StorageAdapter[], files: Files): Promise<void> {
  for (const adapter of adapters) {
    for (const [key, body] of Object.entries(files)) {
      const found = new Uint8Array(await new Response(await adapter.get(key)).arrayBuffer());
      assert.equal(sha256(found), sha256(body), `${key} in ${adapter.target}`);
    }
  }
}

/** The bytes with one bit flipped, for each `step`th bit. */
function* flips(bytes: Uint8Array, step: number): Generator<Uint8Array> {
  for (let bit = 0; bit < bytes.length * 8; bit += step) yield flipped(bytes, bit);
}

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = bytes.slice();
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

/** The bytes cut short at each multiple of `step`. */
function* cuts(bytes: Uint8Array, step: number): Generator<Uint8Array> {
  for (let end = 0; end < bytes.length; end += step) yield bytes.subarray(0, end);
}
