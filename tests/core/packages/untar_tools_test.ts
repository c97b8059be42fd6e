/** Archives as GNU tar, bsdtar and Python write them, against what GNU tar unpacks from them. */
import assert from "node:assert/strict";
import { untar } from "../../../core/packages/tar/reader.ts";
import { inChunks, noise } from "../../support/chunks.ts";
import { failsWith } from "../../support/fails_with.ts";
import { testWithTools } from "../../support/require.ts";
import { run } from "../../support/run.ts";
import {
  base256,
  gnuLong,
  join,
  paxHeader,
  tarArchive,
  type TarPart,
  tarPart,
} from "../../support/tar_builder.ts";
import { type EntryFacts, factsOf, sha256 } from "../../support/tar_model.ts";

/** Paths that every format can hold; those that ustar can; and those for which pax was made. */
const trees = {
  short: { deep: "dir/", linked: "dir/" },
  medium: { deep: "long-folder-name/".repeat(12), linked: "dir/" },
  long: { deep: "giant-folder-name/".repeat(40), linked: "giant-folder-name/".repeat(40) },
};

const UTF8 = { LC_ALL: "C.UTF-8" };

/** Makes a folder with all that a package may hold. */
function makeTree(root: string, { deep, linked }: typeof trees.long): void {
  const files: Record<string, number> = {
    "empty": 0,
    "one": 1,
    "block-1": 511,
    "block": 512,
    "block+1": 513,
    "mib": 1 << 20,
    "mib+1": (1 << 20) + 1,
    "dir/ünïcödé-文件-😀": 100,
    "dir/host:8080/%2F?x=1": 20,
    "-rf": 3,
    " spaces ": 4,
    [`${deep}file`]: 2000,
    [`${linked}target`]: 2001,
  };
  for (const [name, size] of Object.entries(files)) {
    const path = `${root}/top/${name}`;
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    Deno.writeFileSync(path, noise(size, size), { mode: size % 2 === 0 ? 0o644 : 0o755 });
  }
  Deno.mkdirSync(`${root}/top/empty-dir`);
  Deno.linkSync(`${root}/top/mib`, `${root}/top/zz-hard`);
  Deno.symlinkSync("dir/ünïcödé-文件-😀", `${root}/top/soft`);
  Deno.symlinkSync(`${linked}target`, `${root}/top/soft-long`);
  Deno.linkSync(`${root}/top/${linked}target`, `${root}/top/zz-hard-long`);
}

/** Every path below a folder, folders with a slash behind. */
function walk(folder: string, below = ""): string[] {
  return [...Deno.readDirSync(`${folder}/${below}`)].flatMap(({ name, isDirectory }) =>
    isDirectory ? [`${below}${name}/`, ...walk(folder, `${below}${name}/`)] : [`${below}${name}`]
  );
}

/** What we read is what lies on the disk after GNU tar has unpacked the same. */
async function agreesWithGnuTar(archive: Uint8Array, folder: string): Promise<void> {
  const disk = `${folder}/unpacked`;
  Deno.mkdirSync(disk);
  await run("tar", ["-xpf", "-", "-C", disk], { input: archive, env: UTF8 });
  for (const length of [1 << 20, 10_240, 700]) {
    const facts = await factsOf(untar(inChunks(archive, length), { requireEnd: true }));
    assert.deepEqual(facts.map(({ name }) => name).sort(), walk(disk).sort());
    for (const entry of facts) agreesWithDisk(entry, disk);
  }
  Deno.removeSync(disk, { recursive: true });
}

function agreesWithDisk(
  { name, type, mode, size, linkName, sha256: sum }: EntryFacts,
  disk: string,
) {
  const path = `${disk}/${name.replace(/\/$/, "")}`;
  const info = Deno.lstatSync(path);
  if (type === "symlink") return assert.equal(Deno.readLinkSync(path), linkName);
  if (type === "hardlink") return assert.equal(Deno.lstatSync(`${disk}/${linkName}`).ino, info.ino);
  assert.equal(info.mode === null ? undefined : info.mode & 0o7777, mode, name);
  if (type === "directory") return assert(info.isDirectory, name);
  assert.equal(info.size, size, name);
  assert.equal(sha256(Deno.readFileSync(path)), sum, name);
}

const PYTHON = `
import sys, tarfile
form = {"ustar": tarfile.USTAR_FORMAT, "gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}
with tarfile.open(fileobj=sys.stdout.buffer, mode="w|", format=form[sys.argv[1]]) as tar:
    tar.add("top")
`;

const gnu = (format: string) => ["tar", `--format=${format}`, "-cf", "-", "top"];
const bsd = (format: string) => ["bsdtar", `--format=${format}`, "-cf", "-", "top"];
const python = (format: string) => ["python3", "-c", PYTHON, format];

const writers: readonly [name: string, tree: keyof typeof trees, command: string[]][] = [
  ["GNU tar, v7", "short", gnu("v7")],
  ["GNU tar, ustar", "medium", gnu("ustar")],
  ["GNU tar, oldgnu", "long", gnu("oldgnu")],
  ["GNU tar, gnu", "long", gnu("gnu")],
  ["GNU tar, pax", "long", gnu("pax")],
  ["bsdtar, v7", "short", bsd("v7tar")],
  ["bsdtar, ustar", "medium", bsd("ustar")],
  ["bsdtar, pax", "long", bsd("pax")],
  ["bsdtar, gnutar", "long", bsd("gnutar")],
  ["Python, ustar", "medium", python("ustar")],
  ["Python, gnu", "long", python("gnu")],
  ["Python, pax", "long", python("pax")],
];

