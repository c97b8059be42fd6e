import assert from "node:assert/strict";
import { untar, type UntarOptions } from "../../../core/packages/tar/reader.ts";
import { collect, cutAt, inChunks } from "../../support/chunks.ts";
import { failsWith } from "../../support/fails_with.ts";
import {
  base256,
  gnuLong,
  join,
  paxHeader,
  tarArchive,
  type TarPart,
  tarPart,
} from "../../support/tar_builder.ts";

const utf8 = new TextEncoder();
const text = new TextDecoder();
const hello = utf8.encode("hello");

/** `name type size mode linkName body` of each entry. */
async function list(archive: Uint8Array, options?: UntarOptions): Promise<string[]> {
  const lines: string[] = [];
  for await (const entry of untar(inChunks(archive), options)) {
    const { name, type, size, mode, linkName } = entry;
    const body = text.decode(await collect(entry.chunks()));
    lines.push([name, type, size, mode.toString(8), linkName, body].join(" ").trimEnd());
  }
  return lines;
}

async function names(archive: Uint8Array): Promise<string[]> {
  const seen: string[] = [];
  for await (const { name } of untar(inChunks(archive))) seen.push(name);
  return seen;
}

const file = (name: string, more: Partial<TarPart> = {}): TarPart => ({
  name,
  body: hello,
  ...more,
});

Deno.test("untar: every type of entry", async () => {
  const archive = tarArchive(
    { name: "dir/", typeflag: "5", mode: 0o755 },
    file("dir/file", { mode: 0o4755 }),
    { name: "hard", typeflag: "1", linkName: "dir/file" },
    { name: "soft", typeflag: "2", linkName: "../x", mode: 0o777 },
    { name: "char", typeflag: "3" },
    { name: "block", typeflag: "4" },
    { name: "fifo", typeflag: "6" },
    file("contiguous", { typeflag: "7" }),
    { name: "empty" },
  );
  assert.deepEqual(await list(archive), [
    "dir/ directory 0 755",
    "dir/file file 5 4755  hello",
    "hard hardlink 0 644 dir/file",
    "soft symlink 0 777 ../x",
    "char device 0 644",
    "block device 0 644",
    "fifo device 0 644",
    "contiguous file 5 644  hello",
    "empty file 0 644",
  ]);
});

Deno.test("untar: v7 has no type for directories, and no prefix", async () => {
  const archive = tarArchive(
    { name: "old/", typeflag: "\0", format: "v7" },
    file("old/file", { typeflag: "\0", format: "v7", prefix: "junk" }),
  );
  assert.deepEqual(await list(archive), ["old/ directory 0 644", "old/file file 5 644  hello"]);
});

Deno.test("untar: the prefix is ustar's only, GNU tar keeps times there", async () => {
  const long = "n".repeat(100);
  assert.deepEqual(await names(tarArchive(file(long, { prefix: "p".repeat(155) }))), [
    `${"p".repeat(155)}/${long}`,
  ]);
  assert.deepEqual(await names(tarArchive(file("x", { format: "gnu", prefix: "14712345670" }))), [
    "x",
  ]);
});

Deno.test("untar: names stay as they are", async () => {
  const odd = ["./a", "/abs", "a/../b", "..foo", "a//b", "%2F", " x ", "\ufeffbom", "e\u0301", "é"];
  assert.deepEqual(await names(tarArchive(...odd.map((name) => file(name)))), odd);
});

Deno.test("untar: pax records override the header, of one entry or of all that follow", async () => {
  const path = "long/".repeat(60) + "ü";
  const archive = tarArchive(
    paxHeader({ path, comment: "ignored" }),
    file("cut"),
    file("own"),
    paxHeader({ path: "global", linkpath: "global-target" }, "g"),
    file("x"),
    paxHeader({ path: "local", linkpath: "local-target" }),
    { name: "y", typeflag: "2", linkName: "own-target" },
    paxHeader({ path: "global 2" }, "g"),
    { name: "z", typeflag: "1", linkName: "own-target" },
  );
  assert.deepEqual(await list(archive), [
    `${path} file 5 644  hello`,
    "own file 5 644  hello",
    "global file 5 644  hello",
    "local symlink 0 644 local-target",
    "global 2 hardlink 0 644 global-target",
  ]);
});

