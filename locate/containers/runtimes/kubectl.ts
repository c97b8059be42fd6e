/** kubectl: `kubectl get pod`, and the claims and volumes that it names. */
import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { jsonOf, refusalOf, type Tool, ToolFailure } from "../client.ts";
import { at, countAt, type Json, listAt, textAt, textsAt } from "../../../core/util/json.ts";
import { mountsOfPod, nodeName } from "../kubelet/mod.ts";
import { type Container, publishedPort, type Runtime, type Wanted } from "../runtime.ts";

export const kubectl: Runtime = {
  name: "kubectl",
  check: ["auth", "can-i", "get", "pods"],
  podsOnly: true,
  find,
};

/** An API server that cannot be reached is given up sooner than the call. */
const PATIENCE = "--request-timeout=5s";

/** Where clients find one that are not told. */
const KUBECONFIGS = ["/etc/rancher/k3s/k3s.yaml"];

async function find(wanted: Wanted, tool: Tool): Promise<Container[]> {
  requireKubeconfig(tool);
  switch (wanted.kind) {
    case "container":
      return [];
    case "pod": {
      const namespace = wanted.namespace === undefined ? [] : ["--namespace", wanted.namespace];
      const pod = await get(["pod", ...namespace, "--", wanted.pod], tool);
      return pod === undefined ? [] : containersOf(pod, tool);
    }
    case "running": {
      // Most nodes have their host's name, in lower case.
      const node = nodeName() ?? hostname().toLowerCase();
      const here = `spec.nodeName=${node},status.phase=Running`;
      const pods = await get(["pods", "--all-namespaces", "--field-selector", here], tool);
      return listAt(pods, "items").flatMap((pod) => containersOf(pod, tool))
        .filter(({ state }) => state === "running");
    }
  }
}

/** Without one kubectl asks port 8080 of this host, where there may well be an nginx. */
function requireKubeconfig({ env }: Tool): void {
  const own = `${env("HOME") ?? ""}/.kube/config`;
  if (env("KUBECONFIG") !== undefined || [own, ...KUBECONFIGS].some((one) => existsSync(one))) {
    return;
  }
  throw new ToolFailure(
    "unavailable",
    "there is no kubeconfig",
    "Set KUBECONFIG, such as to /etc/kubernetes/admin.conf.",
  );
}

/** What the API server has; undefined for what it has not. */
async function get(what: readonly string[], tool: Tool): Promise<Json | undefined> {
  const ended = await tool.run(["get", "--output=json", PATIENCE, ...what]);
  if (ended.status === 0) return jsonOf(ended);
  if (/\(NotFound\)/.test(ended.stderr)) return undefined;
  throw refusalOf(ended);
}

function containersOf(pod: Json, tool: Tool): Container[] {
  const sidecars = listAt(pod, "spec", "initContainers")
    .filter((one) => textAt(one, "restartPolicy") === "Always");
  return [...listAt(pod, "spec", "containers"), ...sidecars]
    .map((spec) => fromKubectl(pod, spec, tool));
}

function fromKubectl(pod: Json, spec: Json, tool: Tool): Container {
  const name = textAt(spec, "name");
  const place = {
    pod: textAt(pod, "metadata", "name"),
    namespace: textAt(pod, "metadata", "namespace"),
    container: name,
  };
  const status = ["containerStatuses", "initContainerStatuses"]
    .flatMap((list) => listAt(pod, "status", list))
    .find((one) => textAt(one, "name") === name);
  const { namespace } = place;
  const volumes = {
    claim: (claim: string) => get(["pvc", "--namespace", namespace, "--", claim], tool),
    volume: (volume: string) => get(["pv", "--", volume], tool),
  };
  return {
    runtime: "kubectl",
    // `containerd://ID`
    id: textAt(status, "containerID").replace(/^.*:\/\//, ""),
    name: `${place.pod}/${name}`,
    state: stateOf(pod, status),
    argv: [...textsAt(spec, "command"), ...textsAt(spec, "args")],
    network: networkOf(pod, spec),
    mounts: () => mountsOfPod(pod, spec, volumes),
    pod: place,
    node: {
      name: textAt(pod, "spec", "nodeName"),
      address: textAt(pod, "status", "hostIP"),
    },
    commands: {
      exec: (argv) => {
        const container = ["--namespace", namespace, "--container", name];
        return ["exec", PATIENCE, ...container, place.pod, "--", ...argv];
      },
    },
  };
}

/** Kubernetes' own words, such as `CrashLoopBackOff` and `Evicted`. */
function stateOf(pod: Json, status: Json | undefined): string {
  if (at(pod, "metadata", "deletionTimestamp") !== undefined) return "Terminating";
  if (at(status, "state", "running") !== undefined) return "running";
  const reason = textAt(status, "state", "waiting", "reason") ||
    textAt(pod, "status", "reason") ||
    textAt(status, "state", "terminated", "reason");
  return reason || textAt(pod, "status", "phase") || "unknown";
}

function networkOf(pod: Json, spec: Json): Container["network"] {
  const addresses = listAt(pod, "status", "podIPs").map((one) => textAt(one, "ip"));
  return {
    isHosts: at(pod, "spec", "hostNetwork") === true,
    addresses: addresses.length > 0 ? addresses : [textAt(pod, "status", "podIP")],
    ports: listAt(spec, "ports").flatMap((port) =>
      publishedPort(
        textAt(port, "hostIP"),
        countAt(port, "hostPort"),
        countAt(port, "containerPort"),
        textAt(port, "protocol"),
      )
    ),
  };
}
