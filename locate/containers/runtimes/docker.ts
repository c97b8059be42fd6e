/**
 * Docker: `docker container inspect`.
 *
 * What `docker inspect` prints of a container; podman and nerdctl print the same, and some more.
 */
import { jsonOf, refusalOf, type Tool } from "../client.ts";
import {
  at,
  countAt,
  entriesAt,
  type Json,
  listAt,
  textAt,
  textsAt,
} from "../../../core/util/json.ts";
import { containersOverlay } from "../kubelet/mod.ts";
import { below, inMemory, type Mount, outerFirst, plain, type Unusable } from "../mounts.ts";
import {
  type Container,
  POD_LABELS,
  podPlace,
  type PublishedPort,
  publishedPort,
  type Runtime,
  type RuntimeName,
  type Wanted,
} from "../runtime.ts";

export const docker: Runtime = {
  name: "docker",
  check: ["ps", "--format", "{{.Names}}"],
  checkListsNames: true,
  find: async (wanted, tool) =>
    (await inspectContainers(wanted, tool)).filter(isNoSandbox).map(fromDocker),
};

/** cri-dockerd has containers that only hold a pod's network. */
function isNoSandbox(info: Json): boolean {
  return textAt(info, "Config", "Labels", "io.kubernetes.docker.type") !== "podsandbox";
}

function fromDocker(info: Json): Container {
  const container = fromDockerForm(info, "docker");
  const { id } = container;
  const subpath = (mount: Json) => volumeSubpath(info, textAt(mount, "Destination"));
  return {
    ...container,
    mounts: () => Promise.resolve(outerFirst(mountsOfDockerForm(info, subpath))),
    commands: {
      exec: (argv) => ["exec", id, ...argv],
      copy: (path) => ["cp", `${id}:${path}`, "-"],
    },
  };
}

/** A volume's subpath is told only where the mount was asked for. */
function volumeSubpath(info: Json, destination: string): string {
  const asked = listAt(info, "HostConfig", "Mounts")
    .find((mount) => plain(textAt(mount, "Target")) === plain(destination));
  return textAt(asked, "VolumeOptions", "Subpath");
}

/** What `inspect` prints of the containers that are meant; nothing of one that is not there. */
export async function inspectContainers(
  wanted: Wanted,
  tool: Tool,
  { before = [], mode = [] }: InspectOptions = {},
): Promise<readonly Json[]> {
  const names = wanted.kind === "container" ? [wanted.name] : await list(wanted, tool, before);
  if (names.length === 0) return [];
  // `container inspect`, since plain `inspect` answers for images, too.
  const ended = await tool.run([...before, "container", "inspect", ...mode, "--", ...names]);
  if (ended.status !== 0) {
    if (!/no such (?:container|object)|no container with/i.test(ended.stderr)) {
      throw refusalOf(ended);
    }
    if (ended.stdout.every((byte) => byte <= 0x20)) return []; // as nerdctl has it; others print []
  }
  return listAt(jsonOf(ended));
}

/** What stands around the words of the call. */
export interface InspectOptions {
  /** Options of the client itself. */
  readonly before?: readonly string[];
  /** Options of `inspect`. */
  readonly mode?: readonly string[];
}

async function list(
  wanted: Exclude<Wanted, { kind: "container" }>,
  tool: Tool,
  before: readonly string[],
): Promise<string[]> {
  const ended = await tool.run([...before, "ps", "--quiet", "--no-trunc", ...filters(wanted)]);
  if (ended.status !== 0) throw refusalOf(ended);
  return new TextDecoder().decode(ended.stdout).split(/\s+/).filter((id) => id !== "");
}

/** What picks out a pod's containers, also those that do not run. */
function filters(wanted: Exclude<Wanted, { kind: "container" }>): string[] {
  if (wanted.kind === "running") return [];
  const { pod, namespace } = wanted;
  const labels = [
    `${POD_LABELS.pod}=${pod}`,
    ...(namespace === undefined ? [] : [`${POD_LABELS.namespace}=${namespace}`]),
  ];
  return ["--all", ...labels.flatMap((label) => ["--filter", `label=${label}`])];
}