Deno.test("untar: an entry without a name is damage", async () => {
  const archives = [
    tarArchive(file("")),
    tarArchive(paxHeader({ path: "" }), file("a")),
    tarArchive(gnuLong("L", ""), file("a")),
  ];
  for (const archive of archives) {
    await failsWith("package-damaged", /^an entry in it has no name$/, list(archive));
  }
});

Deno.test("untar: a pax size overrides the header's", async () => {
  for (const size of [0, 1, "junk", base256(1n << 80n)]) {
    const archive = tarArchive(paxHeader({ size: "5" }), file("a", { size }), file("b"));
    assert.deepEqual(await list(archive), ["a file 5 644  hello", "b file 5 644  hello"]);
  }
});

Deno.test("untar: Solaris' X is pax, and a header name cut inside a character does no harm", async () => {
  const cut = utf8.encode("ü".repeat(50)).subarray(0, 99);
  assert.deepEqual(await names(tarArchive(paxHeader({ path: "whole" }, "X"), { name: cut })), [
    "whole",
  ]);
});

Deno.test("untar: GNU long names and links, with pax before them in rank", async () => {
  const long = "d/".repeat(300);
  const archive = tarArchive(
    gnuLong("K", `${long}target`),
    gnuLong("L", `${long}name`),
    { name: "cut", typeflag: "2", linkName: "cut", format: "gnu" },
    file("short"),
    gnuLong("L", "by-gnu"),
    paxHeader({ path: "by-pax" }),
    { name: "cut" },
  );
  assert.deepEqual(await list(archive), [
    `${long}name symlink 0 644 ${long}target`,
    "short file 5 644  hello",
    "by-pax file 0 644",
  ]);
});

Deno.test("untar: sizes in base 256, with spaces, and over all 12 digits", async () => {
  for (const size of [base256(5n), "5", "   5 ", "000000000005", "         5\0 "]) {
    assert.deepEqual(await list(tarArchive(file("a", { size }), file("b"))), [
      "a file 5 644  hello",
      "b file 5 644  hello",
    ]);
  }
});

Deno.test("untar: a size field of NULs is 0", async () => {
  assert.deepEqual(await names(tarArchive({ name: "a", size: "" }, file("b"))), ["a", "b"]);
});

Deno.test("untar: bodies larger than 32 bits can count", async () => {
  const size = 9 * 2 ** 30;
  const mebibyte = new Uint8Array(1 << 20);
  const heads = [
    tarPart({ name: "big", size: base256(BigInt(size)) }),
    tarPart({ name: "big", size: size.toString(8) }),
    join(paxHeader({ size: `${size}` }), tarPart({ name: "big" })),
  ];
  for (const head of heads) {
    const input = async function* () {
      yield head;
      for (let left = size; left > 0; left -= mebibyte.length) yield mebibyte;
      yield tarArchive(file("after"));
    };
    const seen: [string, number][] = [];
    for await (const entry of untar(input())) {
      let bytes = 0;
      for await (const chunk of entry.chunks()) bytes += chunk.length;
      seen.push([entry.name, bytes]);
    }
    assert.deepEqual(seen, [["big", size], ["after", 5]]);
  }
});

Deno.test("untar: sizes that cannot be are damage", async () => {
  const negative = new Uint8Array(12).fill(0xff);
  for (const size of [" ", "-5", "5x", "9", "0x10", base256(1n << 53n), negative, "  \x005"]) {
    await failsWith(
      "package-damaged",
      /the size of "a" in it/,
      list(tarArchive(file("a", { size }))),
    );
  }
  for (const size of ["", "-1", "1.5", "1e3", "9007199254740992", " 5", "9".repeat(400)]) {
    const archive = tarArchive(paxHeader({ path: "a", size }), { name: "a", size: "junk" });
    await failsWith("package-damaged", /size/, list(archive));
  }
});

Deno.test("untar: links, devices and directories hold no bytes, whatever their size says", async () => {
  for (const typeflag of ["1", "2", "3", "4", "5", "6"]) {
    const archive = tarArchive({ name: "a", typeflag, size: 512 }, file("b"));
    assert.deepEqual(await names(archive), ["a", "b"]);
    const withBody = tarArchive({ name: "a", typeflag, body: hello }, file("b"));
    await failsWith("package-damaged", /the header after "a" is broken/, list(withBody));
  }
});

