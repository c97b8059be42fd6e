/** crictl, the client of CRI: `crictl ps`, `crictl inspect` and `crictl inspectp`. */
import {
  at,
  countAt,
  type Json,
  listAt,
  parseJson,
  textAt,
  textsAt,
} from "../../../core/util/json.ts";
import { type Container, isMeant, podPlace, publishedPorts, type Runtime } from "../container.ts";
import { mountOf } from "../kubelet/mod.ts";
import { type Mount, outerFirst } from "../mounts.ts";
import { answered, askJson, type Tool } from "../tool.ts";

export const crictl: Runtime = {
  name: "crictl",
  check: ["ps", "--quiet"],
  checkListsNames: true,
  async find(wanted, tool) {
    const every = wanted.kind === "running" ? [] : ["--all"];
    // crictl itself takes ids alone, so names are compared here.
    const listed = listAt(await askJson(tool, ["ps", ...every, "--output", "json"]), "containers")
      .filter((one) =>
        isMeant({
          id: textAt(one, "id"),
          name: textAt(one, "metadata", "name"),
          pod: podPlace(at(one, "labels")),
        }, wanted)
      );
    const found = await answered(listed.map((one) => inspect(one, tool)));
    return found.filter((one) => one !== undefined);
  },
};

/** Undefined for what went away meanwhile. */
async function inspect(listed: Json, tool: Tool): Promise<Container | undefined> {
  const ask = (verb: string, id: string) =>
    id === "" ? undefined : askJson(tool, [verb, "--output", "json", id], /not found|no such/i);
  const [info, sandbox] = await Promise.all([
    ask("inspect", textAt(listed, "id")),
    ask("inspectp", textAt(listed, "podSandboxId")),
  ]);
  return info === undefined ? undefined : fromCrictl(info, at(sandbox, "status"), tool);
}

function fromCrictl(info: Json, sandbox: Json | undefined, tool: Tool): Container {
  const status = at(info, "status");
  const id = textAt(status, "id");
  const network = textAt(sandbox, "linux", "namespaces", "options", "network");
  const addresses = [at(sandbox, "network"), ...listAt(sandbox, "network", "additionalIps")]
    .map((one) => textAt(one, "ip"));
  return {
    runtime: "crictl",
    id,
    name: textAt(status, "metadata", "name") || id,
    state: textAt(status, "state").replace(/^CONTAINER_/, "").toLowerCase(),
    pid: countAt(info, "info", "pid"),
    argv: textsAt(info, "info", "runtimeSpec", "process", "args"),
    network: {
      ...(network === "" ? {} : { isHosts: network === "NODE" }),
      addresses: addresses.filter((address) => address !== ""),
      // kubelet notes the ports of the pod's specification, `hostPort` among them.
      ports: publishedPorts(
        parseJson(textAt(status, "annotations", "io.kubernetes.container.ports")),
      ),
    },
    pod: podPlace(at(status, "labels")),
    mounts: () => Promise.resolve(outerFirst(listAt(status, "mounts").map(reported))),
    // `--sync` waits for the end without a terminal and without a connection of its own. It prints
    // standard error behind standard output, as one.
    exec: (argv) => tool.run(["exec", "--sync", id, ...argv]),
  };
}

function reported(mount: Json): Mount {
  const source = textAt(mount, "hostPath");
  return mountOf({
    destination: textAt(mount, "containerPath"),
    source,
    type: source === "" ? "image" : "bind",
    readOnly: at(mount, "readonly") === true,
  });
}
