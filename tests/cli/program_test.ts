import { deepEqual, equal, match } from "node:assert/strict";
import { createHash } from "node:crypto";
import { dirname } from "node:path";
import project from "../../deno.json" with { type: "json" };
import { runHere } from "../support/cli/test_context.ts";
import { tarGz } from "../support/packages.ts";

Deno.test("--version and --help go to standard output, with status 0", async () => {
  deepEqual(await runHere(["--version"]), {
    status: 0,
    stdout: `${project.version}\n`,
    stderr: "",
  });
  for (
    const args of [["--help"], ["help"], ["import", "--help"], ["verify", "-h"], ["help", "list"]]
  ) {
    const { status, stdout, stderr } = await runHere(args);
    deepEqual([status, stderr], [0, ""]);
    match(stdout, /^Usage: binimport/);
  }
});

const usage: readonly [args: readonly string[], message: RegExp][] = [
  [["import", "--rot", "/srv"], /Unknown option '--rot'\n.*--root/],
  [["imprt"], /Unknown command 'imprt'\n.*import/],
  [["adaptor", "list"], /Unknown command 'adaptor'\n.*adapter/],
  [["IMPORT"], /Unknown command 'IMPORT'\n.*import/],
  [["nodes"], /Unknown command 'nodes'\n {2}See binimport --help\./],
  [["config", "c.yaml", "get"], /Unknown command 'c.yaml'\n {2}See binimport config --help\./],
  [["help", "imprt"], /Unknown command 'imprt'\n.*import/],
  [["import", "/", "-root", "/srv"], /Unknown option '-root'\n {2}Did you mean --root\?/],
  [["import", "/", "\u2014root=x"], /Unknown option '\u2014root'\n {2}It does not begin with/],
  [
    ["config", "check", "--root", "/srv"],
    /'--root'\n.*option of the adapter nginx-fs: see binimport config check --help/,
  ],
  [["config", "set", "--rooot"], /'--rooot'\n.*See binimport config set --help/],
  [["serve", "/", "--port", "80", "--listen", ":81"], /--listen and --port together/],
  [["--root"], /'--root <dir>' argument missing/],
  [["import", "--verify", "perhaps"], /Allowed choices are auto, url, target, off/],
  [["import", "--strip-components", "-1"], /whole number/],
  [["import", "--concurrency", "0"], /at least 1/],
  [["list", "/dev/null", "--into", "../up"], /Cannot use "\.\.\/up" as --into: .* climbs out/],
  [["list", "/dev/null", "--into", ".binimport/x"], /Cannot use .* as --into: .* claims/],
  [["list", "/dev/null", "--into", "."], /names no folder/],
  [
    ["import", "x", "--adapter", "nginxfs"],
    /an adapter named "nginxfs"\n.*Did you mean nginx-fs\?/,
  ],
  [["import", "-", "-", "--adapter", "memory"], /standard input twice/],
  [
    ["import", "/dev/null", "--adapter", "nginx-fs", "--root", "/", "--bucket", "b"],
    /Cannot use --bucket/,
  ],
  [
    ["import", "/dev/null", "--adapter", "memory", "--to", "memory:x"],
    /--adapter and --to together/,
  ],
  [
    ["import", "/dev/null", "--adapter", "memory", "--force", "--checksum"],
    /--checksum and --force/,
  ],
  [["import", "--adapter", "./absent.ts"], /Cannot load adapter "\.\/absent\.ts"/],
  [["import", "--password", "x"], /Unknown option '--password'/],
  ...["--password-file", "--ca-file"].map((flag): [string[], RegExp] => [
    [
      "import",
      "/dev/null",
      "--adapter",
      "minio",
      "--endpoint",
      "https://[::1]:1",
      "--username",
      "u",
    ]
      .concat(flag, "/none", flag === "--ca-file" ? ["--password-file", "/dev/null"] : []),
    new RegExp(`Cannot read "/none" of ${flag}: no such file or folder\n`),
  ]),
];

for (const [args, message] of usage) {
  Deno.test(`usage: binimport ${args.join(" ")}`, async () => {
    const { stdout, stderr } = await runHere(args);
    equal(stdout, "");
    match(stderr, /^error: /);
    match(stderr, message);
  });
}

