/**
 * The container runtimes that are known, in the one place that names them: options, help,
 * completion, `doctor` and messages go by this list. The first of those that tell of one container
 * is believed as long as its answer is whole.
 */
import type { Runtime } from "../container.ts";
import { crictl } from "./crictl.ts";
import { ctr } from "./ctr.ts";
import { docker, nerdctl, podman } from "./docker.ts";
import { kubectl } from "./kubectl.ts";
import { type Ended, findTool, type Tool } from "../tool.ts";

/** All of them. Those whose answers tell most come first. */
export const RUNTIMES: Runtime[] = [docker, podman, crictl, nerdctl, ctr, kubectl];

/** The names of all, or of some. */
export function runtimeNames(which: (runtime: Runtime) => boolean = () => true): string[] {
  return RUNTIMES.filter(which).map(({ name }) => name);
}

/** The runtime of a name. */
export function runtimeNamed(name: unknown): Runtime | undefined {
  return RUNTIMES.find((one) => one.name === name);
}

/** What a runtime's check comes to within so many ms; undefined without its client on PATH. */
export async function runCheck(
  { name, check }: Runtime,
  env: Tool["env"],
  limit: number,
): Promise<Ended | undefined> {
  return await findTool(name, env, AbortSignal.timeout(limit))?.run(check);
}
