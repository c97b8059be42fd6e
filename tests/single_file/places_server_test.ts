/** Where the packed file unpacks to, and where it does not. */
import { deepEqual, equal, match } from "node:assert/strict";
import { FILE, runFile, testFile, unpackedIn, VERSION_LINE } from "../support/single_file/file.ts";

const VERSION = ["--version"];

/** What is run in a mount namespace of its own, after these commands; as root in it. */
function mounting(...commands: string[]): readonly string[] {
  const script = `set -e; ${commands.join("; ")}; exec "$@"`;
  return ["unshare", "--mount", "--map-root-user", "sh", "-c", script, "sh"];
}

testFile("file: the user's cache comes first, then the system's folders", ["unshare"], async (
  t,
  folder,
) => {
  const home = `${folder}/home`;
  Deno.mkdirSync(home);
  const cases: [string, Readonly<Record<string, string>>, string][] = [
    ["$BINIMPORT_CACHE", { BINIMPORT_CACHE: `${folder}/c/d`, HOME: home }, `${folder}/c/d`],
    ["$XDG_CACHE_HOME", { XDG_CACHE_HOME: `${folder}/x`, HOME: home }, `${folder}/x/binimport`],
    ["$HOME", { HOME: home, XDG_CACHE_HOME: "relative" }, `${home}/.cache/binimport`],
  ];
  for (const [name, env, cache] of cases) {
    await t.step(name, async () => {
      const { stdout, stderr } = await runFile(VERSION, { env });
      equal(stderr, "");
      equal(stdout, VERSION_LINE);
      deepEqual(unpackedIn(cache), ["ID"]);
    });
  }
  await t.step("/var/tmp, with an empty environment", async () => {
    const under = mounting("mount -t tmpfs none /var/tmp", 'set -- env -i "$@"');
    const shown = mounting(...[
      "mount -t tmpfs none /var/tmp",
      'env -i "$@"',
      "set -- ls /var/tmp",
    ]);
    equal((await runFile(VERSION, { under })).stdout, VERSION_LINE);
    const { stdout } = await runFile(VERSION, { under: shown });
    equal(stdout, `${VERSION_LINE}binimport-0\n`);
  });
});

testFile("file: $BINIMPORT_CACHE is the only place that is tried", [], async (_, folder) => {
  const { status, stderr } = await runFile(VERSION, {
    env: { BINIMPORT_CACHE: "/proc/nowhere", HOME: folder },
  });
  equal(status, 1);
  match(
    stderr,
    /^error: Cannot start: .*\n {2}\/proc\/nowhere: .*\n {2}Name one in BINIMPORT_CACHE/,
  );
  deepEqual([...Deno.readDirSync(folder)], []);
});

testFile("file: a place that others could write to is not used", [], async (t, folder) => {
  const refused = async (name: string, cache: string) => {
    await t.step(name, async () => {
      const { status, stderr } = await runFile(VERSION, { env: { BINIMPORT_CACHE: cache } });
      equal(status, 1);
      match(stderr, /it is not yours alone to write to/);
    });
  };
  Deno.mkdirSync(`${folder}/mine`);
  Deno.symlinkSync(`${folder}/mine`, `${folder}/link`);
  await refused("a link", `${folder}/link`);
  for (const [name, mode] of [["the group", 0o770], ["others", 0o757]] as const) {
    Deno.mkdirSync(`${folder}/${mode}`);
    Deno.chmodSync(`${folder}/${mode}`, mode);
    await refused(`open to ${name}`, `${folder}/${mode}`);
  }
  if (Deno.uid() === 0) {
    Deno.mkdirSync(`${folder}/theirs`);
    Deno.chownSync(`${folder}/theirs`, 65534, 65534);
    await refused("somebody else's", `${folder}/theirs`);
  }
});

testFile("file: what was opened to others after it was unpacked is not started", [], async (
  _,
  folder,
) => {
  const env = { BINIMPORT_CACHE: `${folder}/cache` };
  equal((await runFile(VERSION, { env })).status, 0);
  Deno.chmodSync(`${folder}/cache`, 0o777);
  const { status, stderr } = await runFile(VERSION, { env });
  equal(status, 1);
  match(stderr, /it is not yours alone to write to/);
});

