/** ctr, containerd's own client: `ctr containers info` and `ctr tasks ls`. */
import { Buffer } from "node:buffer";
import { answered, jsonOf, refusalOf, type Tool } from "../client.ts";
import {
  at,
  countAt,
  type Json,
  listAt,
  parseJson,
  textAt,
  textsAt,
} from "../../../core/util/json.ts";
import { bindMount, containersOverlay } from "../kubelet/mod.ts";
import { inMemory, type Mount, plain } from "../mounts.ts";
import {
  type AskOptions,
  type Container,
  podPlace,
  type PublishedPort,
  publishedPort,
  type Runtime,
  type Wanted,
} from "../runtime.ts";

export const ctr: Runtime = {
  name: "ctr",
  check: ["containers", "list", "--quiet"],
  checkListsNames: true,
  hasNamespaces: true,
  find: (wanted, tool, options) =>
    inNamespaces(options, tool, (namespace) => findIn(namespace, wanted, tool)),
};

/** A running process of containerd, as `ctr tasks ls` lists it. */
interface Task {
  readonly pid: number;
  readonly state: string;
}

/** Where there is no containerd, ctr would wait for it for 10 s. */
const PATIENCE = ["--connect-timeout", "2s"];

async function findIn(namespace: string, wanted: Wanted, tool: Tool): Promise<Container[]> {
  const before = [...PATIENCE, "--namespace", namespace];
  const tasks = await listTasks(tool, before);
  const ids = wanted.kind === "running"
    ? [...tasks].filter(([, { state }]) => state === "running").map(([id]) => id)
    : await listIds(wanted, tool, before);
  const infos = await answered(ids.map((id) => infoOf(id, tool, before)));
  return infos.filter((info) => info !== undefined).filter(isNoSandbox)
    .map((info) => fromCtr(info, tasks.get(textAt(info, "ID")), before));
}

async function listTasks(tool: Tool, before: readonly string[]): Promise<Map<string, Task>> {
  const lines = (await textOf(["tasks", "ls"], tool, before)).split("\n").slice(1);
  return new Map(lines.flatMap((line) => {
    const [id = "", pid = "", state = ""] = line.trim().split(/\s+/);
    return state === "" ? [] : [[id, { pid: Number(pid), state: state.toLowerCase() }]];
  }));
}

/** Those that a name or a pod means: an id, whole as ctr takes it, or the labels of other clients. */
async function listIds(
  wanted: Exclude<Wanted, { kind: "running" }>,
  tool: Tool,
  before: readonly string[],
): Promise<string[]> {
  const filters = wanted.kind === "pod" ? [podFilter(wanted)] : [
    `id==${JSON.stringify(wanted.name)}`,
    `labels."nerdctl/name"==${JSON.stringify(wanted.name)}`,
    `labels."io.kubernetes.container.name"==${JSON.stringify(wanted.name)}`,
  ];
  const ids = await textOf(["containers", "ls", "--quiet", ...filters], tool, before);
  return ids.split("\n").filter((id) => id !== "");
}

/** containerd joins what stands in one filter with a comma, and filters among each other with "or". */
function podFilter({ pod, namespace }: Extract<Wanted, { kind: "pod" }>): string {
  const name = `labels."io.kubernetes.pod.name"==${JSON.stringify(pod)}`;
  if (namespace === undefined) return name;
  return `${name},labels."io.kubernetes.pod.namespace"==${JSON.stringify(namespace)}`;
}

async function textOf(
  args: readonly string[],
  tool: Tool,
  before: readonly string[],
): Promise<string> {
  const ended = await tool.run([...before, ...args]);
  if (ended.status !== 0) throw refusalOf(ended);
  return new TextDecoder().decode(ended.stdout);
}

/** Undefined for one that went away meanwhile. */
async function infoOf(
  id: string,
  tool: Tool,
  before: readonly string[],
): Promise<Json | undefined> {
  const ended = await tool.run([...before, "containers", "info", id]);
  if (ended.status === 0) return jsonOf(ended);
  if (/not found/i.test(ended.stderr)) return undefined;
  throw refusalOf(ended);
}

