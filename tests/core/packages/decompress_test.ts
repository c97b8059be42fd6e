import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { constants, gzipSync, zstdCompressSync } from "node:zlib";
import { decompress } from "../../../core/packages/compression/mod.ts";
import { untar } from "../../../core/packages/tar/reader.ts";
import { BinimportError } from "../../../core/util/errors.ts";
import { collect, cutAt, inChunks, noise } from "../../support/chunks.ts";
import { failsWith } from "../../support/fails_with.ts";
import { join, tarArchive } from "../../support/tar_builder.ts";

const utf8 = new TextEncoder();
const archive = tarArchive({ name: "a", body: utf8.encode("hello ".repeat(5000)) });
const zeros = new Uint8Array(3000);

const gzip = (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes));
const zstd = (bytes: Uint8Array, params: Record<number, number> = {}) =>
  new Uint8Array(zstdCompressSync(bytes, { params }));
const zstdWithChecksum = (bytes: Uint8Array) => zstd(bytes, { [constants.ZSTD_c_checksumFlag]: 1 });

async function unpack(bytes: Uint8Array, length?: number): Promise<Uint8Array> {
  return await collect((await decompress(inChunks(bytes, length))).chunks);
}

/** `bytes` unpack to `expected`, whole and wherever they are cut in two. */
async function unpacksTo(expected: Uint8Array, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at <= bytes.length; at += 1 + Math.floor(bytes.length / 100)) {
    const { chunks } = await decompress(cutAt(bytes, [at, at]));
    assert(Buffer.from(expected).equals(await collect(chunks)), `cut at ${at}`);
  }
  assert(Buffer.from(expected).equals(await unpack(bytes, 1)), "byte by byte");
}

/** `bytes` fail, whole and wherever they are cut in two. */
async function isDamaged(state: RegExp, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at <= bytes.length; at += 1 + Math.floor(bytes.length / 100)) {
    await failsWith("package-damaged", state, async () => {
      await collect((await decompress(cutAt(bytes, [at]))).chunks);
    });
  }
}

Deno.test("decompress: tells formats by content", async () => {
  assert.equal((await decompress(inChunks(archive))).compression, "none");
  assert.equal((await decompress(inChunks(tarArchive()))).compression, "none");
  assert.equal((await decompress(inChunks(gzip(archive), 1))).compression, "gzip");
  assert.equal((await decompress(inChunks(zstd(archive), 1))).compression, "zstd");
  const xz = new Uint8Array([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]);
  assert.equal((await decompress(inChunks(xz))).compression, "xz");
});

Deno.test("decompress: a tar has a right checksum or zeros, in a whole block", async () => {
  for (const tar of [archive, tarArchive()]) {
    assert.equal((await decompress(inChunks(tar))).kind, "tar");
  }
  const wrong = tarArchive({ name: "a", checksum: "wrong" });
  for (const other of [archive.subarray(0, 511), new Uint8Array(511), wrong]) {
    await failsWith("package-unsupported", /neither tar nor/, () => decompress(inChunks(other)));
  }
});

