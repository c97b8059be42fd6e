/** What `docker inspect` prints of a container; podman and nerdctl print the same, and some more. */
import {
  type Container,
  type PublishedPort,
  publishedPort,
  type RuntimeName,
} from "../container/container.ts";
import { at, countAt, entriesAt, type Json, listAt, textAt, textsAt } from "../container/json.ts";
import { podPlace } from "../container/runtime.ts";
import { containersOverlay } from "./kubelet_paths.ts";
import { below, inMemory, type Mount, plain, type Unusable } from "./mount.ts";

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
