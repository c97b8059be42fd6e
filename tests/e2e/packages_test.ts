import assert from "node:assert/strict";
import { digests, makeRelease, pack, type Release, writeFile } from "../support/e2e/packages.ts";
import { binimport, type RunOptions } from "../support/e2e/run.ts";
import { digestsBelow, fingerprint, makeRoot } from "../support/e2e/targets.ts";
import { testWithTools } from "../support/require.ts";
import { testWithSmallDisk } from "../support/small_disk.ts";
import { run } from "../support/run.ts";

/** Imports into an empty folder: every file of the release, or those given, must lie there then. */
async function importsAll(
  release: Release,
  args: readonly string[],
  options: RunOptions = {},
  expected = digests(release.files),
): Promise<void> {
  await using root = await makeRoot();
  const { status, stderr } = await binimport([...args, "--root", root.path], options);
  assert.equal(status, 0, stderr);
  assert.deepEqual(await digestsBelow(root.path), expected);
}

testWithTools("e2e: packages by the vendor script's variables alone", ["tar"], async () => {
  await using release = await makeRelease();
  await using root = await makeRoot();
  const { status, stderr } = await binimport([], {
    env: {
      MAPPING_PATH: root.path,
      BINARIRES_PKG_PATH: release.offlineFiles,
      COMPONENT_TOOLS_PATH: release.componentTools,
    },
  });
  assert.equal(status, 0, stderr);
  assert.deepEqual(await digestsBelow(root.path), digests(release.files));
});

testWithTools("e2e: packages from the working directory", ["tar"], async () => {
  await using release = await makeRelease();
  await importsAll(release, ["import"], { cwd: release.folder });
  await importsAll(release, [], { cwd: release.folder });
});

testWithTools("e2e: an unpacked DCE release, as a folder", ["tar"], async () => {
  await using release = await makeRelease();
  await layOutDce(release, `${release.folder}/dce`);
  await importsAll(release, ["import", `${release.folder}/dce`]);
  await importsAll(release, ["import"], { cwd: `${release.folder}/dce` });
});

testWithTools("e2e: a whole DCE release, as it was downloaded", ["tar"], async () => {
  await using release = await makeRelease();
  const dce = `${release.folder}/dce`;
  await layOutDce(release, dce);
  await writeFile(`${dce}/offline/images/images.tar`, new Uint8Array(1_000_000));
  const outer = `${release.folder}/dce5.tar`;
  await run("tar", ["-cf", outer, "-C", dce, "offline"]);
  await importsAll(release, ["import", outer]);
  await importsAll(release, ["import", "-"], { stdin: (await Deno.open(outer)).readable });
});

testWithTools("e2e: packages through standard input", ["tar"], async () => {
  await using release = await makeRelease();
  const stdin = (await Deno.open(release.offlineFiles)).readable;
  await importsAll(release, ["import", "-", release.componentTools], { stdin });
});

testWithTools("e2e: packages compressed by zstd, by xz and not at all", [
  "tar",
  "zstd",
  "xz",
], async () => {
  await using release = await makeRelease();
  const tools = new Map([...release.files].filter(([key]) => key.startsWith("tools/")));
  for (const suffix of ["tar.zst", "tar.xz", "tar", "tgz"]) {
    const archive = `${release.folder}/other.${suffix}`;
    await pack(tools, "component-tools", archive);
    await importsAll(release, ["import", archive], {}, digests(tools));
  }
});

