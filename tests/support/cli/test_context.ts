/** A process for commands under test. */
import type { Context, TextOutput } from "../../../cli/context.ts";
import { runProgram } from "../../../cli/program.ts";

/** What a process wrote and how it ended. */
export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line in this process, with these variables and no others. */
export async function runHere(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const stdout = captured();
  const stderr = captured();
  const context: Context = {
    args,
    stdout,
    stderr,
    signal: new AbortController().signal,
    env: (name) => env[name] || undefined,
    kept: env,
    stdin: () => ReadableStream.from([]),
  };
  const status = await runProgram(context);
  return { status, stdout: stdout.text(), stderr: stderr.text() };
}

/** An output that keeps what is written; `terminal` makes it one of that many columns. */
export function captured(terminal?: number): TextOutput & { text(): string } {
  const written: string[] = [];
  return {
    isTerminal: terminal !== undefined,
    write: (text) => void written.push(text),
    columns: () => terminal ?? 80,
    text: () => written.join(""),
  };
}
