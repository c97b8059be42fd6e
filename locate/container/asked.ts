/** Asking the runtimes that are there, side by side. */
import { crictl } from "../mounts/crictl.ts";
import { ctr } from "../mounts/ctr.ts";
import { docker } from "../mounts/docker.ts";
import { kubectl } from "../mounts/kubectl.ts";
import { nerdctl } from "../mounts/nerdctl.ts";
import { podman } from "../mounts/podman.ts";
import type { Choice } from "./choice.ts";
import { type Container, type RuntimeName, RUNTIMES } from "./container.ts";
import type { Runtime, Wanted } from "./runtime.ts";
import { findTool, type Tool, toolAt, ToolFailure } from "./tool.ts";

/**
 * Those whose answer tells most come first: several clients of one containerd tell of the same
 * container.
 */
const KNOWN: readonly Runtime[] = [docker, podman, crictl, nerdctl, ctr, kubectl];

/** How long one runtime may take, in ms, with all the calls that it takes. */
const ASK_LIMIT = 8000;

/** A container, and the client that told of it. */
export interface Found {
  readonly container: Container;
  readonly tool: Tool;
}

/** A runtime that gave no answer. */
export interface Silent {
  readonly runtime: RuntimeName;
  readonly failure: ToolFailure;
}

/** What the runtimes said. */
export interface Answers {
  /** The runtimes that were asked. */
  readonly asked: readonly RuntimeName[];
  /** Each container once. */
  readonly found: readonly Found[];
  readonly silent: readonly Silent[];
}

/** What is lent for asking. */
export interface Asking {
  /** An environment variable; undefined when unset or empty. */
  env(name: string): string | undefined;
  /** Ends it all. */
  readonly signal: AbortSignal;
}

/** Asks one runtime, or all whose client is on PATH. */
export async function askRuntimes(
  { runtime, runtimeNamespace }: Choice,
  wanted: Wanted,
  { env, signal }: Asking,
): Promise<Answers> {
  const clients = KNOWN.filter(({ name }) => runtime === undefined || name === runtime)
    // Kubernetes has no names of containers outside of pods.
    .filter(({ name }) => name !== "kubectl" || wanted.kind !== "container")
    .flatMap((one) => {
      const program = findTool(one.name, env("PATH"));
      return program === undefined ? [] : [{ one, tool: toolAt(program, env, signal) }];
    });
  if (clients.length === 0) throw noClient(runtime);
  const options = runtimeNamespace === undefined ? {} : { runtimeNamespace };
  const answers = await Promise.all(clients.map(async ({ one, tool }) => {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), ASK_LIMIT);
    try {
      const impatient = toolAt(tool.program, env, AbortSignal.any([signal, limit.signal]));
      const containers = await one.find(wanted, impatient, options);
      return { found: containers.map((container) => ({ container, tool })), silent: [] };
    } catch (failure) {
      if (!(failure instanceof ToolFailure)) throw failure;
      return { found: [], silent: [{ runtime: one.name, failure }] };
    } finally {
      clearTimeout(timer);
    }
  }));
  return {
    asked: clients.map(({ one }) => one.name),
    found: distinct(answers.flatMap(({ found }) => found)),
    silent: answers.flatMap(({ silent }) => silent),
  };
}

/** By id; one that is not made yet has none. */
function distinct(found: readonly Found[]): Found[] {
  return found.filter(({ container: { id } }, i) =>
    id === "" || found.findIndex(({ container }) => container.id === id) === i
  );
}

function noClient(runtime: RuntimeName | undefined): ToolFailure {
  const state = runtime === undefined
    ? `none of ${RUNTIMES.join(", ")} is on PATH`
    : `${runtime} is not on PATH`;
  const hint = runtime === "docker" || runtime === undefined
    ? "Run this on the host of the container, with its client on PATH (sudo has a PATH of its own)."
    : `Put ${runtime} on PATH (sudo has a PATH of its own), or leave --runtime out.`;
  return new ToolFailure("unavailable", state, hint);
}
