/** crictl, the client of CRI: `crictl ps`, `crictl inspect` and `crictl inspectp`. */
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
import { bindMount } from "../kubelet/mod.ts";
import { type Mount, outerFirst } from "../mounts.ts";
import {
  type Container,
  POD_LABELS,
  podPlace,
  type PublishedPort,
  publishedPort,
  type Runtime,
  type Wanted,
} from "../runtime.ts";
import type { Ended } from "../subprocess.ts";

export const crictl: Runtime = {
  name: "crictl",
  check: ["ps", "--quiet"],
  checkListsNames: true,
  find,
};

async function find(wanted: Wanted, tool: Tool): Promise<Container[]> {
  const every = wanted.kind === "running" ? [] : ["--all"];
  const ended = await tool.run(["ps", ...every, "--output", "json"]);
  if (ended.status !== 0) throw refusalOf(ended);
  const listed = listAt(jsonOf(ended), "containers").filter((one) => isMeant(one, wanted));
  const found = await answered(listed.map((one) => inspect(one, tool)));
  return found.filter((one) => one !== undefined);
}

/** crictl itself takes ids alone, so names are compared here. */
function isMeant(listed: Json, wanted: Wanted): boolean {
  const label = (name: string) => textAt(listed, "labels", name);
  switch (wanted.kind) {
    case "running":
      return true;
    case "pod":
      return label(POD_LABELS.pod) === wanted.pod &&
        (wanted.namespace === undefined || label(POD_LABELS.namespace) === wanted.namespace);
    case "container": {
      const isId = /^[0-9a-f]{8,}$/.test(wanted.name);
      return textAt(listed, "metadata", "name") === wanted.name ||
        (isId && textAt(listed, "id").startsWith(wanted.name));
    }
  }
}

async function inspect(listed: Json, tool: Tool): Promise<Container | undefined> {
  const [info, sandbox] = await Promise.all([
    inspected("inspect", textAt(listed, "id"), tool),
    inspected("inspectp", textAt(listed, "podSandboxId"), tool),
  ]);
  return info === undefined ? undefined : fromCrictl(info, sandbox);
}

/** Undefined for what went away meanwhile. One by itself never comes in a list. */
async function inspected(verb: string, id: string, tool: Tool): Promise<Json | undefined> {
  if (id === "") return undefined;
  const ended = await tool.run([verb, "--output", "json", id]);
  if (ended.status === 0) return jsonOf(ended);
  if (/not found|no such/i.test(ended.stderr)) return undefined;
  throw refusalOf(ended);
}

function fromCrictl(info: Json, sandbox: Json | undefined): Container {
  const status = at(info, "status");
  const id = textAt(status, "id");
  const pid = countAt(info, "info", "pid");
  const pod = podPlace((label) => textAt(status, "labels", label));
  const network = textAt(sandbox, "status", "linux", "namespaces", "options", "network");
  const further = listAt(sandbox, "status", "network", "additionalIps");
  return {
    runtime: "crictl",
    id,
    name: textAt(status, "metadata", "name") || id,
    state: textAt(status, "state").replace(/^CONTAINER_/, "").toLowerCase(),
    ...(pid === undefined ? {} : { pid }),
    argv: textsAt(info, "info", "runtimeSpec", "process", "args"),
    network: {
      ...(network === "" ? {} : { isHosts: network === "NODE" }),
      addresses: [
        textAt(sandbox, "status", "network", "ip"),
        ...further.map((one) => textAt(one, "ip")),
      ].filter((address) => address !== ""),
      ports: portsOf(status),
    },
    mounts: () => Promise.resolve(outerFirst(listAt(status, "mounts").map(mountOf))),
    ...(pod === undefined ? {} : { pod }),
    // `--sync` waits for the end without a terminal and without a connection of its own.
    commands: { exec: (argv) => ["exec", "--sync", id, ...argv], separate },
  };
}

/** What `nginx -V` begins with, whichever fork it is. */
const VERSION = /^\S+ version: \S+$/gm;

/**
 * `exec --sync` prints the standard output, a line feed, the standard error, and another line feed,
 * all as its own standard output. Where they meet is known where nginx tells its version first; of
 * other programs that did well nothing is taken to be an error.
 */
function separate({ status, stdout, stderr }: Ended): Ended {
  const text = Buffer.from(stdout).toString("latin1");
  const told = (bytes: string) => Buffer.from(bytes, "latin1").toString("utf8");
  if (status !== 0) {
    return { status, stdout: new Uint8Array(0), stderr: told(text).trim() || stderr };
  }
  const meeting = [...text.matchAll(VERSION)].at(-1)?.index;
  const end = meeting ?? text.replace(/\n$/, "").length;
  const output = text.slice(0, end).replace(/\n$/, "");
  return {
    status,
    stdout: Uint8Array.from(Buffer.from(output, "latin1")),
    stderr: meeting === undefined ? stderr : told(text.slice(meeting)),
  };
}

/** kubelet notes the ports of the pod's specification, `hostPort` among them. */
function portsOf(status: Json | undefined): PublishedPort[] {
  const note = textAt(status, "annotations", "io.kubernetes.container.ports");
  return listAt(parseJson(note)).flatMap((port) =>
    publishedPort(
      textAt(port, "hostIP"),
      countAt(port, "hostPort"),
      countAt(port, "containerPort"),
      textAt(port, "protocol"),
    )
  );
}

function mountOf(mount: Json): Mount {
  const destination = textAt(mount, "containerPath");
  const source = textAt(mount, "hostPath");
  const known = bindMount(destination, source, at(mount, "readonly") === true);
  if (source !== "") return known;
  const hint = "Mount a hostPath or a PersistentVolumeClaim there instead.";
  return { ...known, what: "image volume", source: { reason: "comes from an image", hint } };
}
