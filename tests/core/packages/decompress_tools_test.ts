/** Compressed files as real compressors write them. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { decompress } from "../../../core/packages/compression/mod.ts";
import { BinimportError } from "../../../core/util/errors.ts";
import { collect, cutAt, inChunks, noise } from "../../support/chunks.ts";
import { failsWith } from "../../support/fails_with.ts";
import { memoryPackage } from "../../support/packages.ts";
import { testWithTools } from "../../support/require.ts";
import { run } from "../../support/run.ts";
import { join, tarArchive } from "../../support/tar_builder.ts";
import { readPackage } from "./reading.ts";

const text = new TextEncoder().encode("all work and no play ".repeat(20_000));
const sample = join(text, noise(300_000), new Uint8Array(200_000), noise(300_000, 2));

async function unpack(bytes: Uint8Array, cuts: readonly number[] = []): Promise<Uint8Array> {
  return await collect((await decompress(cutAt(bytes, cuts))).chunks);
}

async function unpacksTo(expected: Uint8Array, bytes: Uint8Array): Promise<void> {
  const middle = Math.floor(bytes.length / 2);
  for (const cuts of [[], [1, 2, 3, middle], [middle, middle, bytes.length - 1]]) {
    assert(Buffer.from(expected).equals(await unpack(bytes, cuts)), `cut at ${cuts}`);
  }
}

const xz = (...args: string[]) => run("xz", ["-c", "-T1", ...args], { input: sample });

testWithTools("xz: every check it has but SHA-256, blocks, streams, padding", ["xz"], async () => {
  for (const check of ["none", "crc32", "crc64"]) {
    await unpacksTo(sample, await xz("-1", `--check=${check}`));
  }
  await unpacksTo(sample, await xz("-9", "--block-size=100000"));
  await unpacksTo(new Uint8Array(0), await run("xz", ["-c"], { input: new Uint8Array(0) }));
  const one = await xz("-0");
  await unpacksTo(join(sample, sample), join(one, one));
  await unpacksTo(join(sample, sample), join(one, new Uint8Array(8), one, new Uint8Array(4)));
  assert(Buffer.from(sample).equals(await unpack(one, [...one.keys()].slice(0, 2000))));
  assert.equal((await unpack(join(one, one), [one.length, one.length])).length, 2 * sample.length);
});

testWithTools("xz: cut, flipped and followed by others is damage", ["xz"], async () => {
  const whole = await xz("-0");
  for (const length of [6, 11, 12, 100, whole.length >> 1, whole.length - 12, whole.length - 1]) {
    await failsWith(
      "package-damaged",
      /^the xz data ends early$/,
      unpack(whole.subarray(0, length)),
    );
    const second = join(whole, whole.subarray(0, length));
    await failsWith("package-damaged", /^the xz data ends early$/, unpack(second));
  }
  // (Byte 30 begins the range coder's data and means nothing, so that one may flip.)
  for (const at of [31, whole.length >> 1, whole.length - 30, whole.length - 1]) {
    const wrong = whole.slice();
    wrong[at]! ^= 1;
    await failsWith("package-damaged", /^(the xz data|bytes follow)/, unpack(wrong));
  }
  for (const behind of [noise(100), noise(3), new Uint8Array(5)]) {
    await failsWith("package-damaged", /xz data/, unpack(join(whole, behind)));
  }
});

testWithTools("xz: what the decoder cannot do is refused, with the way round", ["xz"], async () => {
  const hint = /^Unpack it on the way: xz -dc FILE \| binimport … -$/;
  const cases: readonly [RegExp, string[]][] = [
    [/SHA-256 checksum or a filter/, ["--check=sha256"]],
    [/SHA-256 checksum or a filter/, ["--x86", "--lzma2=preset=0"]],
    [/more than 64 MiB of memory/, ["--lzma2=preset=0,dict=128MiB"]],
  ];
  for (const [state, args] of cases) {
    const refused = await failsWith("package-unsupported", state, unpack(await xz(...args)));
    assert.match(refused.hint ?? "", hint);
  }
});

testWithTools("xz: one inside another is refused, and none blocks the next", ["xz"], async () => {
  const inner = await xz("-0");
  const outer = await run("xz", ["-c", "-0"], { input: inner });
  const nested = async () => {
    const { chunks } = await decompress(inChunks(outer));
    return await collect((await decompress(chunks)).chunks);
  };
  await failsWith("package-unsupported", /only one at a time/, nested);
  for await (const _ of (await decompress(inChunks(inner))).chunks) break;
  await unpacksTo(sample, inner);
});

testWithTools("xz: packages that are read side by side wait for each other", ["xz"], async () => {
  const tar = tarArchive({ name: "dl.k8s.io/kubelet", body: sample });
  const packed = await run("xz", ["-c", "-0"], { input: tar });
  const read = async () => await readPackage(memoryPackage(packed));
  for (const { files } of await Promise.all([read(), read(), read()])) {
    assert.deepEqual(Object.keys(files), ["dl.k8s.io/kubelet"]);
  }
});

testWithTools("xz: closes its input, and passes on its errors", ["xz"], async () => {
  const error = new BinimportError("package-unreadable", "the cable was pulled");
  let closed = 0;
  async function* input(bytes: Uint8Array, length: number) {
    try {
      yield bytes.subarray(0, length);
      if (length < bytes.length) throw error;
      yield bytes;
    } finally {
      closed++;
    }
  }
  const whole = await xz("-0");
  const reading = async () => await collect((await decompress(input(whole, 50_000))).chunks);
  await assert.rejects(reading, (thrown) => thrown === error);
  assert.equal(closed, 1);
  const wrong = whole.slice();
  wrong[1000]! ^= 1;
  await failsWith("package-damaged", /xz/, async () => {
    await collect((await decompress(input(wrong, wrong.length))).chunks);
  });
  assert.equal(closed, 2);
  for await (const _ of (await decompress(input(whole, whole.length))).chunks) break;
  assert.equal(closed, 3);
});

testWithTools("zstd: as the program writes it", ["zstd"], async () => {
  const zstd = (...args: string[]) => run("zstd", ["-c", ...args], { input: sample });
  for (const args of [["-1"], ["-19"], ["--long=27"], ["-T2", "-B100000"], ["--no-check"]]) {
    const packed = await zstd(...args);
    await unpacksTo(sample, packed);
    await unpacksTo(join(sample, sample, sample), join(packed, packed, packed));
  }
  // A stream of unknown length: its window, unlike that of a small file, is what was asked for.
  const tooLong = await zstd("--long=29", "--no-content-size");
  const refused = await failsWith("package-unsupported", /512 MiB/, unpack(tooLong));
  assert.match(refused.hint ?? "", /zstd -dc --long=31/);
});

testWithTools("gzip: as gzip and pigz write it", ["gzip", "pigz"], async () => {
  for (const program of ["gzip", "pigz"]) {
    for (const level of ["-1", "-9"]) {
      const packed = await run(program, ["-c", level], { input: sample });
      await unpacksTo(sample, packed);
      await unpacksTo(join(sample, sample), join(packed, packed, new Uint8Array(10_000)));
    }
  }
  await unpacksTo(sample, await run("pigz", ["-c", "-i", "-b", "128"], { input: sample }));
});