/** A container but for what a runtime has of its own. */
export function fromDockerForm(
  info: Json,
  runtime: RuntimeName,
): Omit<Container, "mounts" | "commands"> {
  const pid = countAt(info, "State", "Pid");
  const state = at(info, "State", "Running") === true ? "running" : textAt(info, "State", "Status");
  const mode = textAt(info, "HostConfig", "NetworkMode");
  const pod = podPlace((label) => textAt(info, "Config", "Labels", label));
  const networks = entriesAt(info, "NetworkSettings", "Networks").map(([, network]) => network);
  return {
    runtime,
    id: textAt(info, "Id"),
    name: textAt(info, "Name").replace(/^\//, "") || pod?.container || textAt(info, "Id"),
    state: state === "" ? "not running" : state,
    ...(pid === undefined ? {} : { pid }),
    argv: [textAt(info, "Path"), ...textsAt(info, "Args")],
    network: {
      ...(mode === "" ? {} : { isHosts: mode === "host" }),
      addresses: [at(info, "NetworkSettings"), ...networks].flatMap((network) => [
        textAt(network, "IPAddress"),
        textAt(network, "GlobalIPv6Address"),
      ]).filter((address, i, all) => address !== "" && all.indexOf(address) === i),
      ports: entriesAt(info, "NetworkSettings", "Ports").flatMap(portsOf),
    },
    ...(pod === undefined ? {} : { pod }),
  };
}

/** `"80/tcp": [{ "HostIp": "0.0.0.0", "HostPort": "8080" }]`; null where it is only exposed. */
function portsOf([name, bindings]: [name: string, bindings: Json]): PublishedPort[] {
  const [port, protocol = ""] = name.split("/");
  return listAt(bindings).flatMap((binding) =>
    publishedPort(textAt(binding, "HostIp"), countAt(binding, "HostPort"), Number(port), protocol)
  );
}

/**
 * `Mounts`, and the file systems in memory that it leaves out.
 *
 * @param subpathOf the folder in a volume that is mounted instead of the whole
 */
export function mountsOfDockerForm(
  info: Json,
  subpathOf: (mount: Json) => string,
): Mount[] {
  const listed = listAt(info, "Mounts").map((mount) => mountOf(mount, subpathOf(mount)));
  const known = new Set(listed.map(({ destination }) => destination));
  const memory = entriesAt(info, "HostConfig", "Tmpfs").map(([path]) => inMemory(path));
  return [...listed, ...memory.filter(({ destination }) => !known.has(destination))];
}

function mountOf(mount: Json, subpath: string): Mount {
  const destination = plain(textAt(mount, "Destination"));
  const type = textAt(mount, "Type");
  const source = textAt(mount, "Source");
  if (type === "tmpfs") return inMemory(destination);
  const lower = textsAt(mount, "Options").find((one) => one.startsWith("lowerdir="));
  if (lower !== undefined) return containersOverlay(destination, lower.slice("lowerdir=".length));
  const name = textAt(mount, "Name");
  return {
    destination,
    what: type === "volume" ? `volume ${JSON.stringify(name)}` : `${type || "bind"} mount`,
    readOnly: at(mount, "RW") === false,
    source: source === "" || type === "image" ? unusable(type) : below(source, subpath),
  };
}

function unusable(type: string): Unusable {
  return type === "image"
    ? { reason: "comes from an image", hint: "Mount a folder of this host there instead." }
    : {
      reason: "has no folder of this host behind it, by what the runtime tells",
      hint: "Mount a folder of this host there instead, or give the folder with --root DIR.",
    };
}

export const podman: Runtime = {
  name: "podman",
  check: ["ps", "--format", "{{.Names}}"],
  checkListsNames: true,
  find: async (wanted, tool) =>
    // An infra container only holds a pod's network, and has the ports of all.
    (await inspectContainers(wanted, tool)).filter((info) => at(info, "IsInfra") !== true)
      .map(fromPodman),
};

function fromPodman(info: Json): Container {
  const container = fromDockerForm(info, "podman");
  const { id, argv: [path = "", first, ...rest] } = container;
  return {
    ...container,
    // Without an image, `Args` begins with the program itself.
    argv: path === first ? [path, ...rest] : container.argv,
    mounts: () => Promise.resolve(outerFirst(mountsOfDockerForm(info, podmanSubpath))),
    commands: {
      exec: (argv) => ["exec", id, ...argv],
      copy: (from) => ["cp", `${id}:${from}`, "-"],
    },
  };
}

/** It is no part of `Source`. */
function podmanSubpath(mount: Json): string {
  return textAt(mount, "SubPath");
}
