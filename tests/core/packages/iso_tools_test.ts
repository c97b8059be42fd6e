/** Images of real programs, read by us and by bsdtar. */
import assert from "node:assert/strict";
import { findPackages } from "../../../core/packages/find.ts";
import { noise } from "../../support/chunks.ts";
import { testWithTools } from "../../support/require.ts";
import { run } from "../../support/run.ts";
import { sha256 } from "../../support/tar_model.ts";

const TREEINFO = "[general]\nname = CentOS-7\nversion = 7.9.2009\narch = aarch64\n";
const PLACE = "centos-iso/7/os/aarch64";

/** A tree with all that images have trouble with. */
async function makeTree(folder: string): Promise<void> {
  const deep = Array.from({ length: 12 }, (_, i) => `level-${i}`).join("/");
  const files: Record<string, Uint8Array | string> = {
    ".treeinfo": TREEINFO,
    "Packages/bash-5.1-1.aarch64.rpm": noise(300_000, 1),
    "Packages/a name with spaces, ü and 名前, and more than sixty-four bytes of it.rpm": "long",
    [`Packages/${"n".repeat(200)}.rpm`]: noise(5000, 2),
    [`deep/${deep}/file`]: "at the bottom",
    "repodata/empty": "",
    "repodata/2048": noise(2048, 3),
    "repodata/2049": noise(2049, 4),
  };
  for (const [name, content] of Object.entries(files)) {
    const path = `${folder}/${name}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeFile(path, typeof content === "string" ? encoder.encode(content) : content);
  }
  for (let i = 0; i < 300; i++) { // a folder of several sectors
    await Deno.writeTextFile(`${folder}/Packages/package-number-${i}-with-a-name.rpm`, `${i}`);
  }
  await Deno.chmod(`${folder}/repodata/2048`, 0o755);
}

const encoder = new TextEncoder();

/** Digests by key, as we read them. */
async function ours(image: string): Promise<Record<string, string>> {
  const stdin = () => ReadableStream.from([]);
  const [one] = await findPackages([image], { stdin, into: PLACE }); // all of it
  const found: [string, string][] = [];
  for await (const item of one?.read().items ?? []) {
    if (item.kind === "file") found.push([item.key, sha256(await item.bytes())]);
  }
  return Object.fromEntries(found.sort());
}

/** Digests by key, as bsdtar unpacks them. */
async function bsdtars(image: string, folder: string): Promise<Record<string, string>> {
  await Deno.mkdir(folder);
  await run("bsdtar", ["-xf", image, "-C", folder]);
  const found: [string, string][] = [];
  async function walk(below: string): Promise<void> {
    for await (const { name, isDirectory } of Deno.readDir(`${folder}/${below}`)) {
      if (isDirectory) await walk(`${below}${name}/`);
      else {
        const bytes = await Deno.readFile(`${folder}/${below}${name}`);
        found.push([`${PLACE}/${below}${name}`, sha256(bytes)]);
      }
    }
  }
  await walk("");
  return Object.fromEntries(found.sort());
}

const IMAGES: Readonly<Record<string, (tree: string, image: string) => [string, string[]]>> = {
  "xorriso, Rock Ridge and Joliet": (tree, image) => [
    "xorriso",
    ["-as", "mkisofs", "-quiet", "-R", "-J", "-o", image, tree],
  ],
  "xorriso, level 3, Rock Ridge, no relocation": (tree, image) => [
    "xorriso",
    ["-as", "mkisofs", "-quiet", "-iso-level", "3", "-r", "-o", image, tree],
  ],
  "genisoimage, Rock Ridge, deep folders moved": (tree, image) => [
    "genisoimage",
    ["-quiet", "-R", "-o", image, tree],
  ],
  "genisoimage, Rock Ridge and Joliet, deep folders in place": (tree, image) => [
    "genisoimage",
    ["-quiet", "-R", "-J", "-joliet-long", "-D", "-o", image, tree],
  ],
  "genisoimage, Joliet alone": (tree, image) => [
    "genisoimage",
    ["-quiet", "-J", "-joliet-long", "-input-charset", "utf-8", "-o", image, tree],
  ],
  "bsdtar, Rock Ridge and Joliet": (tree, image) => [
    "bsdtar",
    ["-cf", image, "--format", "iso9660", "-C", tree, "."],
  ],
};

for (const [name, command] of Object.entries(IMAGES)) {
  const tools = ["xorriso", "genisoimage", "bsdtar"];
  testWithTools(`ISO: reads what bsdtar reads: ${name}`, tools, async () => {
    const folder = await Deno.makeTempDir({ prefix: "binimport-iso-" });
    try {
      await makeTree(`${folder}/tree`);
      await run(...command(`${folder}/tree`, `${folder}/x.iso`));
      const expected = await bsdtars(`${folder}/x.iso`, `${folder}/unpacked`);
      assert(Object.keys(expected).length > 300);
      assert.deepEqual(await ours(`${folder}/x.iso`), expected);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

const PACKED = { "x.iso.gz": ["gzip", "-k"], "x.iso.zst": ["zstd", "-q"] };

for (const [name, [program = "", ...options]] of Object.entries(PACKED)) {
  testWithTools(`ISO: ${name} that a worker inflates, all in the first look`, [
    "xorriso",
    program,
  ], async () => {
    const folder = await Deno.makeTempDir({ prefix: "binimport-iso-" });
    try {
      const bytes = noise(2_500_000, 5);
      await Deno.mkdir(`${folder}/tree`);
      await Deno.writeFile(`${folder}/tree/kubelet`, bytes);
      await run("xorriso", [
        ...["-as", "mkisofs", "-quiet", "-R", "-o", `${folder}/x.iso`, `${folder}/tree`],
      ]);
      await run(program, [...options, `${folder}/x.iso`]);
      assert.deepEqual(await ours(`${folder}/${name}`), { [`${PLACE}/kubelet`]: sha256(bytes) });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