for (const [name, tree, [program = "", ...args]] of writers) {
  testWithTools(`untar: what ${name} writes`, ["tar", program], async () => {
    const folder = Deno.makeTempDirSync();
    try {
      makeTree(folder, trees[tree]);
      await agreesWithGnuTar(await run(program, args, { cwd: folder, env: UTF8 }), folder);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  });
}

const hello = new TextEncoder().encode("hello");
const file = (name: string, more: Partial<TarPart> = {}): TarPart => ({
  name,
  body: hello,
  ...more,
});

/** Odd archives; `false` where GNU tar fails, and so must we. */
const odd: Readonly<Record<string, readonly [isRight: boolean, archive: Uint8Array]>> = {
  "hard link with a size and no body": [
    true,
    tarArchive(file("a"), { name: "b", typeflag: "1", linkName: "a", size: 5 }, file("c")),
  ],
  "hard link with a body": [
    false,
    tarArchive(file("a"), { name: "b", typeflag: "1", linkName: "a", body: hello }, file("c")),
  ],
  "hard link with a pax size and a body": [
    false,
    tarArchive(
      file("a"),
      paxHeader({ size: "5" }),
      { name: "b", typeflag: "1", linkName: "a", body: hello },
      file("c"),
    ),
  ],
  "symbolic link with a size and no body": [
    true,
    tarArchive(file("a"), { name: "b", typeflag: "2", linkName: "a", size: 5 }, file("c")),
  ],
  "folder with a size and no body": [
    true,
    tarArchive({ name: "d/", typeflag: "5", size: 5, mode: 0o755 }, file("d/a")),
  ],
  "file that is named like a folder": [
    true,
    tarArchive({ name: "d/", typeflag: "0", mode: 0o755 }, file("d/a")),
  ],
  "unknown type": [true, tarArchive(file("a", { typeflag: "z" }), file("b"))],
  "checksum over signed bytes": [true, tarArchive(file("ünï".repeat(9), { checksum: "signed" }))],
  "wrong checksum": [false, tarArchive(file("a"), file("b", { checksum: "wrong" }))],
  "size in base 256": [true, tarArchive(file("a", { size: base256(5n) }), file("b"))],
  "size with spaces": [true, tarArchive(file("a", { size: "        5 " }), file("b"))],
  "size that is no number": [false, tarArchive(file("a", { size: "junk" }), file("b"))],
  "size that is negative": [false, tarArchive(file("a", { size: new Uint8Array(12).fill(255) }))],
  "size of NULs and no body": [true, tarArchive({ name: "a", size: "" }, file("b"))],
  "size of NULs and a body": [false, tarArchive(file("a", { size: "" }), file("b"))],
  "size of spaces": [false, tarArchive({ name: "a", size: " ".repeat(12) }, file("b"))],
  "pax over GNU long name": [
    true,
    tarArchive(gnuLong("L", "x"), paxHeader({ path: "y" }), file("a")),
  ],
  "GNU long name after pax": [
    true,
    tarArchive(paxHeader({ path: "y" }), gnuLong("L", "x"), file("a")),
  ],
  "global pax path": [true, tarArchive(paxHeader({ path: "y" }, "g"), file("a"))],
  "entry without a name": [false, tarArchive(paxHeader({ path: "" }), file("a"))],
  "junk in padding": [true, tarArchive(file("a", { padding: 0x55 }), file("b"))],
  "zeros behind the end": [true, join(tarArchive(file("a")), new Uint8Array(9216))],
  "nothing in it": [true, tarArchive()],
  "cut in a body": [false, tarPart({ name: "a", body: noise(20_000) }).subarray(0, 15_000)],
};

for (const [name, [isRight, archive]] of Object.entries(odd)) {
  testWithTools(`untar: agrees with GNU tar about ${name}`, ["tar"], async () => {
    const folder = Deno.makeTempDirSync();
    try {
      if (isRight) await agreesWithGnuTar(archive, folder);
      else {
        await assert.rejects(agreesWithGnuTar(archive, folder), /^AssertionError.*tar -xpf/s);
        await assert.rejects(factsOf(untar(inChunks(archive))), { name: "BinimportError" });
      }
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  });
}

async function gnuTar(args: readonly string[], make: (folder: string) => void) {
  const folder = Deno.makeTempDirSync();
  try {
    make(folder);
    return await run("tar", ["-cf", "-", ...args], { cwd: folder });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

testWithTools("untar: GNU tar's sparse files are refused in every format", ["tar"], async () => {
  for (const format of ["gnu", "oldgnu", "pax"]) {
    for (const version of format === "pax" ? ["0.0", "0.1", "1.0"] : ["1.0"]) {
      const args = ["--sparse", `--sparse-version=${version}`, `--format=${format}`, "holes"];
      const archive = await gnuTar(args, (folder) => {
        using holes = Deno.openSync(`${folder}/holes`, { create: true, write: true });
        holes.truncateSync(10 << 20);
        holes.seekSync(5 << 20, Deno.SeekMode.Start);
        holes.writeSync(noise(4096));
      });
      await failsWith("package-unsupported", /sparse/, factsOf(untar(inChunks(archive))));
    }
  }
});

testWithTools("untar: GNU tar's labels and dump directories", ["tar"], async () => {
  const args = ["--label=a volume", "--incremental", "dir"];
  const archive = await gnuTar(args, (folder) => {
    Deno.mkdirSync(`${folder}/dir`);
    Deno.writeFileSync(`${folder}/dir/file`, hello);
  });
  const facts = await factsOf(untar(inChunks(archive), { requireEnd: true }));
  assert.deepEqual(facts.map(({ name, type, size }) => [name, type, size]), [
    ["dir/", "directory", 0],
    ["dir/file", "file", 5],
  ]);
});
