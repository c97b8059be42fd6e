/** Asking the runtimes that are there, side by side. */
import { BinimportError } from "../../core/util/errors.ts";
import { findTool, type Tool, toolAt, ToolFailure } from "./client.ts";
import type { Choice } from "./options.ts";
import type { Container, RuntimeName, Wanted } from "./runtime.ts";
import { runtimeNames, RUNTIMES } from "./runtimes/mod.ts";

/** How long one runtime may take, in ms, with all the calls that it takes. */
const ASK_LIMIT = 8000;

/** How much longer than the first to end the others may take, in ms: a daemon that hangs, hangs. */
const PATIENCE = 2000;

/** A container, as one client tells of it. */
export interface ClientAnswer {
  readonly container: Container;
  readonly tool: Tool;
}

/** A container, as the client tells of it that is believed first. */
export interface FoundContainer extends ClientAnswer {
  /** What others tell of the same one: several clients may see one containerd. */
  readonly others: readonly ClientAnswer[];
}

/** A runtime that gave no answer. */
export interface Silent {
  readonly runtime: RuntimeName;
  readonly failure: ToolFailure;
}

export interface Answers {
  /** The runtimes that were asked. */
  readonly asked: readonly RuntimeName[];
  readonly found: readonly FoundContainer[];
  readonly silent: readonly Silent[];
}

/** What is lent for asking. */
export interface Asking {
  /** An environment variable; undefined when unset or empty. */
  env(name: string): string | undefined;
  readonly signal: AbortSignal;
}

/** Asks one runtime, or all whose client is on PATH. */
export async function askRuntimes(
  { runtime, runtimeNamespace }: Choice,
  wanted: Wanted,
  { env, signal }: Asking,
): Promise<Answers> {
  const clients = RUNTIMES.filter(({ name }) => runtime === undefined || name === runtime)
    .filter(({ podsOnly }) => podsOnly !== true || wanted.kind !== "container")
    .flatMap((one) => {
      const program = findTool(one.name, env("PATH"));
      return program === undefined ? [] : [{ one, tool: toolAt(program, env, signal) }];
    });
  if (clients.length === 0) throw noClient(runtime);
  const options = runtimeNamespace === undefined ? {} : { runtimeNamespace };
  const limit = new AbortController();
  const stop = () => limit.abort();
  const timers = [setTimeout(stop, ASK_LIMIT)];
  const answers = await Promise.all(clients.map(async ({ one, tool }) => {
    try {
      const impatient = toolAt(tool.program, env, AbortSignal.any([signal, limit.signal]));
      const containers = await one.find(wanted, impatient, options);
      return { found: containers.map((container) => ({ container, tool })), silent: [] };
    } catch (failure) {
      if (!(failure instanceof ToolFailure)) throw failure;
      return { found: [], silent: [{ runtime: one.name, failure }] };
    } finally {
      timers.push(setTimeout(stop, PATIENCE));
    }
  })).finally(() => timers.forEach(clearTimeout));
  return {
    asked: clients.map(({ one }) => one.name),
    found: grouped(answers.flatMap(({ found }) => found)),
    silent: answers.flatMap(({ silent }) => silent),
  };
}

/** By id; one that is not made yet has none. Who tells that it runs is believed first. */
function grouped(tellings: readonly ClientAnswer[]): FoundContainer[] {
  const groups = Map.groupBy(tellings, ({ container: { id } }) => id || Symbol("not made yet"));
  return [...groups.values()].flatMap((group) => {
    const isRunning = ({ container }: ClientAnswer) => container.state === "running";
    const [first, ...others] = group.toSorted((one, other) =>
      Number(isRunning(other)) - Number(isRunning(one))
    );
    return first === undefined ? [] : [{ ...first, others }];
  });
}

function noClient(runtime: RuntimeName | undefined): ToolFailure {
  const state = runtime === undefined
    ? `none of ${runtimeNames().join(", ")} is on PATH`
    : `${runtime} is not on PATH`;
  const hint = runtime === "docker" || runtime === undefined
    ? "Run this on the host of the container, with its client on PATH (sudo has a PATH of its own)."
    : `Put ${runtime} on PATH (sudo has a PATH of its own), or leave --runtime out.`;
  return new ToolFailure("unavailable", state, hint);
}

/** Nobody answered: that is not the same as having no such container. */
export function allSilent(what: string, silent: readonly Silent[]): BinimportError {
  const [first] = silent;
  const { code, hint } = first?.failure ?? {};
  const states = silent.map(({ runtime, failure }) => `${runtime}: ${failure.message}`);
  return new BinimportError(code ?? "unavailable", `Cannot ${what}: ${states.join("; ")}`, {
    ...(hint === undefined ? {} : { hint }),
  });
}

/** What those said that gave no answer, to stand behind what the others said. */
export function saidBy(silent: readonly Silent[]): string {
  return silent.map(({ runtime, failure }) => `; ${runtime}: ${failure.message}`).join("");
}

/** Those that gave an answer. */
export function heard({ asked, silent }: Answers): RuntimeName[] {
  return asked.filter((name) => !silent.some(({ runtime }) => runtime === name));
}
