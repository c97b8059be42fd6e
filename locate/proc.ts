/** What /proc tells of processes: who listens on a port. Nothing is started for it. */
import { readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { parseAddress } from "../core/util/address.ts";
import { readForeign } from "../core/util/foreign_file.ts";
import { tried } from "../core/util/tried.ts";

/** A process of this host; one that gave itself a title has that as its only argument. */
export interface Process {
  readonly pid: number;
  readonly argv: readonly string[];
}

export function processes(): Process[] {
  const names = tried(() => readdirSync("/proc")) ?? [];
  return names.map(Number).filter(Number.isInteger).flatMap((pid) => {
    const line = procText(pid, "cmdline")?.replace(/\0+$/, "");
    return line ? [{ pid, argv: line.split("\0") }] : [];
  });
}

/** The sockets that listen on a TCP port in a process's network, as links in `/proc/PID/fd`. */
export function listeningSockets(port: number, viewer: number | "self" = "self"): Set<string> {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const LISTEN = "0A";
  const lines = ["net/tcp", "net/tcp6"].flatMap((table) =>
    procText(viewer, table)?.split("\n") ?? []
  );
  return new Set(lines.flatMap((line) => {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    return local?.endsWith(`:${hex}`) && state === LISTEN ? [`socket:[${inode}]`] : [];
  }));
}

/** Whether a process holds any of these sockets; undefined when it may not be looked at. */
export function holdsSocket({ pid }: Process, sockets: ReadonlySet<string>): boolean | undefined {
  const open = tried(() => readdirSync(`/proc/${pid}/fd`));
  if (open === undefined && procText(pid, "stat") === undefined) return false; // it has ended
  return open?.some((fd) => sockets.has(procLink(pid, `fd/${fd}`) ?? ""));
}

/** Whether a process sees the same files as this one; undefined when it may not be looked at. */
export function seesOurFiles({ pid }: Pick<Process, "pid">): boolean | undefined {
  const [theirs, ours] = [procLink(pid, "ns/mnt"), procLink("self", "ns/mnt")];
  const root = procLink(pid, "root");
  if (theirs === undefined || ours === undefined || root === undefined) return undefined;
  return theirs === ours && root === "/";
}

/** The same but for mounts of its own over our root: systemd gives services their own /tmp. */
export function hasOurRoot(process: Process): boolean | undefined {
  const isPlain = seesOurFiles(process);
  if (isPlain !== false || procLink(process.pid, "root") !== "/") return isPlain;
  return seesSame(process.pid, "/");
}

/** Whether a process sees the same file or folder; of what is not there, the folder that it is in. */
export function seesSame(pid: number, path: string): boolean {
  const real = tried(() => realpathSync(path));
  if (real === undefined) return seesSame(pid, dirname(path));
  const [own, theirs] = [real, `/proc/${pid}/root${real}`].map((one) => tried(() => statSync(one)));
  return own?.dev === theirs?.dev && own?.ino === theirs?.ino;
}

/** A mount, as a process sees it. */
export interface SeenMount {
  /** `MAJOR:MINOR` of the file system. */
  readonly device: string;
  /** The folder of the file system that is mounted. */
  readonly root: string;
  readonly destination: string;
  readonly readOnly: boolean;
  readonly type: string;
}

/** What is mounted for a process, in that order; undefined when it may not be looked at. */
export function mountsSeenBy(pid: number | "self"): SeenMount[] | undefined {
  return procText(pid, "mountinfo")?.trim().split("\n").map((line) => {
    const [before = "", after = ""] = line.split(" - ");
    const [, , device = "", root = "", destination = "", options = ""] = before.split(" ");
    const [type = ""] = after.split(" ");
    const readOnly = options.split(",").includes("ro");
    const folder = unescaped(root).replace(/\/\/deleted$/, "");
    return { device, root: folder, destination: unescaped(destination), readOnly, type };
  });
}

/** Blanks and backslashes are written as octal numbers. */
function unescaped(path: string): string {
  return path.replace(/\\(\d{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** The addresses of a process's network but for the loopback's, as URLs have them. */
export function addressesOf(pid: number): string[] {
  const routes = procText(pid, "net/fib_trie") ?? "";
  const v4 = [...routes.matchAll(/\|-- (\S+)\n\s+\/32 host LOCAL/g)].map(([, ip = ""]) => ip)
    .filter((ip) => !ip.startsWith("127."));
  const v6 = (procText(pid, "net/if_inet6") ?? "").split("\n").flatMap((line) => {
    const groups = line.slice(0, 32).match(/.{4}/g)?.join(":");
    return parseAddress(`http://[${groups}]/`)?.hostname.slice(1, -1) ?? [];
  });
  return [...new Set([...v4, ...v6.filter((ip) => ip !== "::1")])];
}

/** The effective user and all groups of a process, by this host's numbers. */
export function idsOf({ pid }: Process): { uid: number; gids: number[] } | undefined {
  const status = procText(pid, "status");
  const numbers = (name: string) =>
    new RegExp(`^${name}:\\s*(.*)$`, "m").exec(status ?? "")?.[1]?.split(/\s+/).map(Number) ?? [];
  const [, uid] = numbers("Uid"); // real, effective, saved, file system
  const [, gid] = numbers("Gid");
  if (uid === undefined || gid === undefined) return undefined;
  return { uid, gids: [gid, ...numbers("Groups").filter((one) => one > 0 && one !== gid)] };
}

/** Whether a process belongs to the root of its own user namespace; taken to, if not told. */
export function isRootInside(process: Process): boolean {
  const uid = idsOf(process)?.uid ?? 0;
  const lines = procText(process.pid, "uid_map")?.trim().split("\n") ?? [];
  const root = lines.map((line) => line.trim().split(/\s+/).map(Number)).find(([own]) => own === 0);
  return uid === (root?.[1] ?? 0);
}

export function programName({ pid }: Process): string {
  return procText(pid, "comm")?.trim() ?? "";
}

/** In bytes. Caddy, the largest server, has 50 MB. */
const MAX_PROGRAM = 256 * 1024 * 1024;

/** The bytes of a program; none when it cannot be read. */
export function programBytes(path: string): Uint8Array {
  return tried(() => readForeign(path, MAX_PROGRAM)) ?? new Uint8Array();
}

/** A file of a process in `/proc`; undefined when it may not be looked at. */
export function procText(pid: number | "self", name: string): string | undefined {
  return tried(() => readFileSync(`/proc/${pid}/${name}`, "utf8"));
}

/** Where a link of a process leads, such as `cwd`, `exe`, `ns/net`; undefined as {@linkcode procText}. */
export function procLink(pid: number | "self", name: string): string | undefined {
  return tried(() => readlinkSync(`/proc/${pid}/${name}`));
}
