/**
 * Programs that are run to be asked something: by argv, never through a shell, with a limit of time
 * and one of output.
 */
import { messageOf } from "../../core/util/errors.ts";

export interface Ended {
  /** Its exit status; undefined when it was stopped because its output was cut. */
  readonly status: number | undefined;
  /** Its standard output, as far as the limit allowed. */
  readonly stdout: Uint8Array<ArrayBuffer>;
  readonly stderr: string;
}

/** How to run a program. */
export interface ChildOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Bytes of standard output that are read. */
  readonly outputLimit: number;
  /** What happens beyond the limit: it is an error, or the rest is not wanted. */
  readonly beyond: "error" | "cut";
}

/** It could not be run, or not to its end; the message says why, such as `no answer within 5 s`. */
export class ChildFailure extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = "ChildFailure";
  }
}

/** Of what it says of a failure so much is kept, in bytes. */
const STDERR_LIMIT = 64 * 1024;

/**
 * Runs a program to its end, with no standard input. Whatever it started is ended with it: it is
 * given a process group of its own. Rejects with {@linkcode ChildFailure}, whose cause is the
 * signal's reason when that was aborted.
 */
export async function runChild(
  program: string,
  args: readonly string[],
  { env, signal, outputLimit, beyond }: ChildOptions,
): Promise<Ended> {
  if (signal.aborted) throw stopped(signal);
  const child = start(program, args, env);
  const end = () => kill(child);
  signal.addEventListener("abort", end, { once: true });
  try {
    const [stdout, stderr] = await Promise.all([
      readUpTo(child.stdout, outputLimit, signal, end),
      readUpTo(child.stderr, STDERR_LIMIT, signal, () => {}),
    ]);
    const { code } = await child.status;
    if (signal.aborted) throw stopped(signal);
    if (stdout.cut && beyond === "error") {
      throw new ChildFailure(`it answers with more than ${outputLimit / 1024 / 1024} MiB`);
    }
    return {
      status: stdout.cut ? undefined : code,
      stdout: stdout.bytes,
      stderr: new TextDecoder().decode(stderr.bytes).trim(),
    };
  } finally {
    signal.removeEventListener("abort", end);
  }
}

function start(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Deno.ChildProcess {
  try {
    return new Deno.Command(program, {
      args: [...args],
      env: { ...env },
      clearEnv: true,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      detached: true,
    }).spawn();
  } catch (cause) {
    throw new ChildFailure(`it cannot be started: ${messageOf(cause)}`, { cause });
  }
}

function stopped(signal: AbortSignal): ChildFailure {
  return new ChildFailure("it was stopped", { cause: signal.reason });
}

/** The whole group; it may have ended meanwhile. */
function kill({ pid }: Deno.ChildProcess): void {
  try {
    Deno.kill(-pid, "SIGKILL");
  } catch {
    // Nobody is left.
  }
}

/**
 * Reads to the end, to a limit, or until the signal is aborted: what left the process group could
 * keep a pipe open for ever. Calls `onCut` where the limit ends it.
 */
async function readUpTo(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  limit: number,
  signal: AbortSignal,
  onCut: () => void,
): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly cut: boolean }> {
  const reader = stream.getReader();
  const cancel = () => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", cancel, { once: true });
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  try {
    while (size <= limit) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value);
      size += value.length;
    }
  } finally {
    signal.removeEventListener("abort", cancel);
    cancel();
    if (size > limit) onCut();
  }
  const bytes = new Uint8Array(await new Blob(chunks).arrayBuffer());
  return { bytes: bytes.subarray(0, limit), cut: size > limit };
}
