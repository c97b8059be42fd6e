/** The process: when it is asked to stop, its variables that are secret, its standard streams. */
import { tried } from "../core/util/tried.ts";
import {
  type Context,
  exitStatus,
  STOP_SIGNALS,
  Stopped,
  type TextOutput,
  usageError,
} from "./context.ts";

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
  const status = tried(() => Deno.readTextFileSync("/proc/self/status")) ?? "";
  return BigInt(`0x${/^SigIgn:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`);
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
  return { kept, env: (name) => (kept[name] ?? readVariable(name)) || undefined };
}

/** One that is not in UTF-8 counts as unset, unless an option or a package is given by it. */
function readVariable(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.InvalidData)) throw cause;
    if (!/^BINIMPORT_|^MAPPING_PATH$|_PKG_PATH$|_TOOLS_PATH$/.test(name)) return undefined;
    throw usageError(`Cannot use $${name}: it is not in UTF-8`, "Unset it.", cause);
  }
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

/** The user's locale, such as `zh_CN.UTF-8`: the first of these that is set decides (POSIX, 8.2). */
export function localeOf(env: (name: string) => string | undefined): string {
  return env("LC_ALL") ?? env("LC_CTYPE") ?? env("LANG") ?? "C";
}

/** What stands in for the characters that our own texts have; a `?` for any other, as of ls(1). */
const STAND_INS: Readonly<Record<string, string>> = { "…": "...", "→": "->", "—": "-", "–": "-" };

/** How long to wait for a reader that is slow, in milliseconds. */
const PAUSE = 5;

/**
 * Text to standard output or standard error; to a terminal of no UTF-8 in ASCII. When that cannot be
 * written to any more, the work goes on; `failure` tells why not all is there, or nothing when its
 * reader, such as `head`, had enough.
 */
export function textOutput(
  stream: Pick<typeof Deno.stdout, "isTerminal" | "writeSync">,
  env: (name: string) => string | undefined,
): TextOutput & { failure(): unknown } {
  const isTerminal = stream.isTerminal();
  const isAscii = isTerminal && !/utf-?8/i.test(localeOf(env));
  let closed = false;
  let failure: unknown;
  return {
    isTerminal,
    failure: () => failure,
    write(text) {
      const shown = isAscii ? text.replace(/[^\x00-\x7f]/gu, (one) => STAND_INS[one] ?? "?") : text;
      for (let bytes = new TextEncoder().encode(shown); bytes.length > 0 && !closed;) {
        try {
          bytes = bytes.subarray(stream.writeSync(bytes));
        } catch (error) {
          // A pipe may have been made non-blocking by whoever shares it, as ssh does.
          if (error instanceof Deno.errors.WouldBlock) {
            Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
            continue;
          }
          closed = true;
          // Whoever read it is gone; a terminal that is lost (EIO) had no other reader either.
          const isGone = error instanceof Deno.errors.BrokenPipe ||
            error instanceof Error && "code" in error && error.code === "EIO";
          if (!isGone) failure = error;
        }
      }
    },
    columns: () => tried(() => Deno.consoleSize().columns) ?? 80,
  };
}

/** What these keys send in raw mode. */
const [CTRL_C, CTRL_D, CTRL_U, DELETE] = ["\x03", "\x04", "\x15", "\x7f"];

/** Asks in the process's terminal for what nobody is to see; null after Ctrl-C, or at the end. */
export function promptHidden(question: string): string | null {
  const { stdin, stdout } = Deno;
  const say = (text: string) => stdout.writeSync(new TextEncoder().encode(text));
  const typed: number[] = [];
  const byte = new Uint8Array(1);
  say(`${question} `);
  stdin.setRaw(true);
  try {
    for (;;) {
      const [code = 4] = stdin.readSync(byte) === null ? [] : byte;
      const key = String.fromCharCode(code);
      if (key === "\r" || key === "\n") return new TextDecoder().decode(Uint8Array.from(typed));
      if (key === CTRL_C || (key === CTRL_D && typed.length === 0)) return null;
      if (key === CTRL_U) typed.length = 0;
      else if (key === "\b" || key === DELETE) {
        // A character may have several bytes: those behind its first one begin with the bits 10.
        while (((typed.pop() ?? 0) & 0xc0) === 0x80);
      } else if (key >= " ") typed.push(code);
    }
  } finally {
    stdin.setRaw(false);
    say("\n");
  }
}