/** CRI's containers that only hold a pod's network. */
function isNoSandbox(info: Json): boolean {
  return textAt(info, "Labels", "io.cri-containerd.kind") !== "sandbox";
}

function fromCtr(info: Json, task: Task | undefined, before: readonly string[]): Container {
  const id = textAt(info, "ID");
  const spec = specIn(info);
  const pod = podPlace((label) => textAt(info, "Labels", label));
  const name = textAt(info, "Labels", "nerdctl/name") || pod?.container || id;
  const namespaces = listAt(spec, "linux", "namespaces").map((one) => textAt(one, "type"));
  return {
    runtime: "ctr",
    id,
    name,
    state: task?.state ?? "without a task",
    ...(task === undefined ? {} : { pid: task.pid }),
    argv: textsAt(spec, "process", "args"),
    network: {
      // With a namespace of the network it may still be the host's: CRI always names one.
      ...(namespaces.includes("network") ? {} : { isHosts: true }),
      addresses: [],
      ports: portsOf(info, spec),
    },
    mounts: () => Promise.resolve(mountsOfSpec(spec)),
    ...(pod === undefined ? {} : { pod }),
    commands: {
      exec: (argv) => {
        // Each process in a container has an id of its own.
        const exec = `binimport-${crypto.randomUUID().slice(0, 8)}`;
        return [...before, "tasks", "exec", "--exec-id", exec, id, ...argv];
      },
    },
  };
}

/** nerdctl's note of the ports that it publishes: an annotation, in older releases a label. */
function portsOf(info: Json, spec: Json | undefined): PublishedPort[] {
  const note = textAt(spec, "annotations", "nerdctl/ports") ||
    textAt(info, "Labels", "nerdctl/ports");
  return listAt(parseJson(note)).flatMap((port) =>
    publishedPort(
      textAt(port, "HostIP"),
      countAt(port, "HostPort"),
      countAt(port, "ContainerPort"),
      textAt(port, "Protocol"),
    )
  );
}

const KUBERNETES = "k8s.io";

/**
 * Asks in the namespace that was given; else in the client's own, which is that of
 * `$CONTAINERD_NAMESPACE`, and in Kubernetes'.
 */
export async function inNamespaces(
  { runtimeNamespace }: AskOptions,
  tool: Tool,
  ask: (namespace: string) => Promise<Container[]>,
): Promise<Container[]> {
  const own = tool.env("CONTAINERD_NAMESPACE") ?? "default";
  const names = runtimeNamespace === undefined ? [own, KUBERNETES] : [runtimeNamespace];
  const found = await Promise.all([...new Set(names)].map(ask));
  return found.flat();
}

/** The one in a container's record; before containerd 1.3 clients print it undecoded. */
export function specIn(info: Json | undefined): Json | undefined {
  const spec = at(info, "Spec");
  const encoded = textAt(spec, "value");
  if (encoded === "") return spec;
  return parseJson(Buffer.from(encoded, "base64").toString("utf8")) ?? spec;
}

/**
 * Its mounts of this host's folders and of memory, in the order in which runc makes them. A bind
 * mount is told by its option (mount(8)); its type is often `none`. What the kernel provides,
 * such as `proc`, is passed over.
 */
export function mountsOfSpec(spec: Json | undefined): Mount[] {
  return listAt(spec, "mounts").flatMap((mount): Mount[] => {
    const destination = plain(textAt(mount, "destination"));
    const type = textAt(mount, "type");
    const source = textAt(mount, "source");
    const options = textsAt(mount, "options");
    if (type === "tmpfs") return [inMemory(destination)];
    const lower = options.find((one) => one.startsWith("lowerdir="));
    if (lower !== undefined) {
      return [containersOverlay(destination, lower.slice("lowerdir=".length))];
    }
    if (type !== "bind" && !options.some((one) => one === "bind" || one === "rbind")) return [];
    const readOnly = options.some((one) => one === "ro" || one === "rro");
    return [bindMount(destination, source, readOnly)];
  });
}