Deno.test("untar: unknown types are files, GNU's dump directories and labels are known", async () => {
  const archive = tarArchive(
    { name: "label", typeflag: "V" },
    { name: "dump/", typeflag: "D", body: utf8.encode("Yfile\0\0") },
    file("eight", { typeflag: "8" }),
    file("lower", { typeflag: "z" }),
  );
  assert.deepEqual(await list(archive), [
    "dump/ directory 0 644",
    "eight file 5 644  hello",
    "lower file 5 644  hello",
  ]);
});

Deno.test("untar: what cannot be read right is refused by name", async () => {
  const sparse = /sparse/;
  await failsWith("package-unsupported", sparse, list(tarArchive(file("a", { typeflag: "S" }))));
  for (const key of ["GNU.sparse.major", "GNU.sparse.size", "GNU.sparse.map"]) {
    const { hint } = await failsWith(
      "package-unsupported",
      sparse,
      list(tarArchive(paxHeader({ [key]: "1" }), file("a"))),
    );
    assert.match(hint ?? "", /without --sparse/);
  }
  const volume = list(tarArchive(file("a", { typeflag: "M" })));
  await failsWith("package-unsupported", /continues a file of another volume/, volume);
  for (const typeflag of ["A", "E", "I", "N"]) {
    const vendor = list(tarArchive(file("a", { typeflag })));
    await failsWith("package-unsupported", new RegExp(`tar type "${typeflag}"`), vendor);
  }
  const named = list(tarArchive(file("a/")));
  await failsWith("package-damaged", /named like a directory but holds 5 bytes/, named);
});

Deno.test("untar: hostile names and headers", async () => {
  const latin1 = new Uint8Array([0x66, 0xfc, 0x72]);
  const faultOf = async (...parts: (TarPart | Uint8Array)[]) => {
    for await (const { fault } of untar(inChunks(tarArchive(...parts)))) return fault?.message;
  };
  const binary = (keyword: string) => paxHeader({ hdrcharset: "BINARY", [keyword]: latin1 });
  const link = file("a", { typeflag: "2" });
  assert.match(await faultOf(binary("path"), file("a")) ?? "", /"f\ufffdr" in it is not valid/);
  assert.match(await faultOf(binary("linkpath"), link) ?? "", /"f\ufffdr" in it is not valid/);
  assert.match(await faultOf({ name: latin1 }) ?? "", /"f\ufffdr" in it is not valid UTF-8/);
  assert.equal(await faultOf(binary("linkpath"), file("a")), undefined, "a file has no target");
  for (const typeflag of ["x", "g", "L", "K"]) {
    const size = (1 << 20) + 1;
    const giant = list(tarArchive({ name: "a", typeflag, size }));
    await failsWith("package-hostile", /extended header in it has 1048577 bytes/, giant);
  }
});

Deno.test("untar: extended headers of tens of KiB are legitimate, up to a MiB", async () => {
  const path = "x".repeat((1 << 20) - "1048576 path=\n".length);
  const archive = tarArchive(paxHeader({ path }), file("a"));
  assert.deepEqual(await names(archive), [path]);
});

Deno.test("untar: broken pax records are damage", async () => {
  const bodies = [
    "x",
    "5",
    "5 a=",
    "10 a=b\n",
    "6 ab\n ",
    "0 a=b\n",
    "-6 a=b\n",
    "6 a=bc",
    "1 a=b\n",
  ];
  for (
    const body of [...bodies, "6 a=b\n\0\0", " 6 a=b\n", "6  a=b\n", "\n", "99999999999 a=b\n"]
  ) {
    const archive = tarArchive({ name: "p", typeflag: "x", body: utf8.encode(body) }, file("a"));
    await failsWith("package-damaged", /extended header in it is broken/, list(archive));
  }
  const size = list(tarArchive({ name: "p", typeflag: "x", size: "junk" }, file("a")));
  await failsWith("package-damaged", /size of an extended header/, size);
});

