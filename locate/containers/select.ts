/** Asks the runtimes that are there, side by side, and chooses the container that is meant. */
import type { WebAddress } from "../result.ts";
import { type Container, listedText, type Target } from "./container.ts";
import { runningInPods } from "./kubelet/mod.ts";
import type { Choice } from "./options.ts";
import { reachOf } from "./port_mapping.ts";
import { conmonOwner, firstProcesses, listensIn } from "./processes.ts";
import { cannot, ToolFailure } from "./refusal.ts";
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
  const found = answers.flatMap(({ found = [] }) => found);
  // Of a node's pods root needs no client: theirs may be missing, or ask another containerd.
  const isAsked = wanted === undefined && (found.length === 0 || target.kind === "running");
  const pods = (isAsked ? runningInPods(target) : [])
    .filter((pod) => found.every(({ id }) => id !== pod.id));
  if (clients.length === 0 && pods.length === 0) throw noClient(wanted);
  const heard = answers.filter(({ found }) => found !== undefined).map(({ runtime }) => runtime);
  return {
    found: grouped([...found, ...pods]),
    heard: pods.length > 0 ? [...heard, "kubelet"] : heard,
    silent: answers.filter((one) => one.failure !== undefined),
  };
}

/** By id; one that is not made yet has none. Who tells that it runs is believed first. */
function grouped(containers: readonly Container[]): Answers["found"] {
  const isTold = containers.every(({ pid }) => pid !== undefined);
  const first = isTold ? undefined : firstProcesses(); // one look, however many there are
  const known = containers.map((one) => ({ ...one, pid: one.pid ?? first?.get(one.id) }));
  const groups = Map.groupBy(known, ({ id }) => id || Symbol("not made yet"));
  return groups.values().toArray().flatMap((group) => {
    const running = group.filter(({ state }) => state === "running");
    const [believed, ...others] = new Set([...running, ...group]);
    return believed === undefined ? [] : [[believed, ...others]];
  });
}

function noClient(runtime: string | undefined) {
  const [state, client, besides] = runtime === undefined
    ? [`none of ${runtimeNames().join(", ")} is on PATH`, "its client", "; for a pod as root"]
    : [`${runtime} is not on PATH`, runtime, ""];
  const where = `with ${client} on PATH (sudo has a PATH of its own)${besides}`;
  const hint = `Run this on the host of the container, ${where}.`;
  return new ToolFailure("unavailable", state, { hint });
}

/** One container, as each client tells of it that knows it. */
export type Candidates = Answers["found"][number];

/** A target with a name. */
export type NamedTarget = Exclude<Target, { kind: "running" }>;

/** The one that was named; throws code `not-found` or `target` when it is not just one. */
export function chooseNamed(target: NamedTarget, answers: Answers): Candidates {
  const wanted = target.kind === "pod" ? target.container : undefined;
  const named = answers.found
    .filter(([{ pod }]) => wanted === undefined || pod?.container === wanted);
  // Of one that was restarted, a runtime keeps the ended ones, too.
  const running = named.filter(([{ state }]) => state === "running");
  const [first, ...others] = running.length > 0 ? running : named;
  if (first === undefined) throw noneOfThatName(target, answers);
  if (others.length > 0) throw several(target, [first, ...others].map(([one]) => one));
  return first;
}

function targetText(target: NamedTarget) {
  if (target.kind === "container") return `the container ${JSON.stringify(target.name)}`;
  const { pod, container } = target;
  const inPod = container === undefined ? "" : `the container ${JSON.stringify(container)} of `;
  return `${inPod}the pod ${JSON.stringify(pod)}`;
}

