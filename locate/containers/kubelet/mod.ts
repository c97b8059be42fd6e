/** What kubelet runs on this host, and where it keeps the volumes of pods. */
import { readdirSync } from "node:fs";
import { tried } from "../../../core/util/tried.ts";
import { mountsSeenBy, processes, procText } from "../../proc.ts";
import { type Container, isMeant, type Target } from "../container.ts";
import { ToolFailure } from "../refusal.ts";
import { unanswered } from "../tool.ts";

export { mountsOfPod, nodeName } from "./pod_mounts.ts";
export { isKubelets, mountOf } from "./volumes.ts";

/** Behind /dev/termination-log: `ROOT/pods/UID/containers/NAME/ATTEMPT`. */
const TERMINATION_LOG = /\/pods\/([^/]+)\/containers\/([^/]+)\/[0-9a-f]+$/;

/** Where kubelet keeps the logs of containers: `NAMESPACE_POD_UID/CONTAINER/`. */
const LOGS = "/var/log/pods";

/** Those that are meant, of which all run; by /proc and kubelet's folders, without any client. */
export function runningInPods(wanted: Target): Container[] {
  // Neither namespaces nor pods have an underscore in their names.
  const pods = new Map((tried(() => readdirSync(LOGS)) ?? []).map((name) => {
    const [namespace = "", pod = "", uid] = name.split("_");
    return [uid, { namespace, pod }];
  }));
  if (pods.size === 0) return [];
  const found = new Map<string, Container>();
  const hint = "Run as root, or with crictl or kubectl on PATH.";
  const state = "without a client only root may look into it";
  const failure = new ToolFailure("forbidden", state, { hint });
  for (const { pid, argv } of processes()) {
    const log = mountsSeenBy(pid)?.map(({ root }) => TERMINATION_LOG.exec(root))
      .find((match) => match !== null);
    const [key = "", uid, container = ""] = log ?? [];
    const pod = pods.get(uid);
    if (pod === undefined || found.has(key)) continue;
    found.set(key, {
      runtime: "kubelet",
      id: /[0-9a-f]{64}/.exec(procText(pid, "cgroup") ?? "")?.[0] ?? "",
      name: container,
      state: "running",
      pid,
      argv,
      network: { addresses: [], ports: [] },
      pod: { ...pod, container },
      mounts: () => Promise.resolve([]), // the kernel tells them
      exec: () => Promise.resolve(unanswered(failure)),
    });
  }
  return [...found.values()].filter((one) => isMeant(one, wanted));
}