Deno.test("untar: checksums over signed bytes are right too, others are not", async () => {
  const name = "ünï".repeat(9);
  assert.deepEqual(await names(tarArchive(file(name, { checksum: "signed" }))), [name]);
  const wrong = file("b", { checksum: "wrong" });
  await failsWith("package-unsupported", /^it is not a tar archive$/, list(tarArchive(wrong)));
  const later = list(tarArchive(file("a"), wrong));
  await failsWith("package-damaged", /the header after "a" is broken/, later);
  const extended = list(tarArchive(paxHeader({ path: "x" }), wrong));
  await failsWith("package-damaged", /the header after an extended header is broken/, extended);
});

Deno.test("untar: padding may hold junk", async () => {
  const archive = tarArchive(file("a", { padding: 0x41 }), file("b", { padding: 0xff }));
  assert.deepEqual(await names(archive), ["a", "b"]);
});

Deno.test("untar: two blocks of zeros end it, and padding is read to its end", async () => {
  let asked = 0;
  async function* input() {
    for await (const chunk of inChunks(join(tarArchive(file("a")), new Uint8Array(2048)), 512)) {
      asked++;
      yield chunk;
    }
  }
  const seen: string[] = [];
  for await (const entry of untar(input())) seen.push(entry.name);
  assert.deepEqual(seen, ["a"]);
  assert.equal(asked, 2 + 2 + 4);
});

Deno.test("untar: an archive behind the end of another one is read as well", async () => {
  const [a, b] = [tarArchive(file("a")), tarArchive(file("b"), file("c"))];
  for (const padding of [0, 512, 9216]) {
    for (const requireEnd of [false, true]) {
      let appended = 0;
      const options = { requireEnd, onAppended: () => appended++ };
      const seen: string[] = [];
      const input = join(a, new Uint8Array(padding), b, new Uint8Array(padding));
      for await (const entry of untar(inChunks(input, 700), options)) seen.push(entry.name);
      assert.deepEqual([seen, appended], [["a", "b", "c"], 1]);
    }
  }
});

Deno.test("untar: what stands behind the end is an archive, zeros or damage", async () => {
  const wrong = tarPart(file("never", { checksum: "wrong" }));
  for (const behind of [wrong, join(new Uint8Array(1024), wrong), new Uint8Array(100).fill(7)]) {
    const archive = list(join(tarArchive(file("a")), behind));
    await failsWith("package-damaged", /what follows its end is not an archive/, archive);
  }
  const cut = join(tarArchive(file("a")), tarArchive(file("b")).subarray(0, 700));
  await failsWith("package-damaged", /in the middle of "b"/, list(cut));
});

Deno.test("untar: a lone block of zeros ends it only at the end of the input", async () => {
  const zeros = new Uint8Array(512);
  const entry = tarPart(file("a"));
  for (const requireEnd of [false, true]) {
    assert.equal((await list(join(entry, zeros), { requireEnd })).length, 1);
    const early = list(join(entry, zeros, entry, zeros, zeros), { requireEnd });
    await failsWith("package-damaged", /goes on after a block of zeros/, early);
  }
});

Deno.test("untar: an archive of nothing", async () => {
  assert.deepEqual(await list(tarArchive(), { requireEnd: true }), []);
  assert.deepEqual(await list(new Uint8Array(0)), []);
});

Deno.test("untar: missing end blocks are damage where nothing else vouches for the end", async () => {
  const bare = tarPart(file("a"));
  assert.equal((await list(bare)).length, 1);
  const required = list(bare, { requireEnd: true });
  await failsWith("package-damaged", /no end-of-archive block/, required);
});

Deno.test("untar: cut anywhere else is damage", async () => {
  const whole = join(gnuLong("L", "long"), tarPart(file("a")), tarPart(file("b")));
  const ends = [0, 2048, whole.length]; // nothing, and the ends of entries
  for (let length = 1; length < whole.length; length++) {
    if (ends.includes(length)) continue;
    const code = length < 512 ? "package-unsupported" : "package-damaged";
    await failsWith(
      code,
      /^it (ends in the middle|ends after|is not a tar)/,
      list(whole.subarray(0, length)),
    );
  }
  assert.equal((await list(whole.subarray(0, 2048))).length, 1);
});

Deno.test("untar: cut in a body is told by the body itself", async () => {
  const entry = await untar(inChunks(tarPart(file("a")).subarray(0, 514))).next();
  assert(entry.done !== true);
  const body = collect(entry.value.chunks());
  await failsWith("package-damaged", /^it ends in the middle of "a"$/, body);
});

