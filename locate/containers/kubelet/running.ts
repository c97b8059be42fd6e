/** What kubelet's pods run on this host, by /proc and kubelet's own folders: where there is no client. */
import { readdirSync } from "node:fs";
import { attempt, cgroupsOf, mountsSeenBy, processes } from "../../proc.ts";
import { type Container, isMeant, type PodPlace, type Target } from "../container.ts";
import { ToolFailure } from "../refusal.ts";
import { unanswered } from "../tool.ts";

/** Behind /dev/termination-log: `ROOT/pods/UID/containers/NAME/ATTEMPT`. */
const TERMINATION_LOG = /\/pods\/([^/]+)\/containers\/([^/]+)\/[0-9a-f]+$/;

/** Where kubelet keeps the logs of containers: `NAMESPACE_POD_UID/CONTAINER/`. */
const LOGS = "/var/log/pods";

const NO_CLIENT = new ToolFailure(
  "forbidden",
  "without a client only root may look into it",
  "Run as root, or with crictl or kubectl on PATH.",
);

/** Those that are meant, of which all run. */
export function runningInPods(wanted: Target): Container[] {
  const found = new Map<string, Container>();
  for (const { pid, argv } of processes()) {
    const log = mountsSeenBy(pid)?.map(({ root }) => TERMINATION_LOG.exec(root))
      .find((match) => match !== null);
    const [key = "", uid = "", name = ""] = log ?? [];
    const pod = key === "" || found.has(key) ? undefined : placeOf(uid, name);
    if (pod !== undefined) found.set(key, fromProcess(pid, argv, pod));
  }
  return [...found.values()].filter((one) => isMeant(one, wanted));
}

function placeOf(uid: string, container: string): PodPlace | undefined {
  // Neither namespaces nor pods have an underscore in their names.
  const [namespace, pod] = attempt(() => readdirSync(LOGS))
    ?.map((name) => name.split("_")).find((words) => words[2] === uid) ?? [];
  return namespace === undefined || pod === undefined ? undefined : { namespace, pod, container };
}

function fromProcess(pid: number, argv: readonly string[], pod: PodPlace): Container {
  return {
    runtime: "kubelet",
    id: /[0-9a-f]{64}/.exec(cgroupsOf(pid) ?? "")?.[0] ?? "",
    name: pod.container,
    state: "running",
    pid,
    argv,
    network: { addresses: [], ports: [] },
    pod,
    mounts: () => Promise.resolve([]), // the kernel tells them
    exec: () => Promise.resolve(unanswered(NO_CLIENT)),
  };
}
