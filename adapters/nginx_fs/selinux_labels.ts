/** SELinux on this host, and the programs that read and set labels. */
import { existsSync, readFileSync } from "node:fs";
import { messageOf } from "../../core/util/errors.ts";

/** What has to be known of a host, and done on it. */
export interface SelinuxHost {
  /** Whether there is SELinux, and its policy is enforced and not only logged. */
  isEnforcing(): boolean;
  /** Whether a boolean of the policy is on. */
  isOn(name: string): boolean;
  /** Runs a program of coreutils, libselinux or policycoreutils; one that is absent has failed. */
  run(tool: "stat" | "chcon" | "matchpathcon" | "restorecon", args: readonly string[]): Promise<{
    readonly success: boolean;
    readonly stdout: string;
    /** What it said of a failure, on one line. */
    readonly failure: string;
  }>;
}

/** Where distributions keep these programs. `$PATH` is not asked: they are run as root. */
const FOLDERS = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/** How long a program may take, in ms: it may have a million files to go through. */
const TIME_LIMIT = 10 * 60_000;

/** The host that we run on. Programs end when the signal is aborted. */
export function selinuxHost(signal: AbortSignal | undefined): SelinuxHost {
  return {
    isEnforcing: () => readFlag("enforce"),
    isOn: (name) => readFlag(`booleans/${name}`),
    async run(tool, args) {
      const failed = (failure: string) => ({ success: false, stdout: "", failure });
      const path = FOLDERS.map((folder) => `${folder}/${tool}`).find((one) => existsSync(one));
      if (path === undefined) return failed(`there is no ${tool} on this host`);
      const limit = AbortSignal.timeout(TIME_LIMIT);
      try {
        const { success, stdout, stderr } = await new Deno.Command(path, {
          args: [...args],
          env: { LC_ALL: "C" },
          clearEnv: true,
          stdin: "null",
          signal: AbortSignal.any(signal === undefined ? [limit] : [signal, limit]),
        }).output();
        const [first] = new TextDecoder().decode(stderr).trim().split("\n");
        const failure = limit.aborted ? `${path} took too long` : first || `${path} failed`;
        return { success, stdout: new TextDecoder().decode(stdout), failure };
      } catch (error) {
        return failed(messageOf(error));
      } finally {
        signal?.throwIfAborted();
      }
    },
  };
}

/** Whether the kernel has 1 there; not where there is no SELinux, or it is not for us to see. */
function readFlag(name: string): boolean {
  try {
    return readFileSync(`/sys/fs/selinux/${name}`, "utf8").startsWith("1");
  } catch {
    return false;
  }
}

/** The types of files, folders and links, by their paths; of what has no label, or is gone, none. */
async function typesOf(paths: readonly string[], selinux: SelinuxHost) {
  // It fails when just one path has no label, and tells of the others all the same.
  const { stdout } = await selinux.run("stat", ["--printf=%n\\0%C\\0", "--", ...paths]);
  const labels = stdout.matchAll(/([^\0]*)\0([^\0]*)\0/g);
  return new Map(labels.map(([, path = "", label = ""]) => [path, typeIn(label)]));
}

/** The type of one path, such as `default_t`. */
export async function typeOf(path: string, selinux: SelinuxHost): Promise<string | undefined> {
  return (await typesOf([path], selinux)).get(path);
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

/** Arguments of one program hold at most so many paths: 255 × 4,096 bytes are within ARG_MAX. */
const BATCH = 255;

/** Gives whatever has a wrong type, at or below a path, another one; gives the reason of a failure. */
export async function retype(
  top: string,
  isWrong: (type: string) => boolean,
  to: string,
  selinux: SelinuxHost,
): Promise<string | undefined> {
  const paths = [...pathsBelow(top)];
  for (let at = 0; at < paths.length; at += BATCH) {
    const types = await typesOf(paths.slice(at, at + BATCH), selinux);
    const wrong = [...types].flatMap(([path, type]) => type && isWrong(type) ? [path] : []);
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
  } catch { /* gone, or not for us */ }
}
