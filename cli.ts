/** The program `binimport`: the process's side of the command line. */
import { asksForVersion, printVersion, selfCommand } from "./cli/about.ts";
import { type Context, openedOnce, REFUSED } from "./cli/context.ts";
import { stopSignal, takeSecrets } from "./cli/process.ts";
import { promptHidden, textOutput } from "./cli/terminal.ts";

const stdout = textOutput(Deno.stdout);
const stderr = textOutput(Deno.stderr);

const context: Context = {
  args: Deno.args,
  stdout,
  stderr,
  signal: stopSignal((status, late) => {
    if (late) {
      stderr.write("error: Stopped before clean-up finished; the next import completes it\n");
    }
    Deno.exit(status);
  }),
  self: selfCommand(),
  ...takeSecrets(),
  ask: Deno.stdin.isTerminal() && Deno.stdout.isTerminal()
    ? (question, hidden) => hidden ? promptHidden(question) : prompt(question)
    : undefined,
  stdin: openedOnce(() => Deno.stdin.readable),
};

Deno.exit(checked(await run()));

async function run(): Promise<number> {
  if (asksForVersion(context)) {
    // Loading the rest would take longer than all else.
    printVersion(context);
    return 0;
  }
  const { runProgram } = await import("./cli/program.ts");
  return await runProgram(context);
}

/** A result that nobody could be told is no success. */
function checked(status: number): number {
  const failure = stdout.failure();
  if (failure === undefined) return status;
  const state = failure instanceof Error ? failure.message : String(failure);
  stderr.write(`error: Cannot write to standard output: ${state}\n`);
  return status === 0 ? REFUSED : status;
}