Deno.test("untar: cut in an extended header is damage, also where nothing follows it", async () => {
  for (const typeflag of ["x", "g"] as const) {
    const header = paxHeader({ comment: "x" }, typeflag);
    for (const length of [512, 520, 1023]) {
      const cut = list(header.subarray(0, length));
      await failsWith("package-damaged", /^it ends in the middle of an extended header$/, cut);
    }
  }
});

Deno.test("untar: a part of a block of zeros does not end it", async () => {
  const cut = list(join(tarPart(file("a")), new Uint8Array(100)));
  await failsWith("package-damaged", /^it ends in the middle of the header after "a"$/, cut);
});

Deno.test("untar: a zero block or the end after an extended header is damage", async () => {
  for (const end of [new Uint8Array(0), new Uint8Array(1024)]) {
    const archive = join(paxHeader({ path: "x" }), end);
    await failsWith("package-damaged", /^it ends after an extended header$/, list(archive));
  }
});

Deno.test("untar: any cut of the input will do", async () => {
  const archive = tarArchive(paxHeader({ path: "p" }), file("a"), gnuLong("L", "q"), file("b"));
  for (let at = 0; at <= archive.length; at += 7) {
    const seen: string[] = [];
    for await (const entry of untar(cutAt(archive, [at, at, at + 1]))) {
      seen.push(entry.name, text.decode(await collect(entry.chunks())));
    }
    assert.deepEqual(seen, ["p", "hello", "q", "hello"]);
  }
});

Deno.test("untar: bodies are views into the input", async () => {
  const archive = tarArchive(file("a"), file("b"));
  const input = async function* () {
    yield archive;
  };
  for await (const entry of untar(input())) {
    for await (const chunk of entry.chunks()) assert.equal(chunk.buffer, archive.buffer);
  }
});

Deno.test("untar: a body left alone, or read in part, is passed over", async () => {
  const body = new Uint8Array(3 << 20).fill(65);
  const archive = tarArchive({ name: "a", body }, { name: "b", body }, file("c"));
  const seen: string[] = [];
  for await (const entry of untar(inChunks(archive, 100_000))) {
    seen.push(entry.name);
    if (entry.name !== "b") continue;
    for await (const _ of entry.chunks()) break;
  }
  assert.deepEqual(seen, ["a", "b", "c"]);
});

Deno.test("untar: a body read twice or too late is a defect, not an empty file", async () => {
  const entries = untar(inChunks(tarArchive(file("a"), file("b"))));
  const first = await entries.next();
  assert(first.done !== true);
  await collect(first.value.chunks());
  await assert.rejects(collect(first.value.chunks()), /can be read once/);
  const late = await entries.next();
  assert(late.done !== true);
  await entries.next();
  await assert.rejects(collect(late.value.chunks()), /before the next entry/);
});

Deno.test("untar: a body is no longer given once the next entry was asked for", async () => {
  const entries = untar(inChunks(tarArchive({ name: "a", body: new Uint8Array(5000) }), 512));
  const first = await entries.next();
  assert(first.done !== true);
  const chunks = first.value.chunks()[Symbol.asyncIterator]();
  await chunks.next();
  await entries.next();
  await assert.rejects(chunks.next(), /before the next entry/);
});

Deno.test("untar: closes its input when it is left, and passes on its errors", async () => {
  let closed = 0;
  async function* input(error?: Error) {
    try {
      yield tarArchive(file("a"), file("b")).subarray(0, 1024);
      if (error !== undefined) throw error;
      yield new Uint8Array(512);
    } finally {
      closed++;
    }
  }
  for await (const _ of untar(input())) break;
  assert.equal(closed, 1);
  const error = new Error("cable pulled");
  await assert.rejects(async () => {
    for await (const _ of untar(input(error)));
  }, error);
  assert.equal(closed, 2);
});

Deno.test("untar: zeros without an end behind an archive are refused", async () => {
  const zeros = new Uint8Array(8 * 1024 * 1024);
  let given = 0;
  async function* endless() {
    yield tarArchive({ name: "a", body: new Uint8Array(1) });
    for (;; given += zeros.length) yield zeros;
  }
  await assert.rejects(async () => {
    for await (const _ of untar(endless()));
  }, { code: "package-hostile", message: "more than 1.0 GB of zeros follow its end" });
  assert(given < 1.1e9);
});
