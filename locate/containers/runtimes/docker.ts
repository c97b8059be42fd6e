/** Docker, and podman and nerdctl, whose `container inspect` prints the same and some more. */
import {
  at,
  countAt,
  entriesAt,
  type Json,
  listAt,
  textAt,
  textsAt,
} from "../../../core/util/json.ts";
import { type Container, labelsOf, podPlace, publishedPorts, type Runtime } from "../container.ts";
import { mountOf } from "../kubelet/mod.ts";
import { below, type Mount, outerFirst, plain } from "../mounts.ts";
import { askJson, askText, type Tool } from "../tool.ts";
import { inNamespaces, mountsOfSpec, specIn } from "./ctr.ts";

export const docker = likeDocker("docker");

export const podman = likeDocker("podman");

const { find, ...inOneNamespace } = likeDocker("nerdctl");

export const nerdctl: Runtime = {
  ...inOneNamespace,
  hasNamespaces: true,
  find: (wanted, client, options) =>
    inNamespaces(options.runtimeNamespace, client, (tool) => find(wanted, tool, options)),
};

function likeDocker(name: string): Runtime {
  return {
    name,
    check: ["ps", "--format", "{{.Names}}"],
    async find(wanted, tool) {
      // The ids of those that run; of a pod's, also of those that do not run.
      const which = wanted.kind === "pod"
        ? ["--all", ...labelsOf(wanted).flatMap((pair) => ["--filter", `label=${pair.join("=")}`])]
        : [];
      const names = wanted.kind === "container"
        ? [wanted.name]
        : (await askText(tool, ["ps", "--quiet", "--no-trunc", ...which])).match(/\S+/g) ?? [];
      const found = names.length === 0 ? [] : await inspect(names, tool);
      // One that shares the network of another has its addresses and ports; the other may be gone.
      const lenders = found.map(lenderOf).filter((id) => id !== "");
      const lent = lenders.length === 0 ? [] : await inspect(lenders, tool).catch(() => []);
      return found.filter((info) => !isSandbox(info)).map((info) => {
        const lender = lent.find((one) => textAt(one, "Id") === lenderOf(info));
        return fromInfo(name, info, tool, lender ?? info);
      });
    },
  };
}

/** `container inspect`, since plain `inspect` answers for images, too; nothing of what is not there. */
async function inspect(names: readonly string[], tool: Tool, mode: readonly string[] = []) {
  const args = ["container", "inspect", ...mode, "--", ...names];
  const answer = await askJson(tool, args, /no such (?:container|object)|no container with/i);
  // A list; of one alone it may be that itself.
  return at(answer, "Id") === undefined ? listAt(answer) : [answer ?? null];
}

/** The id of the container whose network another shares, such as a pod's or a VPN's. */
function lenderOf(info: Json) {
  return /^container:(.+)/.exec(textAt(info, "HostConfig", "NetworkMode"))?.[1] ?? "";
}

function isSandbox(info: Json) {
  const label = (name: string) => textAt(info, "Config", "Labels", name);
  return at(info, "IsInfra") === true || label("io.kubernetes.docker.type") === "podsandbox" ||
    label("io.cri-containerd.kind") === "sandbox";
}