testWithTools("e2e: only some keys", ["tar"], async () => {
  await using release = await makeRelease();
  const some = new Map(
    [...release.files].filter(([key]) => /^dl\.k8s\.io\/.*ctl$|^get\.helm\.sh\//.test(key)),
  );
  assert.equal(some.size, 3);
  const globs = [
    "--include",
    "dl.k8s.io/**",
    "--include",
    "get.helm.sh/*",
    "--exclude",
    "**/kubelet",
  ];
  await importsAll(release, ["import", release.offlineFiles, ...globs], {}, digests(some));
});

testWithTools("e2e: a dry run tells all and writes nothing", ["tar"], async () => {
  await using release = await makeRelease();
  await using root = await makeRoot();
  const { offlineFiles, componentTools } = release;
  await binimport(["import", componentTools, "--root", root.path]);
  const before = await fingerprint(root.path);

  const packages = [offlineFiles, componentTools];
  const dry = await binimport(["import", ...packages, "--root", root.path, "--dry-run"]);
  assert.equal(dry.status, 0, dry.stderr);
  const told = dry.stdout.split("\n").filter((line) => line.startsWith("would-write "));
  assert.equal(told.length, 6);
  assert.match(dry.stdout, /^Dry run: 46 files, .* nothing was written/m);
  assert.match(dry.stdout, /: 6 to write, 40 unchanged\n$/);
  assert.deepEqual(await fingerprint(root.path), before);

  await using empty = await makeRoot();
  const first = await binimport(["import", ...packages, "--root", empty.path, "--dry-run"]);
  assert.match(first.stdout, /: 46 to write, 0 unchanged\n$/);
  assert.deepEqual(await fingerprint(empty.path), []);
});

testWithTools("e2e: list tells keys, lengths and digests, and nothing else", ["tar"], async () => {
  await using release = await makeRelease();
  const packages = [release.offlineFiles, release.componentTools];
  const listed = await binimport(["list", ...packages, "--sha256", "--json"]);
  assert.equal(listed.status, 0, listed.stderr);
  const found = listed.events().map(({ key, sha256 }) => [key, sha256]).sort();
  assert.deepEqual(Object.fromEntries(found), digests(release.files));
  for (const { key, size } of listed.events()) {
    assert.equal(size, release.files.get(String(key))?.length);
  }
  assert.equal(listed.stderr, "");
});

/** The folders of a DCE 5.0 release, below `folder`. */
async function layOutDce(release: Release, folder: string): Promise<void> {
  await Deno.mkdir(`${folder}/offline/kubespray-binary`, { recursive: true });
  await Deno.copyFile(
    release.offlineFiles,
    `${folder}/offline/kubespray-binary/offline-files.tar.gz`,
  );
  await Deno.copyFile(release.componentTools, `${folder}/offline/component-tools.tar.gz`);
}

testWithTools("e2e: a folder that holds its own target stays what it is", ["tar"], async () => {
  await using release = await makeRelease();
  const source = `${release.folder}/source`;
  const root = `${source}/www`;
  await writeFile(`${source}/dl.k8s.io/kubelet`, new Uint8Array(100));
  await writeFile(`${root}/page`, new Uint8Array(1));
  await Deno.symlink("source/www", `${release.folder}/spelled`);
  for (const spelled of [root, `${release.folder}/spelled`, `${source}/./www/`]) {
    for (const more of [[], ["--strip-components", "0"]]) {
      const { status, stderr } = await binimport(["import", source, "--root", spelled, ...more]);
      assert.equal(status, 0, stderr);
      assert.match(stderr, /"www\/" of ".*source" was left out: it is the target/);
      assert.deepEqual(Object.keys(await digestsBelow(root)), [
        "dl.k8s.io/kubelet",
        "page",
      ]);
    }
  }
  const verified = await binimport(["verify", source, "--root", root]);
  assert.equal(verified.status, 0, verified.stderr); // What lies below the target is a package like any other.
  await writeFile(`${root}/unpacked/get.helm.sh/helm`, new Uint8Array(2));
  const { status, stderr } = await binimport(["import", `${root}/unpacked`, "--root", root]);
  assert.equal(status, 0, stderr);
  assert.ok("get.helm.sh/helm" in await digestsBelow(root));
  for (let time = 0; time < 3; time++) {
    await binimport(["import", `${root}/unpacked`, "--root", root, "--into", "unpacked/deeper"]);
  }
  assert.deepEqual(Object.keys(await digestsBelow(`${root}/unpacked`)), [
    "deeper/get.helm.sh/helm",
    "get.helm.sh/helm",
  ]);
});

testWithSmallDisk("e2e: a target that is mounted into its own source", ["mount"], async () => {
  await using target = await makeRoot();
  const folder = await Deno.makeTempDir();
  const mounted = `${folder}/web/html`;
  try {
    await writeFile(`${folder}/web/get.helm.sh/helm`, new Uint8Array(100));
    await Deno.mkdir(mounted);
    await run("mount", ["--bind", target.path, mounted]);
    try {
      for (let time = 0; time < 2; time++) {
        const { status, stderr } = await binimport(["import", folder, "--root", target.path]);
        assert.equal(status, 0, stderr);
        assert.match(stderr, /"web\/html\/" of ".*" was left out: it is the target/);
      }
    } finally {
      await run("umount", [mounted]);
    }
    assert.deepEqual(Object.keys(await digestsBelow(target.path)), ["web/get.helm.sh/helm"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Root may read everything; without capabilities it is like anybody else. */
const under = Deno.uid() === 0 ? ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] : [];

testWithTools("e2e: a folder that its user may not read can be left out", ["setpriv"], async () => {
  const folder = await Deno.makeTempDir();
  await using root = await makeRoot();
  try {
    await writeFile(`${folder}/dl.k8s.io/kubelet`, new Uint8Array(100));
    await Deno.mkdir(`${folder}/lost+found`, { mode: 0 });
    const run = (...more: string[]) =>
      binimport(["import", folder, "--root", root.path, ...more], { under });
    const refused = await run();
    assert.equal(refused.status, 3);
    assert.match(refused.stderr, /Cannot read ".*\/lost\+found": permission denied\n.*--exclude/);
    const { status, stderr } = await run("--exclude", "lost+found/**");
    assert.equal(status, 0, stderr);
    assert.match(stderr, /lost\+found": permission denied; all in it is left out/);
    assert.deepEqual(Object.keys(await digestsBelow(root.path)), ["dl.k8s.io/kubelet"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
