/** The program `binimport`: the process's side of the command line. */
import { printedVersion, selfCommand } from "./cli/about.ts";
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

// Loading the rest would take longer than to tell the version.
const status = printedVersion(context)
  ? 0
  : await (await import("./cli/program.ts")).runProgram(context);
const failure = stdout.failure();
if (failure === undefined) Deno.exit(status);
// A result that nobody could be told is no success.
const state = failure instanceof Error ? failure.message : failure;
stderr.write(`error: Cannot write to standard output: ${state}\n`);
Deno.exit(status || REFUSED);