Deno.test("decompress: what is no package is refused by name, with what to do", async () => {
  const cases: readonly [string, RegExp, RegExp][] = [
    ["BZh91AY&SY", /bzip2/, /bzip2 -dc FILE \| binimport …/],
    ["\x04\x22\x4d\x18", /lz4/, /lz4 -dc/],
    ["LZIP\x01", /lzip/, /lzip -dc/],
    ["7z\xbc\xaf\x27\x1c", /7z archive/, /7z x/],
    ["PK\x03\x04", /zip archive/, /unzip/],
    ["PK\x05\x06", /zip archive/, /unzip/],
    ["\xed\xab\xee\xdb", /rpm package/, /rpm2cpio/],
    ["<!DOCTYPE html>", /HTML page/, /error page: fetch it again/],
    [" \r\n\t<HTML lang=en>", /HTML page/, /error page/],
    ["\xef\xbb\xbf<!doctype HTML", /HTML page/, /error page/],
    ['<?xml version="1.0"?><Error><Code>NoSuchKey', /XML document/, /error page/],
    ["Rar!\x1a\x07\x01\0", /rar archive/, /unrar/],
    ["hsqs", /squashfs image/, /unsquashfs/],
    ["!<arch>\ndebian-binary", /deb package/, /dpkg-deb/],
    ["070701", /cpio archive/, /cpio -idm/],
    ["\x7fELF\x02\x01", /a program/, /give the folder/],
    ["Salted__\x01\x02", /encrypted \(OpenSSL\)/, /Decrypt/],
    ["age-encryption.org/v1\n", /encrypted \(age\)/, /Decrypt/],
    ["\x8c\x0d\x04\x09", /encrypted \(GnuPG\)/, /Decrypt/],
    ["-----BEGIN PGP MESSAGE-----", /encrypted \(GnuPG\)/, /Decrypt/],
    ["version https://git-lfs.github.com/spec/v1\noid", /Git LFS pointer/, /git lfs pull/],
    [
      '{"code":404,\n"message":"x"}',
      /JSON document that begins with "\{\\"code\\":404, /,
      /error page/,
    ],
    ["[\n ]", /JSON document/, /error page/],
    ["\x01\x02binary", /^it is neither tar nor gzip, zstd or xz$/, /a tar/],
    ["x", /^it is neither tar/, /a tar/],
    ["\x1f", /^it is neither tar/, /a tar/],
  ];
  for (const [head, state, hint] of cases) {
    for (const more of [0, 2000]) {
      const bytes = join(Uint8Array.from(head, (c) => c.charCodeAt(0)), new Uint8Array(more));
      const error = await failsWith("package-unsupported", state, unpack(bytes));
      assert.match(error.hint ?? "", hint);
    }
  }
  await failsWith("package-damaged", /^it is empty$/, unpack(new Uint8Array(0)));
});

Deno.test("decompress: of a text the first words are shown", async () => {
  const long = `404: Not Found\r\n${"more of it ".repeat(20)}`;
  await failsWith(
    "package-unsupported",
    /^it is a text that begins with "404: Not Found more of it [a-z ]+…"$/,
    unpack(utf8.encode(long)),
  );
  await failsWith(
    "package-unsupported",
    /"<html> \\u001b\[31m"$/,
    unpack(utf8.encode("<html>\n\x1b[31m")),
  );
});

Deno.test("decompress: an image with UDF names alone is told from an empty tar", async () => {
  const disc = new Uint8Array(40 * 1024);
  disc.set(utf8.encode("BEA01"), 16 * 2048 + 1);
  const error = await failsWith("package-unsupported", /UDF/, unpack(disc));
  assert.match(error.hint ?? "", /mount -o loop/);
});

Deno.test("decompress: a tar whose first name looks like something else is a tar", async () => {
  for (const name of ["BZh9", "PK\x03\x04", "<html", "LZIP", "7z"]) {
    const tar = tarArchive({ name });
    assert.equal((await decompress(inChunks(tar))).compression, "none");
  }
});

Deno.test("decompress: closes an input that it refuses", async () => {
  let closed = false;
  async function* input() {
    try {
      yield utf8.encode("<html>".repeat(1000));
      yield utf8.encode("more");
    } finally {
      closed = true;
    }
  }
  await failsWith("package-unsupported", /HTML/, decompress(input()));
  assert(closed);
});

