/** `deno task compile`, where its base binary cannot be had: with what people take for it. */
import { equal, match } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { outcome } from "../support/e2e/run.ts";

const SCRIPT = fileURLToPath(new URL("../../scripts/compile.ts", import.meta.url));

async function compile(args: readonly string[], base: string) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", SCRIPT, ...args],
    env: { DENORT_BIN: base },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  return await outcome(child);
}

Deno.test("compile: a result that is Deno and not our program is refused", async () => {
  const { status, stdout, stderr } = await compile([], Deno.execPath());
  equal(status, 1);
  equal(stdout, "");
  match(
    stderr,
    /^error: Cannot use what was compiled for .*: asked for its version, it says "deno /,
  );
  match(stderr, /put denort-.*\.zip into \$DENO_DIR\/dl\/release\//);
});

Deno.test("compile: it is refused for machines as well on which it cannot be asked", async () => {
  const others = ["aarch64-unknown-linux-gnu", "x86_64-unknown-linux-gnu"];
  const target = others.find((one) => one !== Deno.build.target) ?? "";
  const { status, stderr } = await compile(["--target", target], Deno.execPath());
  equal(status, 1);
  match(stderr, /it is Deno itself, without our program/);
});

Deno.test("compile: a base binary that is not there is told in one sentence", async () => {
  const { status, stderr } = await compile([], "/nowhere");
  equal(status, 1);
  match(stderr, /^error: Cannot compile for \S+: No such file or directory.*\n$/);
});

Deno.test("compile: a target that Deno does not know is told", async () => {
  const { status, stderr } = await compile(["--target", "mips"], "/nowhere");
  equal(status, 1);
  match(stderr, /^error: Cannot compile for "mips": say x86_64-unknown-linux-gnu, /);
});
