/** nerdctl: `nerdctl container inspect`, in docker's form and in containerd's own. */
import type { Tool } from "../client.ts";
import { at, type Json, textAt } from "../../../core/util/json.ts";
import { bindMount } from "../kubelet/mod.ts";
import { type Mount, outerFirst } from "../mounts.ts";
import type { Container, Runtime, Wanted } from "../runtime.ts";
import { inNamespaces, mountsOfSpec, specIn } from "./ctr.ts";
import { fromDockerForm, inspectContainers, mountsOfDockerForm } from "./docker.ts";

export const nerdctl: Runtime = {
  name: "nerdctl",
  check: ["ps", "--format", "{{.Names}}"],
  checkListsNames: true,
  hasNamespaces: true,
  find: (wanted, tool, options) =>
    inNamespaces(options, tool, (namespace) => findIn(namespace, wanted, tool)),
};

async function findIn(namespace: string, wanted: Wanted, tool: Tool): Promise<Container[]> {
  const before = ["--namespace", namespace];
  const found = await inspectContainers(wanted, tool, { before });
  return found.filter(isNoSandbox).map((info) => fromNerdctl(info, tool, before));
}

/** CRI's containers that only hold a pod's network. */
function isNoSandbox(info: Json): boolean {
  return textAt(info, "Config", "Labels", "io.cri-containerd.kind") !== "sandbox";
}

/**
 * Up to 0.16 nerdctl told no mounts, and up to 2.0 only those of its own containers: `Mounts` is
 * null for what CRI or ctr made. Their specification has them.
 */
async function mountsOf(info: Json, tool: Tool, before: readonly string[]): Promise<Mount[]> {
  if (Array.isArray(at(info, "Mounts"))) {
    return outerFirst(mountsOfDockerForm(info, () => "").map(ofKubelet));
  }
  const mode = ["--mode", "native"];
  const name = textAt(info, "Id");
  const [native] = await inspectContainers({ kind: "container", name }, tool, { before, mode });
  return mountsOfSpec(specIn(native));
}

/** Newer releases tell those of CRI's containers as plain bind mounts. */
function ofKubelet(mount: Mount): Mount {
  const { destination, source, readOnly, what } = mount;
  return typeof source === "string" && what === "bind mount"
    ? bindMount(destination, source, readOnly)
    : mount;
}

function fromNerdctl(info: Json, tool: Tool, before: readonly string[]): Container {
  const container = fromDockerForm(info, "nerdctl");
  return {
    ...container,
    mounts: () => mountsOf(info, tool, before),
    commands: { exec: (argv) => [...before, "exec", container.id, ...argv] },
  };
}