for (const [format, pack] of Object.entries({ gzip, zstd, zstdWithChecksum })) {
  Deno.test(`decompress: ${format} in any cut, empty, many in one file`, async () => {
    const one = pack(archive);
    const none = pack(new Uint8Array(0));
    await unpacksTo(archive, one);
    await unpacksTo(new Uint8Array(0), none);
    await unpacksTo(join(archive, zeros, archive), join(one, none, pack(zeros), none, one));
  });

  Deno.test(`decompress: ${format} cut anywhere is damage`, async () => {
    const whole = pack(archive);
    const two = join(whole, whole);
    const state = /^the (gzip|zstd) data ends early$/;
    for (let length = 4; length < whole.length; length++) {
      await failsWith("package-damaged", state, unpack(whole.subarray(0, length)));
    }
    for (let length = whole.length + 1; length < two.length; length++) {
      await failsWith("package-damaged", state, unpack(two.subarray(0, length)));
      const { chunks } = await decompress(cutAt(two.subarray(0, length), [whole.length]));
      await failsWith("package-damaged", state, collect(chunks));
    }
  });

  Deno.test(`decompress: ${format} with other bytes behind is damage`, async () => {
    const whole = pack(archive);
    const state = /^bytes follow the end of the (gzip|zstd) data that are not padding$/;
    await isDamaged(state, join(whole, utf8.encode("garbage")));
    await isDamaged(state, join(whole, zeros, utf8.encode("garbage")));
  });

  Deno.test(`decompress: errors of the input of ${format} pass through unchanged`, async () => {
    const error = new BinimportError("package-unreadable", "the cable was pulled");
    for (const length of [10, 20_000]) {
      let closed = 0;
      const input = async function* () {
        try {
          yield pack(noise(100_000)).subarray(0, length);
          throw error;
        } finally {
          closed++;
        }
      };
      const unpacking = (async () => await collect((await decompress(input())).chunks))();
      await assert.rejects(unpacking, (thrown) => thrown === error);
      assert.equal(closed, 1);
    }
  });

  Deno.test(`decompress: ${format} keeps few MiB in flight, and closes its input`, async () => {
    const packed = pack(noise(24 << 20));
    let asked = 0;
    let closed = false;
    async function* input() {
      try {
        for await (const chunk of inChunks(packed)) {
          asked += chunk.length;
          yield chunk;
        }
      } finally {
        closed = true;
      }
    }
    let seen = 0;
    for await (const chunk of (await decompress(input())).chunks) {
      seen += chunk.length;
      await new Promise((resolve) => setTimeout(resolve, 5));
      assert(asked - seen < 8 << 20, `${asked - seen} bytes ahead`);
      if (seen > 10 << 20) break;
    }
    assert(closed);
  });
}

Deno.test("decompress: one package inside another, in any cut", async () => {
  const formats = { gzip, zstd, zstdWithChecksum };
  const inner = tarArchive(...[1, 2, 3].map((seed) => ({
    name: `${seed}`,
    body: noise(700_000, seed),
  })));
  const filler = noise(1 << 20);
  for (const packInner of Object.values(formats)) {
    const packed = packInner(inner);
    for (const packOuter of Object.values(formats)) {
      // What comes before shifts the inner package against the chunks that carry it.
      for (const before of [0, (1 << 20) - 2048, (1 << 20) - 1500, (1 << 20) - 1025]) {
        const first = { name: "before", body: filler.subarray(0, before) };
        const outer = tarArchive(first, { name: "inner", body: packed });
        const found: number[] = [];
        for await (const entry of untar((await decompress(inChunks(packOuter(outer)))).chunks)) {
          if (entry.name !== "inner") continue;
          for await (const { size } of untar((await decompress(entry.chunks())).chunks)) {
            found.push(size);
          }
        }
        assert.deepEqual(found, [700_000, 700_000, 700_000]);
      }
    }
  }
});

Deno.test("decompress: zeros after gzip are padding, and are read to the end", async () => {
  const whole = gzip(archive);
  for (const padding of [1, 7, 512, 3_000_000]) {
    let asked = 0;
    const input = async function* () {
      for await (const chunk of inChunks(join(whole, new Uint8Array(padding)), 100_000)) {
        asked += chunk.length;
        yield chunk;
      }
    };
    await collect((await decompress(input())).chunks);
    assert.equal(asked, whole.length + padding);
  }
  await unpacksTo(archive, join(whole, zeros));
});

