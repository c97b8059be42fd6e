/** ctr, containerd's own client: `ctr containers info` and `ctr tasks ls`. */
import { Buffer } from "node:buffer";
import { at, type Json, listAt, parseJson, textAt, textsAt } from "../../../core/util/json.ts";
import {
  type Container,
  labelsOf,
  POD_LABELS,
  podPlace,
  publishedPorts,
  type Runtime,
  type Target,
} from "../container.ts";
import { mountOf } from "../kubelet/mod.ts";
import type { Mount } from "../mounts.ts";
import { answered, askJson, askText, type Tool, withArguments } from "../tool.ts";

export const ctr: Runtime = {
  name: "ctr",
  check: ["containers", "list", "--quiet"],
  hasNamespaces: true,
  find: (wanted, tool, options) =>
    inNamespaces(options.runtimeNamespace, tool, (tool) => find(wanted, tool)),
};

async function find(wanted: Target, client: Tool): Promise<Container[]> {
  // Where there is no containerd, ctr would wait for it for 10 s.
  const tool = withArguments(client, ["--connect-timeout", "2s"]);
  const lines = async (...args: readonly string[]) =>
    (await askText(tool, args)).split("\n").filter((line) => line !== "");
  const [, ...listed] = await lines("tasks", "ls"); // below a line of headings
  const tasks = new Map(listed.map((line) => {
    const [id = "", pid, state = ""] = line.trim().split(/\s+/);
    return [id, { pid: Number(pid), state: state.toLowerCase() }];
  }));
  const ids = wanted.kind === "running"
    ? [...tasks].filter(([, { state }]) => state === "running").map(([id]) => id)
    : await lines("containers", "ls", "--quiet", ...filtersFor(wanted));
  const infos = await answered(
    ids.map((id) => askJson(tool, ["containers", "info", id], /not found/i)),
  );
  // CRI has containers that only hold a pod's network.
  return infos.filter((info) => info !== undefined)
    .filter((info) => textAt(info, "Labels", "io.cri-containerd.kind") !== "sandbox")
    .map((info) => fromCtr(info, tool, tasks.get(textAt(info, "ID"))));
}

/** By whole id, or other clients' labels. A comma in a filter is "and", several filters are "or". */
function filtersFor(wanted: Exclude<Target, { kind: "running" }>): string[] {
  const label = (name: string, value: string) =>
    `labels.${JSON.stringify(name)}==${JSON.stringify(value)}`;
  if (wanted.kind === "pod") return [labelsOf(wanted).map((pair) => label(...pair)).join(",")];
  const { name } = wanted;
  const labels = ["nerdctl/name", POD_LABELS.container].map((one) => label(one, name));
  return [`id==${JSON.stringify(name)}`, ...labels];
}

function fromCtr(info: Json, tool: Tool, task?: Pick<Container, "pid" | "state">): Container {
  const id = textAt(info, "ID");
  const spec = specIn(info);
  const pod = podPlace(at(info, "Labels"));
  const namespaces = listAt(spec, "linux", "namespaces").map((one) => textAt(one, "type"));
  // nerdctl's note of the ports that it publishes; in older releases a label.
  const ports = textAt(spec, "annotations", "nerdctl/ports") ||
    textAt(info, "Labels", "nerdctl/ports");
  return {
    runtime: "ctr",
    id,
    name: textAt(info, "Labels", "nerdctl/name") || pod?.container || id,
    state: task?.state ?? "without a task",
    pid: task?.pid,
    argv: textsAt(spec, "process", "args"),
    network: {
      // With a namespace of the network it may still be the host's: CRI always names one.
      ...(namespaces.includes("network") ? {} : { isHosts: true }),
      addresses: [],
      ports: publishedPorts(ports),
    },
    pod,
    mounts: () => Promise.resolve(mountsOfSpec(spec)),
    exec: (argv) => {
      // Each process in a container has an id of its own.
      const exec = `binimport-${crypto.randomUUID().slice(0, 8)}`;
      return tool.run(["tasks", "exec", "--exec-id", exec, id, ...argv]);
    },
  };
}

/** Asks in the namespace that was given; else in the client's own and in Kubernetes'. */
export async function inNamespaces(
  given: string | undefined,
  tool: Tool,
  ask: (tool: Tool) => Promise<Container[]>,
): Promise<Container[]> {
  const own = tool.env("CONTAINERD_NAMESPACE") ?? "default";
  const names = given === undefined ? [own, "k8s.io"] : [given];
  const tools = [...new Set(names)].map((name) => withArguments(tool, ["--namespace", name]));
  return (await Promise.all(tools.map(ask))).flat();
}

/** The one in a container's record; before containerd 1.3 clients print it undecoded. */
export function specIn(info: Json | undefined): Json | undefined {
  const spec = at(info, "Spec");
  const encoded = textAt(spec, "value");
  if (encoded === "") return spec;
  return parseJson(Buffer.from(encoded, "base64").toString("utf8")) ?? spec;
}

/**
 * Its mounts of this host's folders and of memory, in the order in which runc makes them; not what
 * the kernel provides. A bind mount is told by its option (mount(8)); its type is often `none`.
 */
export function mountsOfSpec(spec: Json | undefined): Mount[] {
  return listAt(spec, "mounts").flatMap((mount) => {
    const options = textsAt(mount, "options");
    const type = options.some((one) => /^r?bind$/.test(one)) ? "bind" : textAt(mount, "type");
    if (!["bind", "tmpfs", "overlay"].includes(type)) return [];
    return mountOf({
      destination: textAt(mount, "destination"),
      source: textAt(mount, "source"),
      type,
      readOnly: options.some((one) => one === "ro" || one === "rro"),
      options,
    });
  });
}
