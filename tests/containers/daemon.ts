/** Daemons of container runtimes, for the time of a test. */

/** A running program. Disposing of it stops it and waits for its end. */
export type Daemon = AsyncDisposable;

/** Starts a program, and waits until `ready` says so. */
export async function startDaemon(
  [program, ...args]: readonly [program: string, ...args: string[]],
  env: Readonly<Record<string, string>>,
  ready: () => Promise<boolean>,
): Promise<Daemon> {
  const log = await Deno.makeTempFile({ prefix: "binimport-daemon-" });
  const file = await Deno.open(log, { write: true });
  const child = new Deno.Command(program, {
    args,
    env: { ...env },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const copied = child.stderr.pipeTo(file.writable);
  let running = true;
  const ended = child.status.then(() => running = false);
  const daemon = {
    async [Symbol.asyncDispose]() {
      if (running) child.kill("SIGTERM");
      await ended;
      await copied;
      await Deno.remove(log);
    },
  };
  while (!await ready()) {
    if (running) await new Promise((resolve) => setTimeout(resolve, 50));
    else {
      await copied;
      const text = await Deno.readTextFile(log);
      await daemon[Symbol.asyncDispose]();
      throw new Error(`Cannot start ${args.join(" ")}: ${text.slice(-2000)}`);
    }
  }
  return daemon;
}

/** Whether a command succeeds. */
export async function succeeds(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<boolean> {
  const command = new Deno.Command(program, {
    args: [...args],
    env: { ...env },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  });
  return (await command.output()).success;
}
