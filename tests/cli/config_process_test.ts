/** `config` in a process of its own: with the rights and the disks that there are at times. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { testWithTools } from "../support/require.ts";

const PROGRAM = fileURLToPath(new URL("../../cli.ts", import.meta.url));
const SAMPLE = `apiVersion: provision.daocloud.io/v1alpha4
kind: ClusterConfig
spec:
  binaries:
    type: external
    externalRepoEndpoint: https://10.0.1.1:9000
    externalRepoUsername: root
    externalRepoPassword: hunter2
`;

interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `binimport config ARGS…` under another program. */
async function config(
  under: readonly string[],
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const [command = "", ...rest] = [...under, Deno.execPath(), "run", "-A", PROGRAM, "config"];
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args: [...rest, ...args],
    env: { ...env },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { status: code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

async function withFile(run: (folder: string, path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    await Deno.writeTextFile(`${folder}/c.yaml`, SAMPLE);
    await run(folder, `${folder}/c.yaml`);
  } finally {
    Deno.chmodSync(folder, 0o700);
    await Deno.remove(folder, { recursive: true });
  }
}

const SET = ["--endpoint", "http://10.0.1.1:8080"];

// Root may do anything, unless it has no capabilities.
const unprivileged = Deno.uid() === 0 ? ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] : [];

testWithTools("a folder that cannot be written is told, with status 4", [
  ...unprivileged.slice(0, 1),
], async () => {
  await withFile(async (folder, path) => {
    Deno.chmodSync(folder, 0o555);
    const { status, stderr } = await config(unprivileged, ["set", path, ...SET]);
    equal(status, 4, stderr);
    match(stderr, /Cannot write ".*c\.yaml": permission denied in its folder\n {2}Run it as/);
    equal(Deno.readTextFileSync(path), SAMPLE);
    deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["c.yaml"]);
  });
});

testWithTools(
  "an owner that cannot be kept is told, and nothing is left",
  ["setpriv"],
  async () => {
    if (Deno.uid() !== 0) return;
    await withFile(async (folder, path) => {
      Deno.chmodSync(path, 0o666);
      Deno.chownSync(path, 12, 34);
      const { status, stderr } = await config(unprivileged, ["set", path, ...SET]);
      equal(status, 4, stderr);
      match(stderr, /its owner cannot be kept/);
      deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["c.yaml"]);
    });
  },
);

testWithTools("the YAML library prints nothing, whatever its variables say", [], async () => {
  await withFile(async (_, path) => {
    const noisy = { LOG_TOKENS: "1", LOG_STREAM: "1" };
    for (const args of [["get", path], ["check", path, "-v"], ["set", path, ...SET, "-n"]]) {
      const { status, stdout, stderr } = await config([], args, noisy);
      equal(status, 0, stderr);
      ok(!`${stdout}${stderr}`.includes("hunter2"), args.join(" "));
    }
  });
});

testWithTools("--help does not load the YAML library", ["strace"], async () => {
  const trace = await Deno.makeTempFile();
  try {
    const under = ["strace", "-f", "-e", "trace=openat", "-o", trace];
    const { status } = await config(under, ["set", "--help"]);
    equal(status, 0);
    const opened = await Deno.readTextFile(trace);
    ok(opened.includes("/commander/"), "the trace shows what is loaded");
    ok(!opened.includes("/yaml/"), "no file of the library is opened");
  } finally {
    await Deno.remove(trace);
  }
});