function noneOfThatName(target: NamedTarget, answers: Answers) {
  const what = `find ${targetText(target)}`;
  if (answers.found.length > 0) {
    const names = new Set(answers.found.map(([{ pod, name }]) => pod?.container ?? name));
    const state = `it has ${[...names].join(", ")}`;
    return cannot("not-found", `${what}: ${state}`, "Give one of these with -c NAME.");
  }
  const { heard } = answers;
  const state = `${heard.join(", ")} ${heard.length > 1 ? "have" : "has"} none of that name`;
  const owner = target.kind === "container" ? conmonOwner(target.name) : undefined;
  const hint = target.kind === "pod"
    ? "Give its namespace with -n NS; kubectl get pods --all-namespaces shows all."
    : owner === undefined
    ? "docker ps -a, or the same of another runtime, shows all. A pod is named by --pod NAME."
    : `podman of the user ${owner} has a container of that name, which other users do not see: run this as that user.`;
  return notFound(what, answers, state, hint);
}

/** That nobody answered is told alone; that some did not, behind what the others said. */
function notFound(what: string, { heard, silent }: Answers, state: string, hint: string) {
  const said = silent.map(({ runtime, failure }) => `${runtime}: ${failure.message}`);
  const [first] = silent;
  if (heard.length === 0 && first !== undefined) {
    return cannot(first.failure.code, `${what}: ${said.join("; ")}`, first.failure.hint);
  }
  return cannot("not-found", `${what}: ${[state, ...said].join("; ")}`, hint);
}

/** By what they differ, and the option that tells them apart. */
function several(target: NamedTarget, found: readonly Container[]) {
  const distinct = (of: (one: Container) => string | undefined) =>
    [...new Set(found.map(of))].filter((one) => one !== undefined);
  const inPods = distinct(({ pod }) => pod?.container);
  const runtimes = distinct(({ runtime }) => runtime);
  let names = found.map(listedText);
  let option = "the id instead of the name, or --runtime-namespace";
  if (distinct(({ pod }) => `${pod?.namespace}/${pod?.pod}`).length > 1) {
    option = target.kind === "pod" ? "-n NS" : "--pod NAME -n NS";
  } else if (inPods.length > 1) {
    names = inPods;
    option = inPods.map((one) => `-c ${one}`).join(" or ");
  } else if (runtimes.length > 1) {
    option = runtimes.map((one) => `--runtime ${one}`).join(" or ");
  }
  const what = `choose ${targetText(target)}: there are ${names.join(", ")}`;
  return cannot("target", what, `Add ${option}.`);
}

/**
 * The one that serves a URL; throws when there is none, or several. Containers of a pod share one
 * network, and many share this host's: one for which /proc shows that it does not listen is left
 * out; where it shows one that does, so are those for which it shows nothing.
 */
export function chooseServing(answers: Answers, address: WebAddress): Candidates {
  const reached = answers.found.flatMap((candidates): Candidates[] => {
    const first = candidates.find((one) => reachOf(one, address) !== undefined);
    return first === undefined ? [] : [[first, ...candidates.filter((one) => one !== first)]];
  });
  const judged = Map.groupBy(reached, ([one]) => holdsPort(one, address));
  const [first, ...others] = judged.get(true) ?? judged.get(undefined) ?? [];
  const what = `find the container that serves ${JSON.stringify(address.url)}`;
  if (first === undefined) {
    const state = `no running container of ${answers.heard.join(", ")} publishes port ` +
      `${address.port}, has that address, or listens there in this host's network`;
    const hint = "Name it with --container NAME or --pod NAME. " +
      "An nginx of this host itself is found without --adapter container.";
    throw notFound(what, answers, state, hint);
  }
  if (others.length === 0) return first;
  const names = [first, ...others].map(([one]) => listedText(one)).join(", ");
  const hint = "Name it with --container RUNTIME/NAME, or --pod NAME.";
  throw cannot("target", `${what}: it may be any of ${names}`, hint);
}

function holdsPort(container: Container, address: WebAddress): boolean | undefined {
  const { argv, network } = container;
  const port = reachOf(container, address)?.arrival?.port ?? address.port;
  const listens = listensIn(container, port);
  if (listens !== undefined) return listens;
  // In the host's network all of them are reached, so that it is worth a guess by the program.
  const isNginx = argv.some((word) => /(?:^|\/)(?:nginx|openresty|angie|tengine)$/.test(word));
  return network.isHosts === true && !isNginx ? false : undefined;
}
