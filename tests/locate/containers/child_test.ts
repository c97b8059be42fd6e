/** Children: argv, limits, and their end. */
import { equal, match, ok, rejects } from "node:assert/strict";
import {
  ChildFailure,
  type ChildOptions,
  runChild,
} from "../../../locate/containers/subprocess.ts";

const SHELL = "/bin/sh";

function run(script: string, options: Partial<ChildOptions> = {}, ...args: readonly string[]) {
  return runChild(SHELL, ["-c", script, "sh", ...args], {
    env: { PATH: "/usr/bin:/bin" },
    signal: new AbortController().signal,
    outputLimit: 1024,
    beyond: "error",
    ...options,
  });
}

Deno.test("a child is given its argv as it stands, its environment and no other", async () => {
  const odd = `a b;$(x)\n"'*`;
  const ended = await run('printf %s "$1"; env >&2', { env: { ONLY: "this" } }, odd);
  equal(new TextDecoder().decode(ended.stdout), odd);
  match(ended.stderr, /^ONLY=this$/m);
  ok(!ended.stderr.includes("HOME="), ended.stderr);
  equal(ended.status, 0);
});

Deno.test("a child's failure is its exit status and what it said", async () => {
  const { status, stderr } = await run("echo no >&2; exit 7");
  equal(status, 7);
  equal(stderr, "no");
});

Deno.test("a child that answers without end is stopped", async () => {
  const endless = "while :; do echo yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; done";
  await rejects(run(endless), /it answers with more than/);
  const { status, stdout } = await run(endless, { beyond: "cut" });
  equal(status, undefined);
  equal(stdout.length, 1024);
});

Deno.test("what a child said of itself is kept up to a limit", async () => {
  const { stderr, stdout } = await run(
    "i=0; while [ $i -lt 9000 ]; do echo 0123456789 >&2; i=$((i+1)); done; echo x",
  );
  ok(stderr.length <= 64 * 1024, String(stderr.length));
  ok(stdout.length <= 2);
});

Deno.test("a child that hangs is ended with all that it started", async () => {
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
    await rejects(running, ChildFailure);
    for (const pid of (await Deno.readTextFile(pids)).trim().split("\n")) {
      while (await isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 5));
    }
  } finally {
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

Deno.test("a program that is not there", async () => {
  const options = { env: {}, signal: new AbortController().signal, outputLimit: 1 };
  await rejects(
    runChild("/nowhere/docker", [], { ...options, beyond: "error" }),
    /it cannot be started/,
  );
});
