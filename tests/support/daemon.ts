/** Programs that run beside a test, such as servers. */
import { kill } from "./kill.ts";
import { tool } from "./require.ts";

/** A running program. Disposing of it stops it and waits for its end. */
export interface Daemon extends AsyncDisposable {
  readonly pid: number;
  /** Sends it a signal, unless it has ended. */
  signal(signal: Deno.Signal): void;
  /** Stops it and waits for its end. Safe to call again. */
  stop(): Promise<void>;
}

/** How a program is started. */
export interface DaemonCommand extends Pick<Deno.CommandOptions, "cwd" | "uid" | "gid"> {
  readonly argv: readonly [program: string, ...args: string[]];
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** What stops it. Default: `SIGTERM`. */
  readonly stop?: Deno.Signal;
}

/** Starts a program, and waits until `ready` says so; rejects when it ends before that. */
export async function startDaemon(
  { argv: [program, ...args], env = {}, stop = "SIGTERM", ...options }: DaemonCommand,
  ready: () => Promise<boolean>,
): Promise<Daemon> {
  const child = new Deno.Command(tool(program) ?? program, {
    ...options,
    args,
    env: { ...env },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const said = lastWords(child.stderr);
  let running = true;
  const ended = child.status.then(() => running = false);
  while (!await ready()) {
    if (running) await new Promise((resolve) => setTimeout(resolve, 10));
    else throw new Error(`Cannot start ${[program, ...args].join(" ")}: ${await said}`);
  }
  async function end(): Promise<void> {
    kill(child, stop);
    await Promise.all([ended, said]);
  }
  return {
    pid: child.pid,
    signal: (name) => kill(child, name),
    stop: end,
    [Symbol.asyncDispose]: end,
  };
}

/** The end of what it writes on standard error. */
async function lastWords(stderr: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  let text = "";
  for await (const part of stderr.pipeThrough(new TextDecoderStream())) {
    text = (text + part).slice(-2000);
  }
  return text;
}
