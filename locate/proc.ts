/** What /proc tells of processes: who listens on a port. Nothing is started for it. */
import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";

/** A process of this host. */
export interface Process {
  readonly pid: number;
  /** Its arguments; a process that gave itself a title has that as the only one. */
  readonly argv: readonly string[];
}

/** All processes that can be seen. */
export function processes(): Process[] {
  return names("/proc").filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    const line = text(`/proc/${name}/cmdline`)?.replace(/\0+$/, "");
    return line === undefined || line === "" ? [] : [{ pid: Number(name), argv: line.split("\0") }];
  });
}

/** The sockets that listen on a TCP port, in this network namespace, as links in `/proc/PID/fd`. */
export function listeningSockets(port: number): Set<string> {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const LISTEN = "0A";
  const lines = ["/proc/net/tcp", "/proc/net/tcp6"]
    .flatMap((table) => (text(table) ?? "").split("\n").slice(1));
  return new Set(lines.flatMap((line) => {
    const [, local = "", , state, , , , , , inode] = line.trim().split(/\s+/);
    return local.endsWith(`:${hex}`) && state === LISTEN ? [`socket:[${inode}]`] : [];
  }));
}

/** Whether a process holds any of these sockets; undefined when it may not be looked at. */
export function holdsSocket({ pid }: Process, sockets: ReadonlySet<string>): boolean | undefined {
  const folder = `/proc/${pid}/fd`;
  const open = attempt(() => readdirSync(folder));
  return open?.some((fd) => sockets.has(link(`${folder}/${fd}`) ?? ""));
}

/** Whether a process sees the same files as this one; undefined when it may not be looked at. */
export function seesOurFiles({ pid }: Process): boolean | undefined {
  const [theirs, ours] = [link(`/proc/${pid}/ns/mnt`), link("/proc/self/ns/mnt")];
  const root = link(`/proc/${pid}/root`);
  if (theirs === undefined || ours === undefined || root === undefined) return undefined;
  return theirs === ours && root === "/";
}

/** The folder that a process works in. */
export function workingFolder({ pid }: Process): string | undefined {
  return link(`/proc/${pid}/cwd`);
}

/** The environment that a process was started with; empty when it may not be looked at. */
export function environmentOf({ pid }: Process): Map<string, string> {
  const variables = (text(`/proc/${pid}/environ`) ?? "").split("\0");
  return new Map(variables.map((one) => {
    const [name = "", ...value] = one.split("=");
    return [name, value.join("=")];
  }));
}

/** Whether a process belongs to root. */
export function isRoots({ pid }: Process): boolean {
  return (attempt(() => statSync(`/proc/${pid}`).uid) ?? 0) === 0;
}

/** The name of the program that a process runs. */
export function programName({ pid }: Process): string {
  return text(`/proc/${pid}/comm`)?.trim() ?? "";
}

function names(folder: string): string[] {
  return attempt(() => readdirSync(folder)) ?? [];
}

function text(path: string): string | undefined {
  return attempt(() => readFileSync(path, "utf8"));
}

function link(path: string): string | undefined {
  return attempt(() => readlinkSync(path));
}

/** A process may end while it is looked at. */
function attempt<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}
