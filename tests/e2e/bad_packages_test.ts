import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { noise } from "../support/chunks.ts";
import { digests, makeRelease, type Release } from "../support/e2e/packages.ts";
import { binimport } from "../support/e2e/run.ts";
import { digestsBelow, fingerprint, makeRoot } from "../support/e2e/targets.ts";
import { testWithTools } from "../support/require.ts";
import { paxHeader, tarArchive, type TarPart, tarPart } from "../support/tar_builder.ts";

/** A bad package, which gives new bytes to a file that is there, and what is said of it. */
interface BadPackage {
  readonly name: string;
  readonly bytes: () => Uint8Array;
  readonly message: RegExp;
}

const GOOD = tarPart({ name: "component-tools/tools/bin/tool-1.sh", body: noise(300_000, 99) });

/** The good member, then a hostile one; gzip's own checksum is right. */
function hostile(
  name: string,
  message: RegExp,
  ...parts: readonly (TarPart | Uint8Array)[]
): BadPackage {
  return { name, bytes: () => gzipSync(tarArchive(GOOD, ...parts)), message };
}

const body = new TextEncoder().encode("evil");

const BAD: readonly BadPackage[] = [
  {
    name: "cut short",
    bytes: () => gzipSync(tarArchive(GOOD)).subarray(0, 200_000),
    message: /the gzip data ends/,
  },
  {
    name: "with a flipped bit",
    bytes: () => flipped(gzipSync(tarArchive(GOOD))),
    message: /checksum/,
  },
  {
    name: "cut short before it was compressed",
    bytes: () => gzipSync(tarArchive(GOOD).subarray(0, 100_000)),
    message: /Cannot read package/,
  },
  {
    name: "that is an HTML page",
    bytes: () => new TextEncoder().encode("<!DOCTYPE html><title>404 Not Found</title>"),
    message: /HTML|archive/i,
  },
  { name: "that is empty", bytes: () => new Uint8Array(0), message: /empty/ },
  { name: "without a file", bytes: () => gzipSync(tarArchive()), message: /holds no files/ },
  hostile("that climbs out", /`\.\.`/, { name: "component-tools/../../evil", body }),
  hostile("with an absolute name", /absolute/, { name: "/tmp/evil", body }),
  hostile("with a name absolute once stripped", /absolute/, { name: "top//tmp/evil", body }),
  hostile("with a Windows name", /backslash/, { name: "top/a\\..\\evil", body }),
  hostile("with a Windows drive", /drive/, { name: "top/C:/evil", body }),
  hostile("that claims our folder", /\.binimport/, { name: "top/.binimport/manifest.json", body }),
  hostile("with a device", /device/, { name: "top/null", typeflag: "3" }),
  hostile("with a pipe", /pipe/, { name: "top/pipe", typeflag: "6" }),
  hostile(
    "with a symlink that leaves",
    /link/,
    { name: "top/out", typeflag: "2", linkName: "../../../etc" },
    { name: "top/out/passwd", body },
  ),
  hostile("with a hard link that leaves", /link/, {
    name: "top/passwd",
    typeflag: "1",
    linkName: "/etc/passwd",
  }),
  hostile(
    "with NUL in a name",
    /NUL/,
    paxHeader({ path: "top/a\0b" }),
    { name: "top/a", body },
  ),
  hostile("with a size that is none", /size/, { name: "top/a", size: "-1" }),
];

testWithTools("e2e: a bad package over a good old tree changes nothing", ["tar"], async (t) => {
  await using release = await makeRelease();
  await using root = await makeRoot();
  const good = await binimport(["import", release.componentTools, "--root", root.path]);
  assert.equal(good.status, 0, good.stderr);
  const before = await fingerprint(root.path);
  const bad = `${release.folder}/bad.tar.gz`;

  for (const { name, bytes, message } of BAD) {
    await t.step(`a package ${name}`, async () => {
      await Deno.writeFile(bad, bytes());
      const refused = await binimport(["import", bad, "--root", root.path]);
      assertRefused(refused, message);
      assert(refused.stderr.includes(JSON.stringify(bad)), refused.stderr);
      assertRefused(await binimport(["list", bad]), message);
      assert.deepEqual(await fingerprint(root.path), before);
    });
  }

  await t.step("a damaged package after a good one with new files", async () => {
    await Deno.writeFile(bad, flipped(gzipSync(tarArchive(GOOD))));
    const packages = [release.offlineFiles, bad];
    assertRefused(await binimport(["import", ...packages, "--root", root.path]), /checksum/);
    assert.deepEqual(await fingerprint(root.path), before);
  });

  await t.step("a damaged package through standard input", async () => {
    const stdin = (await Deno.open(bad)).readable;
    const refused = await binimport(["import", "-", "--root", root.path], { stdin });
    assertRefused(refused, /"standard input".*checksum/);
    assert.deepEqual(await fingerprint(root.path), before);
  });

  await t.step("a package with a file and a folder of one name", async () => {
    await Deno.writeFile(bad, tarArchive({ name: "top/a", body }, { name: "top/a/b", body }));
    const refused = await binimport(["import", bad, "--root", root.path]);
    assertRefused(refused, /"a": it is both a file and a folder/);
  });

  await t.step("a package that is missing", async () => {
    const missing = `${release.folder}/missing.tar.gz`;
    const refused = await binimport(["import", missing, "--root", root.path]);
    assertRefused(refused, /missing\.tar\.gz": no such file/);
  });

  await t.step("a package that its checksum file contradicts", async () => {
    await Deno.writeTextFile(`${release.offlineFiles}.sha256`, `${"0".repeat(64)}  x\n`);
    const refused = await binimport(["import", release.offlineFiles, "--root", root.path]);
    assertRefused(refused, /offline-files\.tar\.gz\.sha256" says 000/);
  });
  assert.deepEqual(await fingerprint(root.path), before);
});

testWithTools("e2e: a bad package into an empty folder leaves it empty", ["tar"], async () => {
  await using release = await makeRelease();
  await using root = await makeRoot();
  const bad = `${release.folder}/bad.tar.gz`;
  await Deno.writeFile(bad, flipped(await Deno.readFile(release.offlineFiles)));
  const refused = await binimport(["import", bad, "--root", root.path]);
  assertRefused(refused, /checksum|gzip/);
  assert.deepEqual(await digestsBelow(root.path), {});
  await assertMendable(release, root.path);
});

/** After a failure, the whole package goes in as if nothing had been. */
async function assertMendable(release: Release, root: string): Promise<void> {
  const packages = [release.offlineFiles, release.componentTools];
  const { status, stderr } = await binimport(["import", ...packages, "--root", root]);
  assert.equal(status, 0, stderr);
  assert.deepEqual(await digestsBelow(root), digests(release.files));
}

function assertRefused(
  { status, stdout, stderr }: { status: number; stdout: string; stderr: string },
  message: RegExp,
): void {
  assert.equal(status, 3, stderr);
  assert.equal(stdout, "");
  assert.match(stderr, /^error: Cannot /);
  assert.match(stderr, message);
  assert.doesNotMatch(stderr, /^\s+at /m, "a stack trace is nothing for users");
}

/** With one bit flipped in the middle. */
function flipped(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(bytes);
  const middle = copy.length >> 1;
  copy[middle] = (copy[middle] ?? 0) ^ 4;
  return copy;
}
