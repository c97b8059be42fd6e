/**
 * Runs the program as a user would: a process of its own, from source, or the one that
 * `$BINIMPORT_E2E_PROGRAM` names, such as `dist/binimport`.
 */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

const SOURCE = fileURLToPath(new URL("../../../cli.ts", import.meta.url));

/** Nothing else of this process's environment reaches the program. */
const KEPT = ["PATH", "HOME", "DENO_DIR", "XDG_CACHE_HOME", "TMPDIR"];

/** One line of `--json`. */
export type Event = Readonly<Record<string, unknown>>;

/** How the program ended. */
export interface Ended {
  /** Its exit status. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of standard output, read as JSON; fails on a line that is something else. */
  events(): Event[];
}

/** What to run it with. */
export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Its standard input; default: none. */
  readonly stdin?: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** A program, with its first arguments, that is given the program's command line. */
  readonly under?: readonly string[];
}

/** The command that is given the program's arguments. */
function programUnderTest(): readonly string[] {
  const path = Deno.env.get("BINIMPORT_E2E_PROGRAM");
  // Tests start it in folders of their own.
  return path ? [resolve(path)] : [Deno.execPath(), "run", "--allow-all", SOURCE];
}

/** Runs `binimport ARGS…` to its end. */
export async function binimport(
  args: readonly string[],
  { stdin, ...options }: RunOptions = {},
): Promise<Ended> {
  const child = start(args, { ...options, ...(stdin === undefined ? {} : { stdin }) });
  // A program that has seen enough closes its end early.
  const fed = stdin?.pipeTo(child.stdin).catch(() => {});
  const ended = await outcome(child);
  await fed;
  return ended;
}

/** Starts `binimport ARGS…`; see {@linkcode outcome}. */
export function start(args: readonly string[], options: RunOptions = {}): Deno.ChildProcess {
  const kept = KEPT.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const [command = "", ...rest] = [...options.under ?? [], ...programUnderTest(), ...args];
  return new Deno.Command(command, {
    args: rest,
    env: { ...Object.fromEntries(kept), ...options.env },
    clearEnv: true,
    stdin: options.stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  }).spawn();
}

/** How a started program ends. */
export async function outcome(child: Deno.ChildProcess): Promise<Ended> {
  const [{ code }, stdout, stderr] = await Promise.all([
    child.status,
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { status: code, stdout, stderr, events: () => parseLines(stdout) };
}

function parseLines(text: string): Event[] {
  return text.split("\n").filter((line) => line !== "").map((line): Event => JSON.parse(line));
}
