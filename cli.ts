/** The program `binimport`: the process's side of the command line. */
import { type Context, openedOnce, type TextOutput } from "./commands/context.ts";
import { Stopped } from "./commands/exit_status.ts";
import { selfCommand } from "./commands/self_command.ts";
import { asksForVersion, tellVersion } from "./commands/version.ts";

const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  Deno.addSignalListener(name, () => {
    if (stop.signal.aborted) Deno.exit({ SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }[name]);
    stop.abort(new Stopped(name));
  });
}

const context: Context = {
  args: Deno.args,
  stdout: textOutput(Deno.stdout),
  stderr: textOutput(Deno.stderr),
  signal: stop.signal,
  self: selfCommand(),
  env: (name) => Deno.env.get(name) || undefined,
  stdin: openedOnce(() => Deno.stdin.readable),
};

Deno.exit(await run());

/** Gives the exit status. */
async function run(): Promise<number> {
  if (asksForVersion(context)) {
    // Loading the rest would take longer than all else.
    tellVersion(context);
    return 0;
  }
  const { runProgram } = await import("./commands/program.ts");
  return await runProgram(context);
}

function textOutput(stream: typeof Deno.stdout | typeof Deno.stderr): TextOutput {
  const encoder = new TextEncoder();
  let closed = false;
  return {
    isTerminal: stream.isTerminal(),
    write(text) {
      for (let bytes = encoder.encode(text); bytes.length > 0 && !closed;) {
        try {
          bytes = bytes.subarray(stream.writeSync(bytes));
        } catch (error) {
          // Whoever read it, such as `head`, or a lost terminal, is gone: the work goes on.
          if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
          closed = true;
        }
      }
    },
    columns() {
      try {
        return Deno.consoleSize().columns;
      } catch {
        return 80;
      }
    },
  };
}
