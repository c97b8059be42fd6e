/** The process: when it is asked to stop, its variables that are secret, and its standard input. */
import { type Context, exitStatus, STOP_SIGNALS, Stopped, usageError } from "./context.ts";

/** Milliseconds for tidying up: a server may never answer. The next run removes what is left then. */
const GRACE = 1_800;

/** Aborted when the process is asked to stop. Asked again, or too late with tidying up, it exits. */
export function stopSignal(exit: (status: number, late: boolean) => void): AbortSignal {
  const stop = new AbortController();
  const ignored = ignoredSignals();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    // What nohup, or a shell that starts it in the background, has it ignore stays ignored; by a
    // listener, for Deno makes SIGHUP end the process once there are any.
    const isIgnored = ((ignored >> BigInt(STOP_SIGNALS[name] - 1)) & 1n) === 1n;
    const reason = new Stopped(name);
    Deno.addSignalListener(name, () => {
      if (isIgnored) return;
      if (stop.signal.aborted) return exit(exitStatus(reason), false);
      stop.abort(reason);
      Deno.unrefTimer(setTimeout(() => exit(exitStatus(reason), true), GRACE));
    });
  }
  return stop.signal;
}

/** As a bit mask (proc(5), SigIgn); none where /proc may not be read. */
function ignoredSignals(): bigint {
  try {
    const status = Deno.readTextFileSync("/proc/self/status");
    return BigInt(`0x${/^SigIgn:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`);
  } catch {
    return 0n;
  }
}

/** Ours, and S3 clients': no child needs them. With LOG_… the YAML library prints what it reads. */
const SECRET =
  /^(?:BINIMPORT_.*|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|MINIO_ROOT_PASSWORD|MINIO_SECRET_KEY|MC_HOST_.*|LOG_(?:TOKENS|STREAM))$/;

/** Takes the secrets out of the process's environment; gives what still reads all of it. */
export function takeSecrets(): Required<Pick<Context, "env" | "kept">> {
  const kept: Record<string, string> = {};
  try {
    for (const [name, value] of Object.entries(Deno.env.toObject())) {
      if (!SECRET.test(name)) continue;
      kept[name] = value;
      Deno.env.delete(name);
    }
  } catch (error) {
    // Deno may read only some that it was told by name: then children get those too.
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
  }
  return { kept, env: (name) => (kept[name] ?? Deno.env.get(name)) || undefined };
}

/** A way to open something that can be opened once, such as standard input. */
export function openedOnce<T>(open: () => T): () => T {
  let opened = false;
  return () => {
    if (opened) {
      const hint = "Use `-` for one package or for one secret, not for both.";
      throw usageError("Cannot read standard input twice", hint);
    }
    opened = true;
    return open();
  };
}
