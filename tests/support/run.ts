/** Runs programs in tests. */
import assert from "node:assert/strict";

/** What to run a program with. */
export interface RunOptions {
  /** Bytes for its standard input. */
  readonly input?: Uint8Array;
  /** The folder to run it in. */
  readonly cwd?: string;
  /** Environment variables to add. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What a program writes to standard output; fails when it fails. */
export async function run(
  program: string,
  args: readonly string[],
  { input, cwd, env }: RunOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const child = new Deno.Command(program, {
    args: [...args],
    stdin: input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env: { ...env } }),
  }).spawn();
  const fed = input === undefined ? undefined : ReadableStream.from([input]).pipeTo(child.stdin);
  const { success, stdout, stderr } = await child.output();
  assert(success, `${program} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  await fed;
  return new Uint8Array(stdout);
}
