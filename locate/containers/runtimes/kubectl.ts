/** kubectl: `kubectl get pod`, and the claims and volumes that it names. */
import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { at, type Json, listAt, textAt, textsAt } from "../../../core/util/json.ts";
import { type Container, publishedPorts, type Runtime, type Target } from "../container.ts";
import { mountsOfPod, nodeName } from "../kubelet/mod.ts";
import { ToolFailure } from "../refusal.ts";
import { askJson, type Tool } from "../tool.ts";

export const kubectl: Runtime = {
  name: "kubectl",
  check: ["auth", "can-i", "get", "pods"],
  podsOnly: true,
  async find(wanted, tool) {
    // Without one kubectl asks port 8080 of this host, where there may well be an nginx.
    const { env } = tool;
    const usual = [`${env("HOME") ?? ""}/.kube/config`, "/etc/rancher/k3s/k3s.yaml"];
    if (env("KUBECONFIG") === undefined && !usual.some((one) => existsSync(one))) {
      const hint = "Set KUBECONFIG, such as to /etc/kubernetes/admin.conf.";
      throw new ToolFailure("unavailable", "there is no kubeconfig", { hint });
    }
    const found = (await podsOf(wanted, tool)).flatMap((pod) => {
      const sidecars = listAt(pod, "spec", "initContainers")
        .filter((one) => textAt(one, "restartPolicy") === "Always");
      return [...listAt(pod, "spec", "containers"), ...sidecars]
        .map((spec) => fromKubectl(pod, spec, tool));
    });
    return wanted.kind === "pod" ? found : found.filter(({ state }) => state === "running");
  },
};

/** An API server that cannot be reached is given up sooner than the call. */
const PATIENCE = "--request-timeout=5s";

async function podsOf(wanted: Target, tool: Tool): Promise<readonly Json[]> {
  if (wanted.kind === "container") return [];
  if (wanted.kind === "pod") {
    const pod = await get(["pod", ...inNamespace(wanted.namespace), "--", wanted.pod], tool);
    return pod === undefined ? [] : [pod];
  }
  // Most nodes have their host's name, in lower case.
  const node = nodeName() ?? hostname().toLowerCase();
  const here = `spec.nodeName=${node},status.phase=Running`;
  return listAt(await get(["pods", "--all-namespaces", "--field-selector", here], tool), "items");
}

function inNamespace(namespace: string | undefined): string[] {
  return namespace === undefined ? [] : ["--namespace", namespace];
}

/** What the API server has; undefined for what it has not. */
function get(what: readonly string[], tool: Tool): Promise<Json | undefined> {
  return askJson(tool, ["get", "--output=json", PATIENCE, ...what], /\(NotFound\)/);
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
  const within = inNamespace(place.namespace);
  const addresses = listAt(pod, "status", "podIPs").map((one) => textAt(one, "ip"));
  return {
    runtime: "kubectl",
    id: textAt(status, "containerID").replace(/^.*:\/\//, ""), // `containerd://ID`
    name: `${place.pod}/${name}`,
    state: stateOf(pod, status),
    pid: undefined,
    argv: [...textsAt(spec, "command"), ...textsAt(spec, "args")],
    network: {
      isHosts: at(pod, "spec", "hostNetwork") === true,
      addresses: addresses.length > 0 ? addresses : [textAt(pod, "status", "podIP")],
      ports: publishedPorts(at(spec, "ports")),
    },
    pod: place,
    node: { name: textAt(pod, "spec", "nodeName"), address: textAt(pod, "status", "hostIP") },
    mounts: () =>
      mountsOfPod(pod, spec, {
        claim: (claim) => get(["pvc", ...within, "--", claim], tool),
        volume: (volume) => get(["pv", "--", volume], tool),
      }),
    exec: (argv) =>
      tool.run(["exec", PATIENCE, ...within, "--container", name, place.pod, "--", ...argv]),
  };
}

/** Kubernetes' own words, such as `CrashLoopBackOff` and `Evicted`. */
function stateOf(pod: Json, status: Json | undefined): string {
  if (at(pod, "metadata", "deletionTimestamp") !== undefined) return "Terminating";
  if (at(status, "state", "running") !== undefined) return "running";
  return textAt(status, "state", "waiting", "reason") || textAt(pod, "status", "reason") ||
    textAt(status, "state", "terminated", "reason") || textAt(pod, "status", "phase") || "unknown";
}
