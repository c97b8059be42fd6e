/** Whether a container runs, and on this host: otherwise its paths are another one's. */
import { hostname, networkInterfaces } from "node:os";
import { BinimportError } from "../../core/errors.ts";
import { type Container, containerText, type Node } from "./container.ts";
import { isOurs } from "./processes.ts";
import { attempt, type Tool } from "./tool.ts";

/** Throws code `unavailable` when it was stopped meanwhile, or always was. */
export function requireRunning(container: Container): void {
  const { state, runtime, name, pod } = container;
  if (["running", "paused"].includes(state)) return;
  throw new BinimportError(
    "unavailable",
    `Cannot use ${containerText(container)}: it is ${state}`,
    {
      hint: pod === undefined
        ? `Start it, such as with ${runtime} start ${name}, and try again.`
        : `See kubectl -n ${pod.namespace} describe pod ${pod.pod}.`,
    },
  );
}

/** Throws code `unsupported` when it runs elsewhere. */
export async function requireHere(
  container: Container,
  pid: number | undefined,
  tool: Tool,
): Promise<void> {
  const { node } = container;
  if (node !== undefined && !(pid !== undefined || isThisHost(node))) throw onNode(container, node);
  if (pid === undefined || isOurs(pid, container)) return;
  const where = await endpointOf(container, tool);
  throw new BinimportError(
    "unsupported",
    `Cannot use ${containerText(container)}: it does not run on this host${where}`,
    {
      hint:
        "Run binimport on the host of the container; in a virtual machine, such as Docker Desktop's, that is the machine itself.",
    },
  );
}

/** Most nodes have their host's name; but any name can be given to them. */
function isThisHost({ name, address }: Node): boolean {
  const [own, node] = [hostname().toLowerCase(), name.toLowerCase()];
  const short = (host: string) => host.split(".", 1)[0];
  if (own === node || (short(own) === short(node) && !(own.includes(".") && node.includes(".")))) {
    return true;
  }
  return Object.values(networkInterfaces()).flatMap((all) => all ?? [])
    .some((one) => one.address === address && !one.internal);
}

function onNode(container: Container, { name }: Node): BinimportError {
  const where = name === "" ? "it is not on any node yet" : `it runs on the node ${name}`;
  return new BinimportError(
    "unsupported",
    `Cannot use ${containerText(container)}: ${where}, and this host is ${hostname()}`,
    { hint: name === "" ? "See kubectl describe pod." : `Run binimport on ${name}.` },
  );
}

/** Whom docker asks, since its context can be another host; nothing for the others. */
async function endpointOf({ runtime }: Container, tool: Tool): Promise<string> {
  if (runtime !== "docker") return "";
  const ended = await attempt(tool, [
    "context",
    "inspect",
    "--format",
    "{{.Name}} {{.Endpoints.docker.Host}}",
  ]);
  const [, name, endpoint] = /^(\S+) (\S+)/.exec(new TextDecoder().decode(ended.stdout)) ?? [];
  if (name === undefined || endpoint === undefined) return "";
  return `: docker's context ${JSON.stringify(name)} is ${endpoint}`;
}
