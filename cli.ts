/** The program `binimport`: the process's side of the command line. */
import { printedVersion, selfCommand } from "./cli/about.ts";
import { printedCandidates } from "./cli/completions/mod.ts";
import { type Context, REFUSED } from "./cli/context.ts";
import { printedHelp } from "./cli/help.ts";
import { openedOnce, promptHidden, stopSignal, takeSecrets, textOutput } from "./cli/process.ts";

const { exit } = Deno; // while plug-ins run, the one that they see refuses
const secrets = takeSecrets();
const signal = stopSignal((status, late) => {
  if (late) stderr.write("error: Stopped before clean-up finished; the next import completes it\n");
  exit(status);
});
const stdin = openedOnce(() => Deno.stdin.readable);
const stdout = textOutput(Deno.stdout, secrets.env);
const stderr = textOutput(Deno.stderr, secrets.env);

const context: Context = {
  ...secrets,
  args: Deno.args,
  signal,
  stdin,
  stdout,
  stderr,
  self: selfCommand(),
  ask: Deno.stdin.isTerminal() && Deno.stdout.isTerminal()
    ? (question, hidden) => hidden ? promptHidden(question) : prompt(question)
    : undefined,
};

// Loading the rest would take longer than to tell this.
const status = printedVersion(context) || printedHelp(context) || await printedCandidates(context)
  ? 0
  : await (await import("./cli/program.ts")).runProgram(context);
const failure = stdout.failure();
if (failure === undefined) exit(status);
// A result that nobody could be told is no success.
const state = failure instanceof Error ? failure.message : failure;
stderr.write(`error: Cannot write to standard output: ${state}\n`);
exit(status || REFUSED);
