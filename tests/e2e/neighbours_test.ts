import assert from "node:assert/strict";
import { noise } from "../support/chunks.ts";
import { pack, writeFile } from "../support/e2e/packages.ts";
import { binimport } from "../support/e2e/run.ts";
import { digestsBelow, makeRoot } from "../support/e2e/targets.ts";
import { testWithTools } from "../support/require.ts";
import { run } from "../support/run.ts";
import { sha256 } from "../support/tar_model.ts";

const ARCHES = ["x86_64", "aarch64"];

/** A distribution's image, which holds a few files of the same names for every architecture. */
async function makeIso(folder: string, arch: string): Promise<string> {
  const tree = `${folder}/tree-${arch}`;
  const treeinfo = `[general]\nname = CentOS-7\nversion = 7.9\narch = ${arch}\n`;
  await writeFile(`${tree}/.treeinfo`, new TextEncoder().encode(treeinfo));
  await writeFile(`${tree}/Packages/kernel.rpm`, noise(3_000_000, arch.length));
  await writeFile(`${tree}/repodata/repomd.xml`, new TextEncoder().encode(`<repo ${arch}/>`));
  const image = `${folder}/CentOS-7-${arch}.iso`;
  await run("xorriso", ["-as", "mkisofs", "-quiet", "-R", "-J", "-o", image, tree]);
  return image;
}

/** A release of operating system packages: an archive for each architecture, in an archive. */
async function makeOsPackages(folder: string): Promise<string> {
  for (const [i, arch] of ARCHES.entries()) {
    const tree = new Map([[`centos/7/os/${arch}/docker.rpm`, noise(40_000, i)]]);
    await Deno.mkdir(`${folder}/os-pkgs`, { recursive: true });
    await pack(
      tree,
      "resources",
      `${folder}/os-pkgs/os-pkgs-${i === 0 ? "amd64" : "arm64"}.tar.gz`,
    );
  }
  await run("tar", ["-czf", `${folder}/os-pkgs-centos-7-v0.9.3.tar.gz`, "-C", folder, "os-pkgs"]);
  return `${folder}/os-pkgs-centos-7-v0.9.3.tar.gz`;
}

testWithTools("e2e: images and system packages of two architectures in one root", [
  "tar",
  "xorriso",
], async () => {
  const folder = await Deno.makeTempDir({ prefix: "binimport-e2e-" });
  await using root = await makeRoot();
  try {
    const [first = "", second = ""] = await Promise.all(
      ARCHES.map((arch) => makeIso(folder, arch)),
    );
    const packages = [first, second, await makeOsPackages(folder)];
    const sums = await Promise.all(
      packages.slice(0, 2).map(async (path) =>
        `SHA256 (${path.slice(folder.length + 1)}) = ${sha256(await Deno.readFile(path))}\n`
      ),
    );
    await Deno.writeTextFile(`${folder}/CHECKSUM`, sums.join(""));

    const imported = await binimport(["import", ...packages, "--root", root.path, "--json"]);
    assert.equal(imported.status, 0, imported.stderr);
    assert.deepEqual(
      imported.events().filter(({ event }) => event === "warning").map(({ code }) => code),
      ["image-parts", "image-parts"], // the .treeinfo of each
    );
    assert.deepEqual(Object.keys(await digestsBelow(root.path)), [
      ...ARCHES.toSorted().flatMap((arch) =>
        ["Packages/kernel.rpm", "repodata/repomd.xml"]
          .map((name) => `centos-iso/7/os/${arch}/${name}`)
      ),
      ...ARCHES.toSorted().map((arch) => `centos/7/os/${arch}/docker.rpm`),
    ]);
    const again = await binimport(["import", ...packages, "--root", root.path]);
    assert.match(again.stdout, /: 0 written, 6 unchanged\n$/);

    const pruned = await binimport(["prune", second, "--root", root.path, "--json", "-y"]);
    assert.equal(pruned.status, 0, pruned.stderr);
    assert.equal(Object.keys(await digestsBelow(root.path)).length, 2);

    await Deno.writeTextFile(
      `${folder}/CHECKSUM`,
      sums.join("").replaceAll(/[0-9a-f]{64}/g, "0".repeat(64)),
    );
    const refused = await binimport(["import", first, "--root", root.path]);
    assert.equal(refused.status, 3);
    assert.match(refused.stderr, /its SHA-256 is .*, but ".*\/CHECKSUM" says/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