testFile("file: a home that is read-only or somebody else's is passed over", ["unshare"], async (
  _,
  folder,
) => {
  const under = mounting(
    "mount -t tmpfs none /var/tmp",
    `mount -t tmpfs -o ro none ${folder}`,
    '"$@"',
    "set -- ls /var/tmp",
  );
  const { stdout, stderr } = await runFile(VERSION, { under, env: { HOME: folder } });
  equal(stderr, "");
  equal(stdout, `${VERSION_LINE}binimport-0\n`);
});

testFile("file: where programs may not be started is passed over", ["unshare"], async (
  _,
  folder,
) => {
  Deno.mkdirSync(`${folder}/tmp`);
  const under = mounting(
    "mount -t tmpfs -o noexec none /var/tmp",
    "mount -t tmpfs -o noexec none /dev/shm",
    `mount -t tmpfs none ${folder}/tmp`,
    '"$@"',
    `set -- ls ${folder}/tmp /var/tmp/binimport-0`,
  );
  const { stdout, stderr } = await runFile(VERSION, { under, env: { TMPDIR: `${folder}/tmp` } });
  equal(stderr, "");
  equal(stdout, `${VERSION_LINE}${folder}/tmp:\nbinimport-0\n\n/var/tmp/binimport-0:\n`);
});

testFile("file: a full disk is told, and nothing is left on it", ["unshare"], async (_, folder) => {
  for (const size of ["1m", "20m", "90m"]) {
    const under = mounting(
      `mount -t tmpfs -o mode=700,size=${size} none ${folder}`,
      `trap 'ls -A ${folder}' EXIT`,
      '"$@"',
      "set -- true",
    );
    const { status, stdout, stderr } = await runFile(VERSION, {
      under,
      env: { BINIMPORT_CACHE: folder },
    });
    equal(status, 1);
    equal(stdout, "");
    match(
      stderr,
      new RegExp(`^error: Cannot start: .*\n  ${folder}: no space left on device\\.\n`),
    );
    match(stderr, /\n {2}Name one in BINIMPORT_CACHE: .*with 1\d\d MB free\.\n$/);
  }
});

testFile("file: a name that is too long for the kernel is told", [], async (_, folder) => {
  const cache = `${folder}/${`${"x".repeat(200)}/`.repeat(5)}`;
  const { status, stderr } = await runFile(VERSION, { env: { BINIMPORT_CACHE: cache } });
  equal(status, 1);
  match(stderr, /its name is too long/);
});

testFile("file: every reason is given when no place will do", ["unshare"], async () => {
  const under = mounting(
    "mount -t tmpfs none /mnt", // the file may lie below a place that is hidden
    `cp ${FILE} /mnt/binimport`,
    ...["/var/tmp", "/tmp", "/dev/shm", "/run"].map((place) =>
      `mount -t tmpfs -o ro none ${place}`
    ),
  );
  const { status, stderr } = await runFile(VERSION, { under, file: "/mnt/binimport", cwd: "/" });
  equal(status, 1, stderr);
  match(
    stderr,
    /\/var\/tmp\/binimport-0: .*ead-only file system\.\n {2}\/tmp\/binimport-0: .*ead-only/i,
  );
});

// As `podman unshare` starts programs: root's folders, / among them, seem to be nobody's there.
testFile(
  "file: where root is not to be seen, who owns / stands for it",
  ["unshare", "setpriv"],
  async (
    _,
    folder,
  ) => {
    if (Deno.uid() !== 0) return;
    Deno.chmodSync(folder, 0o755);
    const home = `${folder}/home`;
    Deno.mkdirSync(home);
    Deno.chownSync(home, 65534, 65534);
    const user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    for (const under of [[...user, "unshare", "--map-root-user"], user]) {
      const { stdout, stderr } = await runFile(VERSION, { under, env: { HOME: home } });
      equal(stderr, "");
      equal(stdout, VERSION_LINE);
    }
    deepEqual(unpackedIn(`${home}/.cache/binimport`), ["ID"]);
    // One that is somebody else's by a number that is told is refused as ever.
    const theirs = `${folder}/theirs`;
    Deno.mkdirSync(`${theirs}/x`, { recursive: true });
    Deno.chownSync(theirs, 4321, 4321);
    const other = await runFile(VERSION, { env: { BINIMPORT_CACHE: `${theirs}/x` } });
    match(other.stderr, /others can rename it, or a folder above it/);
  },
);