Deno.test("decompress: what comes long after the end of gzip is looked at too", async () => {
  const pause = () => new Promise((resolve) => setTimeout(resolve, 20));
  let asked = 0;
  async function* input(...chunks: Uint8Array[]) {
    for (const chunk of chunks) {
      asked++;
      yield chunk;
      await pause();
    }
  }
  const whole = gzip(archive);
  const padded = (await decompress(input(whole, zeros, zeros, zeros))).chunks;
  assert(Buffer.from(archive).equals(await collect(padded)));
  assert.equal(asked, 4);
  for (const late of [gzip(archive), utf8.encode("late")]) {
    const { chunks } = await decompress(input(whole, zeros, zeros, late));
    await failsWith("package-damaged", /not padding/, collect(chunks));
  }
});

Deno.test("decompress: a second gzip member after padding is not dropped", async () => {
  await isDamaged(/not padding/, join(gzip(archive), zeros, gzip(archive)));
});

Deno.test("decompress: a wrong checksum or length in any gzip member is damage", async () => {
  for (const fromEnd of [8, 5, 4, 1]) {
    const wrong = gzip(archive);
    wrong[wrong.length - fromEnd]! ^= 1;
    const right = gzip(archive);
    for (const bytes of [wrong, join(wrong, right), join(right, wrong)]) {
      await isDamaged(/^the gzip data fails its checksum$/, bytes);
    }
  }
});

Deno.test("decompress: chunks are plain arrays, whose slice() is a copy", async () => {
  for (const pack of [gzip, zstd]) {
    for await (const chunk of (await decompress(inChunks(pack(archive)))).chunks) {
      assert.equal(Object.getPrototypeOf(chunk), Uint8Array.prototype);
    }
  }
});

Deno.test("decompress: thousands of gzip members", async () => {
  const members = Array.from({ length: 3000 }, (_, index) => gzip(utf8.encode(`${index},`)));
  const expected = utf8.encode(Array.from({ length: 3000 }, (_, index) => `${index},`).join(""));
  assert.deepEqual(await unpack(join(...members)), expected);
});

Deno.test("decompress: skippable frames of zstd, before, between and after", async () => {
  const skippable = (type: number, length: number) =>
    join(new Uint8Array([type, 0x2a, 0x4d, 0x18, length & 255, length >> 8, 0, 0]), noise(length));
  const one = zstd(archive);
  const parts = [skippable(0x50, 4), one, skippable(0x5f, 999), one, skippable(0x5a, 0)];
  await unpacksTo(join(archive, archive), join(...parts));
  const cut = join(one, skippable(0x50, 100).subarray(0, 60));
  await failsWith("package-damaged", /ends early/, unpack(cut));
});

Deno.test("decompress: flipped bits in zstd with a checksum are damage", async () => {
  const whole = zstdWithChecksum(noise(50_000));
  for (const at of [whole.length - 1, whole.length - 4, 30_000, 100]) {
    const wrong = whole.slice();
    wrong[at]! ^= 1;
    await isDamaged(/^the zstd data fails its checksum$/, wrong);
  }
});

Deno.test("decompress: zstd that takes a dictionary or too much memory is refused", async () => {
  const magic = [0x28, 0xb5, 0x2f, 0xfd];
  const dictionary = new Uint8Array([...magic, 0x01, 0x58, 7, 0, 0, 0]);
  await failsWith("package-unsupported", /dictionary/, unpack(dictionary));
  const window256M = new Uint8Array([...magic, 0x00, 18 << 3, 1, 0, 0]);
  const refused = await failsWith("package-unsupported", /256 MiB/, unpack(window256M));
  assert.match(refused.hint ?? "", /zstd -dc --long=31 FILE \| binimport/);
  const window128M = new Uint8Array([...magic, 0x00, 17 << 3, 1, 0, 0]);
  assert.equal((await unpack(window128M)).length, 0);
});

Deno.test("decompress: a zstd block of no known type is damage", async () => {
  const reserved = new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58, 7, 0, 0]);
  await isDamaged(/no known type/, reserved);
});
