/** SELinux on this host, and the programs that read and set labels. */
import { messageOf } from "../../../core/errors.ts";

/** Programs of coreutils, libselinux and policycoreutils. */
export type Tool = "stat" | "chcon" | "matchpathcon" | "restorecon";

/** How a program ended. */
export interface Ran {
  /** Whether it ended with 0. */
  readonly success: boolean;
  /** Its standard output. */
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
      if (path === undefined) return failed(`there is no ${tool} on this host`);
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
    return failed(messageOf(error));
  } finally {
    clearTimeout(timer);
    signal?.throwIfAborted();
  }
}

function failed(failure: string): Ran {
  return { success: false, stdout: "", failure };
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
