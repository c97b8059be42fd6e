/** Clients as children: argv, limits, and their end. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { askJson, findTool } from "../../../locate/containers/tool.ts";
import { recordedTool } from "../../support/containers/recorded.ts";

const ENV: Readonly<Record<string, string>> = { PATH: "/usr/bin:/bin", SECRET: "hush" };

function run(
  script: string,
  { signal = new AbortController().signal }: { readonly signal?: AbortSignal } = {},
  ...args: readonly string[]
) {
  const shell = findTool("sh", (name) => ENV[name], signal);
  ok(shell);
  return shell.run(["-c", script, "sh", ...args]);
}

Deno.test("a client is given its argv as it stands, the environment it needs and no other", async () => {
  const odd = `a b;$(x)\n"'*`;
  const ended = await run('printf %s "$1"; env >&2', {}, odd);
  equal(new TextDecoder().decode(ended.stdout), odd);
  const names = ended.stderr.split("\n").map((line) => line.replace(/=.*/, ""));
  deepEqual(names.filter((name) => !["PWD", "_", "SHLVL"].includes(name)).sort(), [
    "LC_ALL",
    "PATH",
  ]);
  equal(ended.status, 0);
});

Deno.test("a client is looked for in the folders of PATH that can be entered", async () => {
  const loop = await Deno.makeTempFile();
  await Deno.remove(loop);
  await Deno.symlink(loop, loop); // for root, too, as others' folders are for a user
  try {
    const env = (name: string) => name === "PATH" ? `${loop}:/usr/bin:/bin` : undefined;
    const ended = await findTool("true", env, new AbortController().signal)?.run([]);
    equal(ended?.status, 0);
  } finally {
    await Deno.remove(loop);
  }
});

Deno.test("a client's failure is its exit status and what it said", async () => {
  const { status, stderr } = await run("echo no >&2; exit 7");
  equal(status, 7);
  equal(stderr, "no");
});

Deno.test("a client that answers without end is stopped", async () => {
  match((await run("exec yes")).failure?.message ?? "", /it answers with more than 32 MiB/);
});

Deno.test("what a client said of itself is kept up to a limit", async () => {
  const { stderr, stdout } = await run(
    "i=0; while [ $i -lt 9000 ]; do echo 0123456789 >&2; i=$((i+1)); done; echo x",
  );
  ok(stderr.length <= 64 * 1024, String(stderr.length));
  ok(stdout.length <= 2);
});

Deno.test("a client is not started hundreds of times at once", async () => {
  const folder = await Deno.makeTempDir();
  try {
    // Each counts those that run beside it.
    const script = `touch "$0"/$$; ls "$0" | wc -l; sleep 0.05; rm "$0"/$$`;
    const shell = findTool("sh", (name) => ENV[name], new AbortController().signal);
    const calls = Array.from({ length: 100 }, () => shell?.run(["-c", script, folder]));
    const beside = (await Promise.all(calls))
      .map((ended) => Number(new TextDecoder().decode(ended?.stdout)));
    equal(beside.length, 100);
    ok(beside.every((count) => count >= 1 && count <= 16), beside.join());
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a client that hangs is ended with all that it started", async () => {
  const pids = await Deno.makeTempFile();
  try {
    const stop = new AbortController();
    const running = run(`echo $$ > ${pids}; sleep 600 & echo $! >> ${pids}; wait`, {
      signal: stop.signal,
    });
    while ((await Deno.readTextFile(pids)).split("\n").length < 3) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    stop.abort();
    match((await running).stderr, /it gave no answer in time/);
    for (const pid of (await Deno.readTextFile(pids)).trim().split("\n")) {
      while (await isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 5));
    }
  } finally {
    await Deno.remove(pids);
  }
});

Deno.test("a client whose child keeps its output open is not waited for", async () => {
  const stop = new AbortController();
  const pids = await Deno.makeTempFile();
  const running = run(`setsid sleep 600 & echo $! > ${pids}`, { signal: stop.signal });
  try {
    while ((await Deno.readTextFile(pids)) === "") {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    stop.abort();
    match((await running).stderr, /it gave no answer in time/);
  } finally {
    Deno.kill(Number(await Deno.readTextFile(pids)), "SIGKILL");
    await Deno.remove(pids);
  }
});

/** A process that ended and that nobody waited for is not alive. */
async function isAlive(pid: string): Promise<boolean> {
  try {
    return !/^State:\s+[ZX]/m.test(await Deno.readTextFile(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}

Deno.test("a client that cannot be started", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/docker`, "#!/nowhere/sh\n", { mode: 0o755 });
    const docker = findTool("docker", () => folder, new AbortController().signal);
    match((await docker?.run([]))?.stderr ?? "", /it cannot be started/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

const ANSWER = JSON.stringify([{ Id: "ab" }], null, 4);

for (
  const [name, text] of [
    ["a warning in brackets before it", `[WARN] deprecated\n${ANSWER}`],
    ["a line of a log in JSON before it", `{"level":"warning","msg":"x"}\n${ANSWER}`],
    ["a line behind it", `${ANSWER}\nA new version is available`],
    ["both, and line feeds of Windows", `Hello\n${ANSWER}\nBye`.replaceAll("\n", "\r\n")],
  ] as const
) {
  Deno.test(`a client's JSON is found beside ${name}`, async () => {
    deepEqual(await askJson(recordedTool({ inspect: text }), ["inspect"]), [{ Id: "ab" }]);
  });
}
