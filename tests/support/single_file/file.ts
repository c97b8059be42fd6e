/** The packed file, as a node's user runs it. */
import { fileURLToPath } from "node:url";
import project from "../../../deno.json" with { type: "json" };
import { type Ended, outcome } from "../e2e/run.ts";
import { registerTest, tool } from "../require.ts";

/** The file for this machine. */
export const FILE = fileURLToPath(new URL("../../../dist/binimport", import.meta.url));

/** The file for arm64. */
export const ARM64_FILE = `${FILE}-arm64`;

/** What `--version` prints. */
export const VERSION_LINE = `${project.version}\n`;

/** What is there of a system's folders. */
const SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** How to run it. Nothing of this process's environment is passed on but what is given here. */
export interface FileOptions {
  /** Default: none but `PATH`. */
  readonly env?: Readonly<Record<string, string>>;
  /** A program, with its first arguments, that starts the file. */
  readonly under?: readonly string[];
  /** Default: {@linkcode FILE}. */
  readonly file?: string;
  readonly cwd?: string;
  readonly stdin?: Uint8Array<ArrayBuffer>;
}

/** Runs the file to its end. */
export async function runFile(
  args: readonly string[],
  { stdin, ...options }: FileOptions = {},
): Promise<Ended> {
  const child = startFile(args, { ...options, ...(stdin === undefined ? {} : { stdin }) });
  if (stdin !== undefined) await ReadableStream.from([stdin]).pipeTo(child.stdin);
  return await outcome(child);
}

/** Starts the file. */
export function startFile(
  args: readonly string[],
  { env = {}, under = [], file = FILE, cwd, stdin }: FileOptions = {},
): Deno.ChildProcess {
  const [command = "", ...rest] = [...under, file, ...args];
  return new Deno.Command(command, {
    args: rest,
    env: { PATH: SYSTEM_PATH, ...env },
    clearEnv: true,
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
    ...(cwd === undefined ? {} : { cwd }),
  }).spawn();
}

/** Registers a test of the file; it is skipped where there is no file, or none of these programs. */
export function testFile(
  name: string,
  programs: readonly string[],
  run: (t: Deno.TestContext, folder: string) => Promise<void>,
  file: string = FILE,
): void {
  const absent = programs.filter((program) => tool(program) === undefined);
  const reasons = [
    ...(exists(file) ? [] : [`needs dist/${file.split("/").at(-1)}: deno task pack`]),
    ...(absent.length === 0 ? [] : [`needs ${absent.join(", ")}: deno task services`]),
  ];
  registerTest(name, reasons, async (t) => {
    // Without links in its name: that is how the kernel tells where a program lies.
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "binimport-file-" }));
    try {
      await run(t, folder);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Names below a cache, sorted; the program's own is shown as `ID`, starts under way as `.new`. */
export function unpackedIn(cache: string): string[] {
  return [...Deno.readDirSync(cache)].map(({ name }) =>
    name.replace(/^\.new\..*$/, ".new").replace(/^\d+\.\d+\.\d+-[0-9a-f]{16}$/, "ID")
  ).sort();
}
