/** A container's processes, as this host's /proc shows them. */
import {
  cgroupsOf,
  holdsSocket,
  idsOf,
  listeningSockets,
  namespaceOf,
  type Process,
  processes,
  seesOurFiles,
} from "../proc.ts";
import { type RunningNginx, runningNginx } from "../nginx/running.ts";
import type { Container } from "./container.ts";

/** Ids of containers as cgroups have them: nothing else is so long and random. */
const ID = /^[0-9a-f]{32,}$/;

/** The first process of a container: as its runtime says, else by the name of its cgroup. */
export function pidOf({ pid, id }: Container): number | undefined {
  if (pid !== undefined || !ID.test(id)) return pid;
  return processes().find((one) => cgroupsOf(one.pid)?.includes(id))?.pid;
}

/**
 * Whether a process is a container's on this host. A runtime on another host, or in a virtual
 * machine, tells numbers of that one, which here are nobody's or somebody else's.
 */
export function isOurs(pid: number, { id }: Container): boolean {
  const cgroups = cgroupsOf(pid);
  if (cgroups === undefined) return false;
  return cgroups.includes(id) || seesOurFiles({ pid }) !== true;
}

/** Processes that see the files of a container; none when that may not be looked at. */
function processesIn<T extends Process>(pid: number, all: readonly T[]): T[] {
  const namespace = namespaceOf(pid, "mnt");
  if (namespace === undefined) return [];
  return all.filter((one) => namespaceOf(one.pid, "mnt") === namespace);
}

/** The master of the nginx in a container. */
export function nginxIn(pid: number): RunningNginx | undefined {
  const [first, ...others] = processesIn(pid, runningNginx());
  return [first, ...others].find((one) => one?.pid === pid) ?? first;
}

/** Whether something in a container listens on a port; undefined when that cannot be told. */
export function listensIn(pid: number, port: number): boolean | undefined {
  const inside = processesIn(pid, processes());
  if (inside.length === 0) return undefined;
  const sockets = listeningSockets(port, pid);
  const holding = inside.map((one) => holdsSocket(one, sockets));
  if (holding.includes(true)) return true;
  return holding.includes(undefined) ? undefined : false;
}

/** Whether a container shares our network; undefined when that cannot be told. */
export function sharesNetwork(pid: number): boolean | undefined {
  const [theirs, ours] = [namespaceOf(pid, "net"), namespaceOf("self", "net")];
  return theirs === undefined || ours === undefined ? undefined : theirs === ours;
}

/** The user and groups, by this host's numbers, that the workers of a container's nginx have. */
export function workerIds(pid: number): ReturnType<typeof idsOf> {
  const worker = processesIn(pid, processes())
    .find(({ argv: [title = ""] }) => /: worker process(?:$| is)/.test(title));
  return worker === undefined ? undefined : idsOf(worker);
}
