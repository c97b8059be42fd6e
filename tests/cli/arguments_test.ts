import { deepEqual, equal, match } from "node:assert/strict";
import { understandArguments } from "../../cli/arguments.ts";
import { splitTargets } from "../../cli/options/targets.ts";
import { programDeclaration } from "../../cli/program.ts";
import { runHere } from "../support/cli/test_context.ts";
import { tarGz } from "../support/packages.ts";

const CASES: readonly [typed: string, understood: string][] = [
  ["", "import"],
  ["--root /srv", "import --root /srv"],
  ["-", "import -"],
  ["x.tar.gz --root /srv", "import x.tar.gz --root /srv"],
  ["x.tgz", "import x.tgz"],
  ["os.ISO", "import os.ISO"],
  ["http://h/x", "import http://h/x"],
  ["/", "import /"],
  ["list /", "list /"],
  ["imprt x", "imprt x"],
  ["help", "--help"],
  ["help verify", "verify --help"],
  ["help imprt", "imprt"],
  ["help config set", "config set --help"],
  ["config help set", "config set --help"],
  ["config set help", "config set --help"],
  ["verify help", "verify --help"],
  ["ls help", "ls --help"],
  ["import x help y", "import x help y"],
  ["version", "--version"],
  ["--json -q list /", "list / --json -q"],
  ["-v x.tar", "import -v x.tar"],
  ["prune / -n", "prune / --dry-run"],
  ["import / --pod web -n kube-system", "import / --pod web -n kube-system"],
  ["import / -n --root /srv", "import / --dry-run --root /srv"],
];

for (const [typed, understood] of CASES) {
  Deno.test(`binimport ${typed} means binimport ${understood}`, async () => {
    const args = typed.split(" ").filter(Boolean);
    const env = () => undefined;
    equal((await understandArguments(args, programDeclaration(), { env })).join(" "), understood);
  });
}

Deno.test("$BINIMPORT_TO: targets by lines or blanks, folders with blanks in their names", () => {
  deepEqual(splitTargets("nginx-fs:/a minio:http://h:9000/b\n./mine.ts:x\n\nmemory"), [
    "nginx-fs:/a",
    "minio:http://h:9000/b",
    "./mine.ts:x",
    "memory",
  ]);
  deepEqual(splitTargets(" nginx-fs:/srv/my www "), ["nginx-fs:/srv/my www"]);
});

Deno.test("a package in front, targets from a variable, -n and --output json", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.chmod(folder, 0o755); // a web server's user may enter
    await Deno.writeFile(`${folder}/p.tar.gz`, tarGz({ "h/x": "1" }));
    const { status, stdout, stderr } = await runHere(
      [`${folder}/p.tar.gz`, "-n", "--output", "json"],
      { BINIMPORT_TO: `memory:\nnginx-fs:${folder}` },
    );
    deepEqual([status, stderr], [0, ""]);
    const events = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
    deepEqual(events.find(({ event }) => event === "plan").targets, [
      "memory:",
      `nginx-fs:${folder}`,
    ]);
    equal(events.at(-1).dryRun, true);
    deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["p.tar.gz"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a variable of ours that gives nothing is warned of, by what it may mean", async () => {
  const { stderr } = await runHere(["list", "/dev/null"], {
    BINIMPORT_ROT: "hidden",
    BINIMPORT_URL: "http://h/",
    BINIMPORT_CACHE: "/tmp",
  });
  match(stderr, /^warning: \$BINIMPORT_ROT .*\n {2}Did you mean \$BINIMPORT_ROOT\?\nerror:/);
  equal(stderr.includes("hidden"), false);
});
