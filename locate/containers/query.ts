/** Asking the runtimes that are there, side by side. */
import type { BinimportError } from "../../core/util/errors.ts";
import type { Container } from "./container.ts";
import { runningInPods } from "./kubelet/mod.ts";
import type { Choice } from "./options.ts";
import { firstProcess } from "./processes.ts";
import { cannot, ToolFailure } from "./refusal.ts";
import { runtimeNames, RUNTIMES } from "./runtimes/mod.ts";
import { findTool, silent, toolAt } from "./tool.ts";

/** How long one runtime may take, in ms, with all the calls that it takes. */
const ASK_LIMIT = 8000;

/** How much longer than the first to end the others may take, in ms: a daemon that hangs, hangs. */
const PATIENCE = 2000;

/** One container, as each client tells of it that knows it: several may see one containerd. */
export type Candidates = readonly [believedFirst: Container, ...others: Container[]];

/** What the runtimes answer. */
export interface Answers {
  readonly found: readonly Candidates[];
  /** The runtimes that gave an answer. */
  readonly heard: readonly string[];
  /** Those that gave none. */
  readonly silent: readonly { readonly runtime: string; readonly failure: ToolFailure }[];
}

/** What is lent for asking. */
export interface Asking {
  /** An environment variable; undefined when unset or empty. */
  env(name: string): string | undefined;
  /** Ends all that was started for it. */
  readonly signal: AbortSignal;
}

/** Asks one runtime, or all whose client is on PATH. */
export async function askRuntimes(choice: Choice, { env, signal }: Asking): Promise<Answers> {
  const { runtime, target } = choice;
  const clients = RUNTIMES.filter(({ name }) => runtime === undefined || name === runtime)
    .filter(({ podsOnly }) => podsOnly !== true || target.kind !== "container")
    .flatMap((one) => {
      const program = findTool(one.name, env("PATH"));
      return program === undefined ? [] : [{ one, tool: toolAt(program, env, signal) }];
    });
  if (clients.length === 0) return withoutClient(choice);
  const late = Promise.withResolvers<never>();
  const stop = () => late.reject(silent("in time"));
  const timers = [setTimeout(stop, ASK_LIMIT)];
  const answers = await Promise.all(clients.map(async ({ one: { name, find }, tool }) => {
    try {
      return { name, found: await Promise.race([find(target, tool, choice), late.promise]) };
    } catch (failure) {
      if (!(failure instanceof ToolFailure)) throw failure;
      return { name, failure };
    } finally {
      timers.push(setTimeout(stop, PATIENCE));
    }
  })).finally(() => timers.forEach(clearTimeout));
  signal.throwIfAborted();
  return {
    found: grouped(answers.flatMap(({ found = [] }) => found)),
    heard: answers.flatMap(({ name, failure }) => failure === undefined ? [name] : []),
    silent: answers.flatMap(({ name, failure }) =>
      failure === undefined ? [] : [{ runtime: name, failure }]
    ),
  };
}

/** By id; one that is not made yet has none. Who tells that it runs is believed first. */
function grouped(containers: readonly Container[]): Candidates[] {
  const groups = Map.groupBy(containers, ({ id }) => id || Symbol("not made yet"));
  return [...groups.values()].flatMap((group) => {
    const [first, ...others] = group
      .map((one) => ({ ...one, pid: one.pid ?? firstProcess(one) }))
      .toSorted((a, b) => Number(b.state === "running") - Number(a.state === "running"));
    return first === undefined ? [] : [[first, ...others]];
  });
}

/** On a node of Kubernetes root needs none: /proc and kubelet's folders tell what pods run. */
function withoutClient({ runtime, target }: Choice): Answers {
  const found = runtime === undefined ? grouped(runningInPods(target)) : [];
  if (found.length > 0) return { found, heard: ["kubelet"], silent: [] };
  const state = runtime ?? `none of ${runtimeNames().join(", ")}`;
  throw new ToolFailure(
    "unavailable",
    `${state} is ${runtime === undefined ? "" : "not "}on PATH`,
    `Run this on the host of the container, with ${
      runtime ?? "its client"
    } on PATH (sudo has a PATH of its own)${runtime === undefined ? "; for a pod as root" : ""}.`,
  );
}

/**
 * It was not found. That nobody answered is not the same as having no such container: then that is
 * what is told, else it stands behind what the others said.
 */
export function notFound(
  what: string,
  { heard, silent }: Answers,
  state: string,
  hint: string,
): BinimportError {
  const said = silent.map(({ runtime, failure }) => `${runtime}: ${failure.message}`);
  const [first] = silent;
  if (heard.length === 0 && first !== undefined) {
    return cannot(first.failure.code, `${what}: ${said.join("; ")}`, first.failure.hint);
  }
  return cannot("not-found", `${what}: ${[state, ...said].join("; ")}`, hint);
}
