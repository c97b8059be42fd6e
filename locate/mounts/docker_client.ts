/** Clients that are used like docker: docker itself, podman and nerdctl. */
import { type Json, listAt } from "../container/json.ts";
import { POD_LABELS, type Wanted } from "../container/runtime.ts";
import { jsonOf, refusalOf, type Tool } from "../container/tool.ts";

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
