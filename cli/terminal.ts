/** The terminal, which may show no UTF-8: what is written to it, and what is typed unseen. */
import type { TextOutput } from "./context.ts";

/** Whether the user's locale is one of UTF-8. */
function isUtf8Locale(env: (name: string) => string | undefined): boolean {
  return /utf-?8/i.test(localeOf(env));
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
 * Text to standard output or standard error; to a terminal of no UTF-8 in ASCII. When that cannot be written to any more, the work goes
 * on; `failure` tells why not all is there, or nothing when its reader, such as `head`, had enough.
 */
export function textOutput(
  stream: Pick<typeof Deno.stdout, "isTerminal" | "writeSync">,
  env: (name: string) => string | undefined,
): TextOutput & { failure(): unknown } {
  const isTerminal = stream.isTerminal();
  const isAscii = isTerminal && !isUtf8Locale(env);
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
    columns() {
      try {
        return Deno.consoleSize().columns;
      } catch {
        return 80;
      }
    },
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
