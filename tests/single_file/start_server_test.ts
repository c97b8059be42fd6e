/** The first start of the packed file, and later ones. */
import { deepEqual, equal, match } from "node:assert/strict";
import { outcome } from "../support/e2e/run.ts";
import { fingerprint } from "../support/e2e/targets.ts";
import {
  FILE,
  runFile,
  startFile,
  testFile,
  unpackedIn,
  VERSION_LINE,
} from "../support/single_file/file.ts";
import { readTrace, traced } from "../support/system_calls.ts";

const VERSION = ["--version"];

/** A library of this host that any program could load. */
const LIBRARY = "/lib/x86_64-linux-gnu/libutil.so.1";

testFile("file: the first start unpacks for its user alone, later ones only run", [], async (
  _,
  folder,
) => {
  const cache = `${folder}/some cache`;
  const env = { BINIMPORT_CACHE: cache };
  const first = await runFile(VERSION, { env });
  equal(first.stderr, "");
  equal(first.stdout, VERSION_LINE);
  deepEqual(unpackedIn(cache), ["ID"]);
  for (const path of [cache, ...below(cache)]) {
    equal((Deno.lstatSync(path).mode ?? 0) & 0o077, 0, path);
  }
  const before = await fingerprint(cache);
  equal((await runFile(VERSION, { env })).stdout, VERSION_LINE);
  const program = (lines: string[]) => lines.filter((line) => !/^[^/]+\/cache\//.test(line));
  deepEqual(program(await fingerprint(cache)), program(before));
});

function below(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    return isDirectory ? [path, ...below(path)] : [path];
  });
}

testFile("file: eight first starts at once", [], async (_, folder) => {
  const env = { BINIMPORT_CACHE: folder };
  const all = await Promise.all(Array.from({ length: 8 }, () => runFile(VERSION, { env })));
  for (const { status, stdout, stderr } of all) {
    deepEqual({ status, stdout, stderr }, { status: 0, stdout: VERSION_LINE, stderr: "" });
  }
  deepEqual(unpackedIn(folder), ["ID"]);
  const [id = ""] = [...Deno.readDirSync(folder)].map(({ name }) => name);
  equal(
    [...Deno.readDirSync(`${folder}/${id}`)].some(({ name }) => name.startsWith(".new")),
    false,
  );
});

testFile("file: killed while it unpacks, the next start runs", [], async (_, folder) => {
  const env = { BINIMPORT_CACHE: folder };
  for (const delay of [20, 100, 200, 300, 400, 600]) {
    const child = startFile(VERSION, { env, under: ["setsid"] });
    await new Promise((resolve) => setTimeout(resolve, delay));
    // The shell and all that it started.
    await new Deno.Command("kill", { args: ["-KILL", "--", `-${child.pid}`] }).output();
    await outcome(child);
    const { status, stdout } = await runFile(VERSION, { env });
    deepEqual({ status, stdout }, { status: 0, stdout: VERSION_LINE });
    await Deno.remove(`${folder}/${idIn(folder)}`, { recursive: true });
  }
  await makeOld(folder);
  equal((await runFile(VERSION, { env })).stdout, VERSION_LINE);
  deepEqual(unpackedIn(folder), ["ID"]);
});

testFile("file: stopped while it unpacks, it leaves nothing", [], async (_, folder) => {
  for (const [signal, status] of [["SIGTERM", 143], ["SIGINT", 130], ["SIGHUP", 129]] as const) {
    const cache = `${folder}/${signal}`;
    const child = startFile(VERSION, { env: { BINIMPORT_CACHE: cache } });
    while (!hasBegun(cache)) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill(signal);
    equal((await outcome(child)).status, status);
    deepEqual(unpackedIn(cache), []);
  }
});

function hasBegun(cache: string): boolean {
  try {
    return unpackedIn(cache).length > 0;
  } catch {
    return false;
  }
}

