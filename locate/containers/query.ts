/** Asking the runtimes that are there, side by side. */
import type { Container } from "./container.ts";
import { runningInPods } from "./kubelet/mod.ts";
import type { Choice } from "./options.ts";
import { firstProcess } from "./processes.ts";
import { ToolFailure } from "./refusal.ts";
import { runtimeNames, RUNTIMES } from "./runtimes/mod.ts";
import { findTool, silent, type Tool } from "./tool.ts";

/** How long one runtime may take, in ms, with all the calls that it takes. */
const ASK_LIMIT = 8000;

/** How much longer than the first to end the others may take, in ms: a daemon that hangs, hangs. */
const PATIENCE = 2000;

/** What the runtimes answer. */
export interface Answers {
  /** Containers, each as every client that knows it tells of it: several may see one containerd. */
  readonly found: readonly (readonly [believedFirst: Container, ...others: Container[]])[];
  /** The runtimes that gave an answer. */
  readonly heard: readonly string[];
  readonly silent: readonly { readonly runtime: string; readonly failure: ToolFailure }[];
}

/** Asks one runtime, or all whose client is on PATH; the signal ends all that was started for it. */
export async function askRuntimes(
  choice: Choice,
  env: Tool["env"],
  signal: AbortSignal,
): Promise<Answers> {
  const { runtime: wanted, target } = choice;
  const clients = RUNTIMES.flatMap(({ name, podsOnly, find }) => {
    if (wanted !== undefined && name !== wanted) return [];
    if (podsOnly && target.kind === "container") return [];
    const tool = findTool(name, env, signal);
    return tool === undefined ? [] : [{ name, find, tool }];
  });
  if (clients.length === 0) return withoutClient(choice);
  const late = Promise.withResolvers<never>();
  const stop = () => late.reject(silent("in time"));
  const timers = [setTimeout(stop, ASK_LIMIT)];
  const answers = await Promise.all(clients.map(async ({ name: runtime, find, tool }) => {
    try {
      return { runtime, found: await Promise.race([find(target, tool, choice), late.promise]) };
    } catch (failure) {
      if (!(failure instanceof ToolFailure)) throw failure;
      return { runtime, failure };
    } finally {
      timers.push(setTimeout(stop, PATIENCE));
    }
  })).finally(() => timers.forEach(clearTimeout));
  signal.throwIfAborted();
  return {
    found: grouped(answers.flatMap(({ found = [] }) => found)),
    heard: answers.filter(({ found }) => found !== undefined).map(({ runtime }) => runtime),
    silent: answers.filter((one) => one.failure !== undefined),
  };
}

/** By id; one that is not made yet has none. Who tells that it runs is believed first. */
function grouped(containers: readonly Container[]): Answers["found"] {
  const known = containers.map((one) => ({ ...one, pid: one.pid ?? firstProcess(one.id) }));
  const groups = Map.groupBy(known, ({ id }) => id || Symbol("not made yet"));
  return groups.values().toArray().flatMap((group) => {
    const running = group.filter(({ state }) => state === "running");
    const [first, ...others] = new Set([...running, ...group]);
    return first === undefined ? [] : [[first, ...others]];
  });
}

/** On a node of Kubernetes root needs none: /proc and kubelet's folders tell what pods run. */
function withoutClient({ runtime, target }: Choice): Answers {
  const found = runtime === undefined ? grouped(runningInPods(target)) : [];
  if (found.length > 0) return { found, heard: ["kubelet"], silent: [] };
  const [state, client, besides] = runtime === undefined
    ? [`none of ${runtimeNames().join(", ")} is on PATH`, "its client", "; for a pod as root"]
    : [`${runtime} is not on PATH`, runtime, ""];
  const where = `with ${client} on PATH (sudo has a PATH of its own)${besides}`;
  throw new ToolFailure("unavailable", state, `Run this on the host of the container, ${where}.`);
}
