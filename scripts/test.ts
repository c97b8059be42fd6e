// deno-lint-ignore-file no-console -- it tells how it ended
/**
 * Checks the types, runs all tests and ends with one line: `N passed, N failed`. Tests that need
 * something which is not here are named, with the command that provides it. Arguments go to
 * `deno test`.
 *
 *     deno task test [--filter NAME] [FILE…]
 *     deno task test --packed     also the end-to-end tests with dist/binimport: `deno task pack`
 */
import {
  added,
  failures,
  type Outcome,
  outcomeLine,
  readOutcome,
  skippedNames,
  uncaught,
} from "./testing/outcome.ts";

const PACKED = new URL("../dist/binimport", import.meta.url).pathname;

/** How many files run side by side: more than there are cores, since most of a test is waiting. */
const JOBS = Deno.env.get("DENO_JOBS") ?? `${navigator.hardwareConcurrency + 2}`;

/** Of all runs, told at the end: the first run's own summary is far up by then. */
const failed: string[] = [];

const types = await deno(["task", "--quiet", "check"]);
const outcome = types.success ? await runAll() : { passed: 0, failed: 1, skipped: 0 };
if (failed.length > 0) console.log(`\nFailed:\n\n${failed.join("\n\n")}\n`);
console.log(outcomeLine(outcome));
Deno.exit(outcome.failed === 0 ? 0 : 1);

async function runAll(): Promise<Outcome> {
  const args = Deno.args.filter((arg) => arg !== "--packed");
  const fromSource = await runTests(args);
  if (args.length === Deno.args.length) return fromSource;
  console.log("\nThe end-to-end tests once more, with dist/binimport:");
  return added(fromSource, await runTests(["tests/e2e"], { BINIMPORT_E2E_PROGRAM: PACKED }));
}

async function runTests(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const report = await Deno.makeTempFile({ prefix: "binimport-junit-" });
  try {
    const { success, output } = await deno([
      "test",
      "--allow-all",
      "--no-check", // done
      "--parallel",
      `--junit-path=${report}`,
      ...args,
    ], { DENO_JOBS: JOBS, ...env });
    const junit = await Deno.readTextFile(report);
    failed.push(...uncaught(output), ...failures(junit));
    const names = skippedNames(junit);
    if (names.length > 0) console.log(["Skipped:", ...names, ""].join("\n  ").trimEnd() + "\n");
    return readOutcome(output, success);
  } finally {
    await Deno.remove(report);
  }
}

/** Runs Deno, shows what it prints, and gives what it printed on standard output. */
async function deno(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ success: boolean; output: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
    // What it prints goes through a pipe, and is to look as if it did not.
    env: { ...env, ...(Deno.stdout.isTerminal() ? { FORCE_COLOR: "1" } : {}) },
  }).spawn();
  let output = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    output += text;
    await Deno.stdout.write(new TextEncoder().encode(text));
  }
  return { success: (await child.status).success, output };
}