testFile(
  "file: earlier versions are cleaned up, unless one of them runs",
  [],
  async (_, folder) => {
    const env = { BINIMPORT_CACHE: folder };
    const [unused, running] = ["0.0.1-0123456789abcdef", "0.0.2-0123456789abcdef"];
    const notOurs = "2026-0123456789abcdef";
    for (const name of [unused, running, notOurs, ".new.killed"]) {
      Deno.mkdirSync(`${folder}/${name}`);
    }
    for (const name of [unused, running]) Deno.writeTextFileSync(`${folder}/${name}/whole`, "");
    Deno.copyFileSync("/bin/sleep", `${folder}/${running}/deno`);
    await makeOld(folder);
    const recent = "0.0.3-0123456789abcdef";
    Deno.mkdirSync(`${folder}/${recent}`);
    Deno.writeTextFileSync(`${folder}/${recent}/whole`, "");
    const child = new Deno.Command(`${folder}/${running}/deno`, { args: ["600"] }).spawn();
    try {
      equal((await runFile(VERSION, { env })).status, 0);
    } finally {
      child.kill();
      await child.status;
    }
    const left = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    deepEqual(left, [running, recent, idIn(folder, [running, recent]), notOurs].sort());
  },
);

/** As if all in a folder lay there since yesterday. */
async function makeOld(folder: string): Promise<void> {
  const names = [...Deno.readDirSync(folder)].map(({ name }) => `${folder}/${name}`);
  const yesterday = new Date(Date.now() - 24 * 3600 * 1000);
  for (const name of names) await Deno.utime(name, yesterday, yesterday);
}

function idIn(folder: string, others: readonly string[] = []): string {
  const ids = [...Deno.readDirSync(folder)].map(({ name }) => name)
    .filter((name) => /^\d+\.\d+\.\d+-[0-9a-f]{16}$/.test(name) && !others.includes(name));
  equal(ids.length, 1, ids.join(" "));
  return ids[0] ?? "";
}

testFile("file: what was taken away of it is unpacked again", [], async (_, folder) => {
  const env = { BINIMPORT_CACHE: folder };
  equal((await runFile(VERSION, { env })).status, 0);
  const id = `${folder}/${idIn(folder)}`;
  const lose = async (path: string) => {
    // The clock of the file system ticks more slowly than ours.
    await Deno.utime(`${id}/whole`, new Date(0), new Date(0));
    await Deno.remove(path);
  };
  for (const path of [`${id}/deno`, `${id}/whole`, `${id}/app/main.js`]) {
    await lose(path);
    const { status, stdout, stderr } = await runFile(VERSION, { env });
    deepEqual({ status, stdout, stderr }, { status: 0, stdout: VERSION_LINE, stderr: "" });
    equal(Deno.statSync(path).isFile, true);
  }
});

testFile("file: it is called like any program", ["bash", "busybox"], async (t, folder) => {
  const env = { BINIMPORT_CACHE: `${folder}/cache` };
  const place = `${folder}/a b/bin`;
  Deno.mkdirSync(place, { recursive: true });
  Deno.copyFileSync(FILE, `${place}/bin import`);
  Deno.symlinkSync(`${place}/bin import`, `${folder}/link`);
  const cases: [string, Parameters<typeof runFile>[1]][] = [
    ["by its path", { file: `${place}/bin import` }],
    ["by a relative path", { file: "./bin import", cwd: place }],
    ["through a link", { file: `${folder}/link` }],
    ["along PATH", { file: "link", under: ["env"], env: { PATH: `${folder}:/usr/bin:/bin` } }],
    ["by sh", { file: "bin import", under: ["sh"], cwd: place }],
    ["by bash", { file: `${folder}/link`, under: ["bash", "--posix"] }],
    ["by busybox", { file: `${folder}/link`, under: ["busybox", "sh"] }],
  ];
  for (const [name, options] of cases) {
    await t.step(name, async () => {
      const { stdout, stderr } = await runFile(VERSION, {
        ...options,
        env: { ...env, ...options?.env },
      });
      equal(stderr, "");
      equal(stdout, VERSION_LINE);
      await Deno.remove(`${folder}/cache`, { recursive: true }); // a first start each time
    });
  }
});

