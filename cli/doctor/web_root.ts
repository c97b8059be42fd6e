/** The way from the URL to the folder behind it, on this host or through a container. */
import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { hasCode } from "../../core/util/errors.ts";
import { shellWord } from "../../core/util/hints.ts";
import { locateFolderInContainer } from "../../locate/containers/mod.ts";
import { locateFolder, NoAnswer, type Warning } from "../../locate/mod.ts";
import type { Context } from "../context.ts";
import { chosenContainer, type Flags, type GivenOptions } from "../options/mod.ts";
import { checkSpace, findingsOf, type HostFinding } from "./host.ts";
import { findingFor, type Serving } from "./network.ts";

/** Whether the configuration of the web server leads to a folder, and what is wrong with it. */
export async function checkFolder(
  url: string,
  { nginxConf, root }: Flags & { readonly root?: string },
  serving: Serving,
): Promise<HostFinding[]> {
  const check = "web-server";
  const { problem, thrown } = findingsOf(check);
  try {
    const answer = await locateFolder(url, nginxConf === undefined ? {} : { nginxConf });
    const { path } = answer;
    const found = routeFindings(check, `${url} is read from ${path}`, answer, serving);
    if (root !== undefined && realPath(path) !== realPath(root)) {
      const hint = `Give --root ${shellWord(path)}, or omit --root, or serve ${root} there.`;
      found.push(problem(`${url} is read from ${path}, not from ${root}`, hint));
    }
    return found;
  } catch (error) {
    // An import into a folder that is given does not ask which server it is.
    const isOptional = root !== undefined && error instanceof Error &&
      error.cause instanceof NoAnswer && ["no-server", "unclear"].includes(error.cause.obstacle);
    return [{ ...thrown(error), ...(isOptional && { state: "warning" }) }];
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

/** The same through the container that the options name, or that serves the URL. */
export async function checkContainer(
  url: string | undefined,
  given: GivenOptions,
  context: Context,
  serving: Serving,
): Promise<HostFinding[]> {
  const check = "container";
  const choice = await chosenContainer(given, context);
  try {
    const answer = await locateFolderInContainer(url, choice, context);
    const { container: { name, runtime }, mount, path } = answer;
    const message = `${url ?? "what its nginx serves"} is read from ${path}, ` +
      `the ${mount.what} at ${mount.destination} of ${name} (${runtime})`;
    return routeFindings(check, message, answer, serving);
  } catch (error) {
    context.signal.throwIfAborted();
    if (hasCode(error, "usage")) throw error;
    return [findingsOf(check).thrown(error)];
  }
}

function routeFindings(
  check: string,
  message: string,
  { path, warnings }: { readonly path: string; readonly warnings: readonly Warning[] },
  serving: Serving,
): HostFinding[] {
  const told = warnings.map((one) => findingFor(check, one, serving));
  return [findingsOf(check).ok(message), ...told, ...checkSpace(path)];
}
