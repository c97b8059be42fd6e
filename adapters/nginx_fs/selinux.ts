/**
 * Making sure that SELinux lets a web server read what will be written. From Fedora's policy, that
 * of RHEL too: https://github.com/fedora-selinux/selinux-policy, apache.te, apache.fc and domain.te;
 * its types are those of Debian's policy. nginx, Apache and lighttpd all run as httpd_t.
 */
import { existsSync, readFileSync } from "node:fs";
import type { AdapterHost } from "../../core/storage/mod.ts";
import { messageOf } from "../../core/util/errors.ts";
import { shellWord } from "../../core/util/hints.ts";
import { tried } from "../../core/util/tried.ts";
import type { Paths } from "./dir_handle.ts";

/**
 * Sets types that web servers could not read, or warns, where SELinux is enforcing; before anything
 * is written: a new file gets the type of its folder, and keeps it when it is renamed. On a `look`,
 * nothing is changed.
 */
export async function letServerRead(
  { root, state }: Paths,
  selinux: SelinuxHost,
  host: AdapterHost,
  how: "look" | "set" = "set",
): Promise<void> {
  if (!selinux.isEnforcing()) return;
  const type = await typeOf(root, selinux);
  const isServed = type === undefined || SERVED.has(type);
  const policyType = isServed ? undefined : await policyTypeOf(root, selinux);
  const remedy = remedyFor({ path: root, type, policyType, isOn: selinux.isOn });
  if (how === "look" && remedy.kind === "none") return;
  const untilImport = how === "look" && `its SELinux type is "${type}", until an import changes it`;
  const set = async () => {
    if (remedy.kind === "retype") return retype(root, (one) => one === type, CONTENT, selinux);
    if (remedy.kind === "restore") {
      const { success, failure } = await selinux.run("restorecon", ["-R", "--", root]);
      return success ? undefined : failure;
    }
    // Our own folder may have been made when the root had another type.
    return retype(state, (one) => one !== type && !SERVED.has(one), type ?? "", selinux);
  };
  const failure = remedy.reason || untilImport || await set();
  if (failure !== undefined) return warnUnread(root, failure, remedy, host);
  if (remedy.kind === "none") return;
  const now = await typeOf(root, selinux);
  if (now === undefined || !SERVED.has(now)) {
    return warnUnread(root, `its SELinux type is still "${now}"`, remedy, host);
  }
  if (remedy.kind === "restore") return host.debug(`restorecon gave ${root} the type ${now}`);
  const had = `had the SELinux type "${type}", which web servers may not read`;
  const message = `${JSON.stringify(root)} and what is in it ${had}; it is "${now}" now`;
  host.warn("selinux-retyped", message, `To make it last: ${lastingCommand(root)}`);
}

function warnUnread(root: string, reason: string, { boolean }: Remedy, host: AdapterHost): void {
  const command = boolean === undefined ? lastingCommand(root) : `setsebool -P ${boolean} on`;
  const message = `SELinux may keep web servers from reading ${JSON.stringify(root)}: ${reason}`;
  const hint = `If it does: ${command}. If it does not, --selinux off spares you this warning.`;
  host.warn("selinux-unread", message, hint);
}

/** A rule in the policy, which a relabelling of the host follows, and its application. */
function lastingCommand(root: string): string {
  const pattern = `${root.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")}(/.*)?`;
  const rule = `semanage fcontext -a -t ${CONTENT} ${shellWord(pattern)}`;
  return `${rule} && restorecon -R ${shellWord(root)}`;
}

/** The type of content that web servers read and nobody writes. */
const CONTENT = "httpd_sys_content_t";

/** Types that httpd_t reads in any case; and those of a container's mounts, which are its own. */
const SERVED: ReadonlySet<string> = new Set([
  ...[CONTENT, "httpd_sys_rw_content_t", "httpd_sys_ra_content_t", "httpd_user_content_t"],
  ...["public_content_t", "public_content_rw_t"],
  "usr_t", // whatever is confined reads it
  ...["container_file_t", "container_ro_file_t", "svirt_sandbox_file_t"],
]);

/** Types that things have for where they were made, and that no service relies on. */
const NOBODYS: ReadonlySet<string> = new Set([
  ...["default_t", "unlabeled_t", "mnt_t", "var_t"],
  ...["user_home_t", "admin_home_t", "user_tmp_t"],
]);

/** Types of whole mounts, whose files have no labels of their own, and the booleans for them. */
const MOUNTS: ReadonlyMap<string, string> = new Map([
  ["nfs_t", "httpd_use_nfs"],
  ["cifs_t", "httpd_use_cifs"],
  ["fusefs_t", "httpd_use_fusefs"],
]);

/** What is to be done about a root. */
export interface Remedy {
  /**
   * `restore`: the policy has a type for it that is read, restorecon(8) sets it; `retype`: what has
   * the root's type gets {@linkcode CONTENT}; `boolean` and `ask` are for the administrator.
   */
  readonly kind: "none" | "restore" | "retype" | "boolean" | "ask";
  /** Why the administrator has to decide. */
  readonly reason?: string;
  /** The boolean of the policy that has to be switched on. */
  readonly boolean?: string;
}

/** What is to be done so that web servers read a root; `policyType` is what the policy has for it. */
export function remedyFor({ path, type, policyType, isOn }: {
  readonly path: string;
  readonly type: string | undefined;
  readonly policyType: string | undefined;
  readonly isOn: SelinuxHost["isOn"];
}): Remedy {
  if (type === undefined) return { kind: "ask", reason: "its SELinux type cannot be read" };
  const boolean = MOUNTS.get(type);
  if (SERVED.has(type) || (boolean !== undefined && isOn(boolean))) return { kind: "none" };
  if (boolean !== undefined) {
    const reason = `its mount has the SELinux type "${type}" as a whole`;
    return { kind: "boolean", reason, boolean };
  }
  if (policyType !== undefined && SERVED.has(policyType)) return { kind: "restore" };
  // `/var`, `/srv` and `/mnt` are of such types, too; `/data`, which the policy does not know, is not.
  const isSystemFolder = path.lastIndexOf("/") === 0 && type !== "default_t";
  if (NOBODYS.has(type) && !isSystemFolder) return { kind: "retype" };
  return { kind: "ask", reason: `other services may rely on its SELinux type "${type}"` };
}

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
  return tried(() => readFileSync(`/sys/fs/selinux/${name}`, "utf8"))?.startsWith("1") ?? false;
}

/** The types of files, folders and links, by their paths; of what has no label, or is gone, none. */
async function typesOf(paths: readonly string[], selinux: SelinuxHost) {
  // It fails when just one path has no label, and tells of the others all the same.
  const { stdout } = await selinux.run("stat", ["--printf=%n\\0%C\\0", "--", ...paths]);
  const labels = stdout.matchAll(/([^\0]*)\0([^\0]*)\0/g);
  return new Map(labels.map(([, path = "", label = ""]) => [path, typeIn(label)]));
}

/** The type of one path, such as `default_t`. */
async function typeOf(path: string, selinux: SelinuxHost): Promise<string | undefined> {
  return (await typesOf([path], selinux)).get(path);
}

/** The type that the host's policy has for a folder; undefined when it has none. */
async function policyTypeOf(folder: string, selinux: SelinuxHost): Promise<string | undefined> {
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
async function retype(
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
  // It may be gone, or not for us.
  for (const { name, isDirectory } of tried(() => [...Deno.readDirSync(path)]) ?? []) {
    if (isDirectory) yield* pathsBelow(`${path}/${name}`);
    else yield `${path}/${name}`;
  }
}
