/** Packages that grow: into terabytes, or into lists of names that fill the memory. */
import assert from "node:assert/strict";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { type Ended, outcome, start } from "../support/e2e/run.ts";
import { fingerprint, makeRoot } from "../support/e2e/targets.ts";
import { peakMemory } from "../support/process_memory.ts";
import { manyEntries } from "../support/reliability/many_entries.ts";
import { reliabilityTest, times } from "../support/reliability/trials.ts";
import { tool } from "../support/require.ts";
import { run } from "../support/run.ts";
import { join, paxHeader, tarPart } from "../support/tar_builder.ts";

const MIB = 2 ** 20;

/** Twice what an ordinary import takes. */
const MEMORY = 400 * MIB;

const ZEROS = new Uint8Array(64 * MIB);
const END = new Uint8Array(1024);

/** A header of a file of so many MiB; its body is to follow. */
function headerOf(mebibytes: number): Uint8Array<ArrayBuffer> {
  return tarPart({ name: "offline-files/zeros", size: mebibytes * MIB });
}

/** A file of `mebibytes` of zeros, compressed in pieces as `gzip` and `zstd` allow. */
function bomb(
  compress: (bytes: Uint8Array) => Uint8Array,
  mebibytes: number,
): Uint8Array<ArrayBuffer> {
  const piece = new Uint8Array(compress(ZEROS));
  const pieces = Array.from({ length: mebibytes / 64 }, () => piece);
  return join(compress(headerOf(mebibytes)), ...pieces, compress(END));
}

const gzip = (bytes: Uint8Array) => gzipSync(bytes, { level: 9 });

/** An archive, and what is said of it. */
interface Bomb {
  readonly name: string;
  readonly bytes: () => Uint8Array | Promise<Uint8Array>;
  readonly flags?: readonly string[];
  readonly message: RegExp;
  /** Bytes of memory that it may take; default: {@linkcode MEMORY}. */
  readonly memory?: number;
}

const BOMBS: readonly Bomb[] = [
  {
    name: "a gzip bomb",
    bytes: () => bomb(gzip, 2048),
    message: /unpack to more than 1\.1 GB\n {2}.*--max-unpacked/,
  },
  {
    name: "a zstd bomb",
    bytes: () => bomb(zstdCompressSync, 2048),
    message: /unpack to more than 1\.1 GB\n/,
  },
  {
    name: "an xz bomb, more than an option allows",
    flags: ["--max-unpacked", "100MiB"],
    bytes: async () =>
      await run(tool("xz") ?? "xz", ["-1", "-c"], {
        input: join(headerOf(128), zeros(128), END),
      }),
    message: /unpack to more than 105 MB\n/,
  },
  {
    name: "a bomb inside a package",
    bytes: () => {
      const inner = new Uint8Array(bomb(gzip, 2048));
      return gzip(join(
        tarPart({ name: "offline/kubespray-binary/offline-files.tar.gz", body: inner }),
        END,
      ));
    },
    message: /offline-files\.tar\.gz" in it: .* unpack to more than/,
  },
  {
    name: "more than an option allows",
    bytes: () => bomb(gzip, 128),
    flags: ["--max-unpacked", "100MiB"],
    message: /unpack to more than 105 MB\n/,
  },
  {
    name: "an extended header of a gigabyte",
    bytes: () => join(tarPart({ name: "x", typeflag: "x", size: 2 ** 30 }), zeros(64)),
    message: /an extended header in it has 1073741824 bytes/,
  },
  {
    name: "a global extended header of a gigabyte",
    bytes: () => join(tarPart({ name: "g", typeflag: "g", size: 2 ** 30 }), zeros(64)),
    message: /an extended header in it has 1073741824 bytes/,
  },
  {
    name: "a long name of a gigabyte",
    bytes: () =>
      join(tarPart({ name: "L", typeflag: "L", format: "gnu", size: 2 ** 30 }), zeros(64)),
    message: /an extended header in it has 1073741824 bytes/,
  },
  {
    name: "ten thousand extended headers of a megabyte for one file",
    bytes: () => {
      const one = gzip(paxHeader({ comment: new Uint8Array(MIB - 100).fill(97) }));
      return join(...Array.from({ length: 10_000 }, () => new Uint8Array(one)));
    },
    message: /unpack to more than/,
  },
  {
    name: "names of a megabyte",
    bytes: () =>
      gzip(join(paxHeader({ path: `a/${"n".repeat(MIB - 100)}` }), tarPart({ name: "a/n" }), END)),
    message: /a name in it has more than 4096 characters/,
  },
  {
    name: "folders in folders in folders",
    bytes: () => gzip(join(...nested(450), END)),
    message: /more than 200000 folders/,
  },
  {
    name: "links to folders of links to folders",
    bytes: () => gzip(join(...multiplying(), END)),
    message: /the links multiply without end|it makes more than 200000 folders/,
    memory: 1024 * MIB,
  },
  {
    name: "ten million members",
    flags: ["--dry-run"], // to write the first 200,000 takes a slow disk minutes
    bytes: () => manyEntries(250_000, 40),
    message: /more than 200000 files, folders and links\n {2}.*--max-files/,
    memory: 1024 * MIB,
  },
];

