/** Whether a container runs, and on this host: otherwise its paths are another one's. */
import { hostname, networkInterfaces } from "node:os";
import {
  holdsSocket,
  idsOf,
  listeningSockets,
  type Process,
  processes,
  procLink,
  procText,
  programName,
  seesOurFiles,
} from "../proc.ts";
import { type RunningNginx, runningNginx } from "../servers/nginx/mod.ts";
import { type Container, containerText } from "./container.ts";
import { cannot } from "./refusal.ts";

/** Throws code `unavailable` when a container does not run; `unsupported` when it runs elsewhere. */
export async function requireHere(container: Container): Promise<void> {
  const { runtime, id, name, state, pod, node, pid, endpoint } = container;
  const what = `use ${containerText(container)}`;
  if (!["running", "paused"].includes(state)) {
    const client = runtime === "ctr" ? "ctr tasks" : runtime;
    const hint = pod !== undefined
      ? `See kubectl -n ${pod.namespace} describe pod ${pod.pod}.`
      : state === "restarting"
      ? `See why it ends: ${runtime} logs ${name}.`
      : `Start it, such as with ${client} start ${name}, and try again.`;
    throw cannot("unavailable", `${what}: it is ${state}`, hint);
  }
  if (pid === undefined) {
    if (node === undefined || isThisHost(node)) return;
    const [where, hint] = node.name === ""
      ? ["is not on any node yet", "See kubectl describe pod."]
      : [`runs on the node ${node.name}`, `Run binimport on ${node.name}.`];
    throw cannot("unsupported", `${what}: it ${where}, and this host is ${hostname()}`, hint);
  }
  // A runtime on another host, or in a virtual machine, tells numbers of that one, which here are
  // nobody's or somebody else's.
  const cgroups = procText(pid, "cgroup");
  if (procText(1, "stat") === undefined) return; // hidepid: nothing is shown of anybody else
  if (cgroups !== undefined && (cgroups.includes(id) || seesOurFiles({ pid }) !== true)) return;
  const where = await endpoint?.() ?? "";
  const elsewhere = `it does not run on this host${where && `: ${where}`}`;
  const hint = "Run binimport on the host of the container; in a virtual machine, " +
    "such as Docker Desktop's, that is the machine itself.";
  throw cannot("unsupported", `${what}: ${elsewhere}`, hint);
}

/** Most nodes have their host's name; but any name can be given to them. */
function isThisHost({ name, address }: NonNullable<Container["node"]>) {
  const [own, node] = [hostname().toLowerCase(), name.toLowerCase()];
  const short = (host: string) => host.split(".", 1)[0];
  const bothHaveDomains = own.includes(".") && node.includes(".");
  if (own === node || !bothHaveDomains && short(own) === short(node)) return true;
  const interfaces = Object.values(networkInterfaces()).flat();
  return interfaces.some((one) => one?.address === address && !one.internal);
}

/** The first process of each container, by the names of cgroups: nothing else is so long and random. */
export function firstProcesses(): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { pid } of processes()) {
    const ids = procText(pid, "cgroup")?.match(/[0-9a-f]{32,}/g) ?? [];
    for (const id of ids) found.getOrInsert(id, pid);
  }
  return found;
}

/** Processes that see the files of a container; none when that may not be looked at. */
function processesIn<T extends Process>({ pid }: Container, all: () => readonly T[]): T[] {
  const namespace = pid === undefined ? undefined : procLink(pid, "ns/mnt");
  if (namespace === undefined) return [];
  return all().filter((one) => procLink(one.pid, "ns/mnt") === namespace);
}

/** The master of the nginx in a container. */
export function nginxIn(container: Container): RunningNginx | undefined {
  const masters = processesIn(container, runningNginx);
  return masters.find(({ pid }) => pid === container.pid) ?? masters[0];
}

/** Whether something in a container listens on a port; undefined when that cannot be told. */
export function listensIn(container: Container, port: number): boolean | undefined {
  const [first, ...others] = processesIn(container, processes);
  if (first === undefined) return undefined;
  const sockets = listeningSockets(port, first.pid);
  const holding = [first, ...others].map((one) => holdsSocket(one, sockets));
  if (holding.includes(true)) return true;
  return holding.includes(undefined) ? undefined : false;
}

/** Whether a container shares our network; undefined when that cannot be told. */
export function sharesNetwork({ pid, network }: Container): boolean | undefined {
  const theirs = pid === undefined ? undefined : procLink(pid, "ns/net");
  return theirs === undefined ? network.isHosts : theirs === procLink("self", "ns/net");
}

/** The user and groups, by this host's numbers, that the workers of a container's nginx have. */
export function workerIds(container: Container): ReturnType<typeof idsOf> {
  const worker = processesIn(container, processes)
    .find(({ argv: [title = ""] }) => /: worker process(?:$| is)/.test(title));
  return worker && idsOf(worker);
}

/** The user whose podman runs a container of that name; neither we nor root. */
export function conmonOwner(name: string): number | undefined {
  // podman has a monitor for each container: conmon … -n NAME …
  return processes()
    .filter((one) => programName(one) === "conmon" && one.argv[one.argv.indexOf("-n") + 1] === name)
    .map((one) => idsOf(one)?.uid)
    .find((uid) => uid !== undefined && uid !== 0 && uid !== Deno.uid());
}
