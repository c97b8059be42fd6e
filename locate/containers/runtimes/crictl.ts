/** crictl, the client of CRI: `crictl ps`, `crictl inspect` and `crictl inspectp`. */
import { at, countAt, type Json, listAt, textAt, textsAt } from "../../../core/util/json.ts";
import { type Container, isMeant, podPlace, publishedPorts, type Runtime } from "../container.ts";
import { mountOf } from "../kubelet/mod.ts";
import { outerFirst } from "../mounts.ts";
import { answered, askJson, type Tool } from "../tool.ts";

export const crictl: Runtime = {
  name: "crictl",
  check: ["ps", "--quiet"],
  async find(wanted, tool) {
    const ask = (verb: string, id: string) =>
      id === "" ? undefined : askJson(tool, [verb, "--output", "json", id], /not found|no such/i);
    const every = wanted.kind === "running" ? [] : ["--all"];
    const listed = listAt(await askJson(tool, ["ps", ...every, "--output", "json"]), "containers")
      .map((one) => ({
        id: textAt(one, "id"),
        sandboxId: textAt(one, "podSandboxId"),
        name: textAt(one, "metadata", "name"),
        pod: podPlace(at(one, "labels")),
      }))
      .filter((one) => isMeant(one, wanted)); // crictl itself takes ids alone
    const found = await answered(listed.map(async ({ id, sandboxId }) => {
      const [info, pod] = await Promise.all([ask("inspect", id), ask("inspectp", sandboxId)]);
      // Undefined is what went away meanwhile.
      return info === undefined ? [] : [fromCrictl(info, at(pod, "status"), tool)];
    }));
    return found.flat();
  },
};

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
      ports: publishedPorts(at(status, "annotations", "io.kubernetes.container.ports")),
    },
    pod: podPlace(at(status, "labels")),
    mounts: () => {
      const mounts = listAt(status, "mounts").map((mount) => {
        const [destination, source] = [textAt(mount, "containerPath"), textAt(mount, "hostPath")];
        const [type, readOnly] = [source ? "bind" : "image", at(mount, "readonly") === true];
        return mountOf({ destination, source, type, readOnly });
      });
      return Promise.resolve(outerFirst(mounts));
    },
    // `--sync` waits for the end without a terminal and without a connection of its own. It prints
    // standard error behind standard output, as one.
    exec: (argv) => tool.run(["exec", "--sync", id, ...argv]),
  };
}