function zeros(mebibytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(mebibytes * MIB);
}

function* nested(count: number): Generator<Uint8Array<ArrayBuffer>> {
  for (let i = 0; i < count; i++) {
    yield paxHeader({ path: `top/${i}/${"d/".repeat(500)}file` });
    yield tarPart({ name: "top/file" });
  }
}

/** 20 links to each folder in the next one: 20^10 copies of one file. */
function* multiplying(): Generator<Uint8Array<ArrayBuffer>> {
  yield tarPart({ name: "top/f0/file", body: new Uint8Array(1) });
  for (let level = 1; level <= 10; level++) {
    for (let link = 0; link < 20; link++) {
      yield tarPart({
        name: `top/f${level}/l${link}`,
        typeflag: "2",
        linkName: `../f${level - 1}`,
      });
    }
  }
}

for (const { name, bytes, flags = [], message, memory: allowed = MEMORY } of BOMBS) {
  reliabilityTest({
    fault: name,
    outcome: "refused before it fills disk or memory; the target is untouched",
    needs: ["xz"],
    file: import.meta.url,
  }, async (tried) => {
    await using root = await makeRoot();
    const archive = `${root.path}.archive`;
    await Deno.writeFile(archive, await bytes());
    try {
      const { ended, memory } = await measured(["import", archive, "--root", root.path, ...flags]);
      assert.equal(ended.status, 3, ended.stderr);
      assert.match(ended.stderr, message);
      assert(memory < allowed, `it took ${Math.round(memory / MIB)} MiB`);
      const left = (await fingerprint(root.path)).map((line) => line.split(" ")[0] ?? "");
      assert.deepEqual(left.filter((name) => !/^\.binimport(\/tmp)?$/.test(name)), []);
      tried();
    } finally {
      await Deno.remove(archive);
    }
  });
}

reliabilityTest({
  fault: "a package that is as large as its maker says, with the limits raised",
  outcome: "imported",
  file: import.meta.url,
}, async (tried) => {
  await using root = await makeRoot();
  const archive = `${root.path}.archive`;
  await Deno.writeFile(archive, bomb(gzip, 1280));
  try {
    const args = ["import", "--dry-run", archive, "--root", root.path];
    const refused = await outcome(start(args));
    assert.equal(refused.status, 3, refused.stderr);
    const raised = await outcome(start([...args, "--max-unpacked", "2GiB"]));
    assert.equal(raised.status, 0, raised.stderr);
    tried(2);
    const count = times(201_000, 1_000_000);
    await Deno.writeFile(archive, manyEntries(count, 1));
    const many = await outcome(start([...args, "--max-files", String(count)]));
    assert.equal(many.status, 0, many.stderr);
    assert.match(many.stdout, new RegExp(`: ${count.toLocaleString("en")} to write`));
    tried();
  } finally {
    await Deno.remove(archive);
  }
});

async function measured(args: readonly string[]): Promise<{ ended: Ended; memory: number }> {
  const child = start(args);
  const [ended, memory] = await Promise.all([outcome(child), peakMemory(child)]);
  return { ended, memory };
}