function fromInfo(runtime: string, info: Json, tool: Tool, lender: Json): Container {
  const id = textAt(info, "Id");
  // Docker says of one that it starts again and again that it runs.
  const state = textAt(info, "State", "Status") ||
    (at(info, "State", "Running") === true ? "running" : "not running");
  const mode = textAt(lender, "HostConfig", "NetworkMode");
  const network = at(lender, "NetworkSettings");
  const pod = podPlace(at(info, "Config", "Labels"));
  const [path, args] = [textAt(info, "Path"), textsAt(info, "Args")];
  const networks = entriesAt(network, "Networks").map(([, one]) => one);
  const addresses = [network, ...networks]
    .flatMap((one) => [textAt(one, "IPAddress"), textAt(one, "GlobalIPv6Address")]);
  return {
    runtime,
    id,
    name: textAt(info, "Name").replace(/^\//, "") || pod?.container || id,
    state,
    pid: countAt(info, "State", "Pid"),
    // Without an image, podman's `Args` begins with the program itself.
    argv: path === args[0] ? args : [path, ...args],
    network: {
      ...(mode === "" ? {} : { isHosts: mode === "host" }),
      addresses: [...new Set(addresses)].filter((address) => address !== ""),
      ports: entriesAt(network, "Ports").flatMap(([name, bindings]) => {
        // `"80/tcp": [{ "HostIp": "0.0.0.0", "HostPort": "8080" }]`; null where it is only exposed.
        const [containerPort = "", protocol = ""] = name.split("/");
        return listAt(bindings).flatMap((binding) => {
          const [hostIP, hostPort] = [textAt(binding, "HostIp"), textAt(binding, "HostPort")];
          return publishedPorts([{ hostIP, hostPort, containerPort, protocol }]);
        });
      }),
    },
    pod,
    mounts: () => mountsIn(info, tool),
    exec: (argv) => tool.run(["exec", id, ...argv]),
    endpoint: () => contextOf(runtime, tool),
  };
}

/**
 * `Mounts`, and the file systems in memory that it leaves out. It is null where an older nerdctl
 * (up to 2.0) shows what CRI or ctr made: their specification has them.
 */
async function mountsIn(info: Json, tool: Tool): Promise<Mount[]> {
  if (!Array.isArray(at(info, "Mounts"))) {
    const [native] = await inspect([textAt(info, "Id")], tool, ["--mode", "native"]);
    return mountsOfSpec(specIn(native));
  }
  const listed = listAt(info, "Mounts").map((mount) => {
    const destination = plain(textAt(mount, "Destination"));
    // Docker tells a volume's subpath only where the mount was asked for.
    const asked = listAt(info, "HostConfig", "Mounts")
      .find((one) => plain(textAt(one, "Target")) === destination);
    const subpath = textAt(mount, "SubPath") || textAt(asked, "VolumeOptions", "Subpath");
    const source = textAt(mount, "Source");
    const type = textAt(mount, "Type") || "bind";
    const found = mountOf({
      destination,
      source: source && below(source, subpath),
      type,
      readOnly: at(mount, "RW") === false,
      options: textsAt(mount, "Options"),
    });
    if (type !== "volume" || found.what === "overlay") return found;
    const name = textAt(mount, "Name");
    const isAnonymous = /^[0-9a-f]{64}$/.test(name); // as docker and its kin make names up
    const what = `volume ${JSON.stringify(name)}`;
    const warning = {
      code: "anonymous-volume",
      message:
        `The volume at ${destination} has no name of its own: it may be removed with its container, and one that takes its place may get another`,
      hint: "Recreate the container with a named volume, or with a folder of this host there.",
    };
    return { ...found, what, ...isAnonymous && { warning } };
  });
  const memory = entriesAt(info, "HostConfig", "Tmpfs")
    .map(([destination]) => mountOf({ destination, source: "", type: "tmpfs" }));
  // podman tells of an image's mount first as that, and then as the overlay that it is.
  const mounts = Map.groupBy([...listed, ...memory], ({ destination }) => destination);
  return outerFirst(mounts.values().toArray().flatMap(([first]) => first ?? []));
}

/** A context can be another host: then containers are that one's. */
async function contextOf(client: string, tool: Tool): Promise<string> {
  const format = "{{.Name}} {{.Endpoints.docker.Host}}";
  const { stdout } = await tool.run(["context", "inspect", "--format", format]);
  const [, name, endpoint] = /^(\S+) (\S+)/.exec(new TextDecoder().decode(stdout)) ?? [];
  return name === undefined ? "" : `${client}'s context ${JSON.stringify(name)} is ${endpoint}`;
}