testFile("file: variables for another Deno or other libraries change nothing", [], async (
  _,
  folder,
) => {
  await Deno.writeTextFile(`${folder}/deno.json`, '{ "imports": 1 }');
  await Deno.writeTextFile(`${folder}/package.json`, "{");
  await Deno.writeTextFile(
    `${folder}/shows_environment.ts`,
    `console.error(Object.keys(Deno.env.toObject()).sort().join(" "));
     console.error("host's library:", Deno.readTextFileSync("/proc/self/maps").includes("${LIBRARY}"));
     console.error("native code:", "dlopen" in Deno);
     export default { apiVersion: 1, name: "x", summary: "x", options: {},
       parse: () => ({}), open: () => Promise.reject(new Error("x")) };`,
  );
  const { status, stdout, stderr } = await runFile(
    ["import", "--adapter", "./shows_environment.ts", "--help"],
    {
      cwd: folder,
      env: {
        BINIMPORT_CACHE: `${folder}/cache`,
        DENO_DIR: "/nowhere",
        DENO_CERT: "/nowhere",
        DENO_V8_FLAGS: "--no-such-flag",
        DENO_PERMISSION_BROKER_PATH: "/nowhere",
        NODE_OPTIONS: "--no-such-option",
        LD_PRELOAD: LIBRARY,
        LD_LIBRARY_PATH: "/nowhere",
        OF_THE_USER: "a\nDENO_b",
      },
    },
  );
  equal(status, 0, stderr);
  match(stdout, /^Usage: binimport import/);
  equal(
    stderr,
    "OF_THE_USER PATH PWD\nhost's library: false\nnative code: false\n",
  );
});

testFile("file: what ulimit -f cuts off is told, at the first start and later", [], async (
  _,
  folder,
) => {
  const env = { BINIMPORT_CACHE: `${folder}/cache` };
  const under = ["sh", "-c", 'ulimit -f 100; exec "$@"', "sh"];
  const first = await runFile(VERSION, { env, under });
  equal(first.status, 1);
  match(
    first.stderr,
    /^error: Cannot start: .*\n {2}\/.*: a file is too large for it, or for ulimit -f\.\n/,
  );
  equal((await runFile(VERSION, { env })).stdout, VERSION_LINE);
  await Deno.mkdir(`${folder}/package`);
  await Deno.mkdir(`${folder}/root`);
  await Deno.writeFile(`${folder}/package/large`, new Uint8Array(200_000));
  const args = ["import", "package", "--strip-components", "0", "--root", "root"];
  const { status, stderr } = await runFile(args, { env, under, cwd: folder });
  equal(status, 4, stderr);
  match(stderr, /^error: Cannot write ".*": the file is too large for .* ulimit -f\n/m);
});

testFile("file: what a script of bash has set for itself changes nothing", ["bash"], async (
  _,
  folder,
) => {
  const SHELLOPTS = "errexit:noclobber:noglob:nounset:pipefail"; // set -euo pipefail; export SHELLOPTS
  for (const _ of ["first", "second"]) {
    const { stdout, stderr } = await runFile(VERSION, {
      under: ["bash", "--posix"],
      env: { SHELLOPTS, HOME: folder },
    });
    equal(stderr, "");
    equal(stdout, VERSION_LINE);
  }
});

testFile("file: a root without /proc is told so", ["unshare"], async (_, folder) => {
  const { status, stderr } = await runFile(["list", "."], {
    env: { BINIMPORT_CACHE: `${folder}/cache` },
    under: ["unshare", "--mount", "sh", "-c", 'umount -l /proc; exec "$@"', "sh"],
  });
  equal(status, 1);
  equal(
    stderr,
    "error: Cannot start: /proc is not mounted.\n  Mount it: mount -t proc proc /proc\n",
  );
});

testFile("file: it is on the disk before it has its name", ["strace"], async (_, folder) => {
  const trace = `${folder}/trace`;
  const env = { BINIMPORT_CACHE: `${folder}/cache` };
  const under = traced({ trace, calls: ["fsync", "rename", "renameat2"] });
  equal((await runFile(VERSION, { env, under })).stdout, VERSION_LINE);
  const calls = readTrace(trace);
  const renamed = calls.findIndex(({ name, paths }) =>
    name === "rename" && paths.some((path) => path.includes("/.new."))
  );
  const flushed = calls.slice(0, renamed).filter(({ name }) => name === "fsync")
    .flatMap(({ paths }) => paths.map((path) => path.replace(/^.*\/\.new\.[^/]*\//, "")));
  const [id = ""] = [...Deno.readDirSync(env.BINIMPORT_CACHE)].map(({ name }) => name);
  const app = [...Deno.readDirSync(`${env.BINIMPORT_CACHE}/${id}/app`)]
    .map(({ name }) => `app/${name}`);
  for (const file of ["deno", "libc.so.6", ...app]) equal(flushed.includes(file), true, file);
});