Deno.test("a usage error exits with 2, and with --json is an event on standard output", async () => {
  const { status, stdout, stderr } = await runHere(["import", "--json", "--rot"]);
  equal(status, 2);
  deepEqual(JSON.parse(stdout), {
    event: "error",
    code: "usage",
    message: "Unknown option '--rot'",
    hint: "Did you mean --root?",
    retryable: false,
  });
  match(stderr, /--rot/);
});

Deno.test("a package that is missing exits with 3", async () => {
  const { status, stderr } = await runHere(["import", "/nowhere/x.tar.gz", "--adapter", "memory"]);
  equal(status, 3);
  match(stderr, /Cannot open package "\/nowhere\/x\.tar\.gz": no such file/);
});

async function withPackage(run: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/offline-files.tar.gz`;
    await Deno.writeFile(path, tarGz({ "dl.k8s.io/kubelet": "ELF", "h/x.tgz": "tgz" }));
    await run(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("import without a verb, options from variables, NDJSON", async () => {
  await withPackage(async (path) => {
    const { status, stdout, stderr } = await runHere([], {
      BINARIRES_PKG_PATH: path,
      BINIMPORT_ADAPTER: "memory",
      BINIMPORT_JSON: "1",
      BINIMPORT_NO_PROGRESS: "1",
      BINIMPORT_EXCLUDE: "h/**",
    });
    deepEqual([status, stderr], [0, ""]);
    const events = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
    deepEqual(events.map(({ event }) => event), ["plan", "file", "summary"]);
    equal(events[1].key, "dl.k8s.io/kubelet");
    equal(events[1].action, "written");
  });
});

Deno.test("list: key, length, mode and digest", async () => {
  await withPackage(async (path) => {
    const { stdout } = await runHere(["list", path]);
    equal(stdout, "0644             3  dl.k8s.io/kubelet\n0644             3  h/x.tgz\n");
    const json = await runHere(["list", path, "--json", "--sha256", "--include", "h/*"]);
    deepEqual(JSON.parse(json.stdout), {
      key: "h/x.tgz",
      size: 3,
      mode: "0644",
      sha256: createHash("sha256").update("tgz").digest("hex"),
    });
  });
});

Deno.test("a dry run shows what would be written on standard output", async () => {
  await withPackage(async (path) => {
    const { status, stdout } = await runHere(["import", path, "--adapter", "memory", "--dry-run"]);
    equal(status, 0);
    match(
      stdout,
      /^would-write\s+3 B\s+dl\.k8s\.io\/kubelet\nwould-write\s+3 B\s+h\/x\.tgz\nDry run: 2 files, 6 B/,
    );
  });
});

Deno.test("-v tells what was decided, and why", async () => {
  await withPackage(async (path) => {
    const root = dirname(path);
    const args = ["import", path, "--root", root, "-v"];
    const first = await runHere(args);
    match(
      first.stderr,
      /^debug: nginx-fs:\S+ is verified by mode auto: no URL is known, so by digest/m,
    );
    match(first.stderr, /^debug: ".*" is unpacked: no target has a record of it$/m);
    await Deno.utime(`${root}/h/x.tgz`, new Date(0), new Date(0));
    const again = await runHere(args);
    match(again.stderr, /"h\/x\.tgz" is hashed again: it may have changed since it was recorded$/m);
    match(again.stderr, /^debug: ".*" is not unpacked: all its files are there, untouched$/m);
    const { stderr } = await runHere([...args, "--checksum"]);
    match(stderr, /"dl\.k8s\.io\/kubelet" is hashed again: no record is trusted$/m);
  });
});

Deno.test("verify: over a URL that nobody knows is a usage error, without a record there is nothing to verify", async () => {
  const url = await runHere(["verify", "--adapter", "memory", "--verify", "url"]);
  equal(url.status, 2);
  match(url.stderr, /no URL is known/);
  const { status, stderr } = await runHere(["verify", "--adapter", "memory"]);
  equal(status, 4);
  match(stderr, /holds no record of an import/);
  const absent = await runHere(["verify", "--root", "/absent"]);
  equal(absent.status, 4);
  match(absent.stderr, /^error: Cannot list "\/absent": no such folder$/m);
});
