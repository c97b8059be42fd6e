/** The container runtimes that are known: options, help, completion and `doctor` go by this list. */
import type { Runtime } from "../container.ts";
import { crictl } from "./crictl.ts";
import { ctr } from "./ctr.ts";
import { docker, nerdctl, podman } from "./docker.ts";
import { kubectl } from "./kubectl.ts";
import { type Ended, findTool, type Tool } from "../tool.ts";

/** All of them. The first that tells of a container is believed as long as its answer is whole. */
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
