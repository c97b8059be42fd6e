/** SELinux on this host, and the programs that read and set labels. */
import { messageOf } from "../../../core/util/errors.ts";

/** Programs of coreutils, libselinux and policycoreutils. */
export type Tool = "stat" | "chcon" | "matchpathcon" | "restorecon";

export interface Ran {
  /** Whether it ended with 0. */
  readonly success: boolean;
  readonly stdout: string;
  /** What it said of a failure, on one line. */
  readonly failure: string;
}

/** What has to be known of a host, and done on it. */
export interface SelinuxHost {
  /** Whether there is SELinux, and its policy is enforced and not only logged. */
  isEnforcing(): boolean;
  /** Whether a boolean of the policy is on. */
  isOn(name: string): boolean;
  /** Runs a program to its end; one that is absent has failed. */
  run(tool: Tool, args: readonly string[]): Promise<Ran>;
}

const SELINUXFS = "/sys/fs/selinux";

/** Where distributions keep these programs. `$PATH` is not asked: they are run as root. */
const FOLDERS = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/** How long a program may take, in ms: it may have a million files to go through. */
const TIME_LIMIT = 10 * 60_000;

/** SELinux on the host that we run on. Programs end when the signal is aborted. */
export function selinuxHost(signal: AbortSignal | undefined): SelinuxHost {
  return {
    isEnforcing: () => read(`${SELINUXFS}/enforce`) === "1",
    isOn: (name) => read(`${SELINUXFS}/booleans/${name}`)?.startsWith("1") ?? false,
    async run(tool, args) {
      const path = FOLDERS.map((folder) => `${folder}/${tool}`).find(isFile);
      if (path === undefined) {
        return { success: false, stdout: "", failure: `there is no ${tool} on this host` };
      }
      return await runProgram(path, args, signal);
    },
  };
}

async function runProgram(
  path: string,
  args: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Ran> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), TIME_LIMIT);
  try {
    const { success, stdout, stderr } = await new Deno.Command(path, {
      args: [...args],
      env: { LC_ALL: "C" },
      clearEnv: true,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      signal: signal === undefined ? limit.signal : AbortSignal.any([signal, limit.signal]),
    }).output();
    const [first = ""] = new TextDecoder().decode(stderr).trim().split("\n");
    const failure = limit.signal.aborted ? `${path} took too long` : first || `${path} failed`;
    return { success, stdout: new TextDecoder().decode(stdout), failure };
  } catch (error) {
    return { success: false, stdout: "", failure: messageOf(error) };
  } finally {
    clearTimeout(timer);
    signal?.throwIfAborted();
  }
}

/** The text of a file of the kernel; undefined when it is not there, or not for us. */
function read(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path).trim();
  } catch {
    return undefined;
  }
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Arguments of one program hold at most so many paths: 255 × 4,096 bytes are within ARG_MAX. */
const BATCH = 255;

/**
 * The types of files, folders and links, by their paths: `default_t` of
 * `system_u:object_r:default_t:s0`. What has no label, or is gone, is left out.
 */
export async function typesOf(
  paths: readonly string[],
  selinux: SelinuxHost,
): Promise<Map<string, string>> {
  // It fails when just one path has no label, and tells of the others all the same.
  const { stdout } = await selinux.run("stat", ["--printf=%n\\0%C\\0", "--", ...paths]);
  const fields = stdout.split("\0");
  const types = new Map<string, string>();
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const type = typeIn(fields[i + 1] ?? "");
    if (type !== undefined) types.set(fields[i] ?? "", type);
  }
  return types;
}

/** The type that the host's policy has for a folder; undefined when it has none. */
export async function policyTypeOf(
  folder: string,
  selinux: SelinuxHost,
): Promise<string | undefined> {
  const { stdout } = await selinux.run("matchpathcon", ["-n", "-m", "dir", "--", folder]);
  return typeIn(stdout.trim()); // `<<none>>` where the policy leaves it open
}

/** The third field of USER:ROLE:TYPE[:LEVEL]. */
function typeIn(label: string): string | undefined {
  return /^[^:]+:[^:]+:([^:]+)(?::|$)/.exec(label)?.[1];
}

/**
 * Gives whatever lies at or below a path and has a wrong type another one; all else keeps its own,
 * and so does what may not be seen. Gives the reason when that failed.
 */
export async function retype(
  top: string,
  isWrong: (type: string) => boolean,
  to: string,
  selinux: SelinuxHost,
): Promise<string | undefined> {
  const paths = [...pathsBelow(top)];
  for (let at = 0; at < paths.length; at += BATCH) {
    const types = await typesOf(paths.slice(at, at + BATCH), selinux);
    const wrong = [...types].filter(([, type]) => isWrong(type)).map(([path]) => path);
    if (wrong.length === 0) continue;
    const args = ["--no-dereference", "-t", to, "--", ...wrong];
    const { success, failure } = await selinux.run("chcon", args);
    if (!success) return failure;
  }
}

function* pathsBelow(path: string): Generator<string> {
  yield path;
  try {
    for (const { name, isDirectory } of Deno.readDirSync(path)) {
      if (isDirectory) yield* pathsBelow(`${path}/${name}`);
      else yield `${path}/${name}`;
    }
  } catch {
    // Gone, or not for us.
  }
}
