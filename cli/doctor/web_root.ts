/** The way from the URL to the folder behind it, on this host or through a container. */
import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { hasCode } from "../../core/util/errors.ts";
import { shellWord } from "../../core/util/hints.ts";
import { type ContainerAnswer, locateFolderInContainer } from "../../locate/containers/mod.ts";
import { locateFolder, NoAnswer, type Warning } from "../../locate/mod.ts";
import type { Context } from "../context.ts";
import { chosenContainer, type GivenOptions } from "../options/mod.ts";
import { checkSpace, findingsOf, type HostFinding } from "./host.ts";
import { findingFor, type Serving } from "./network.ts";

/** Whether the configuration of the web server leads to a folder, and what is wrong with it. */
export async function checkFolder(
  url: string,
  { nginxConf, root }: { readonly nginxConf?: string; readonly root?: string },
  serving: Serving,
): Promise<HostFinding[]> {
  const check = "web-server";
  try {
    const answer = await locateFolder(url, nginxConf === undefined ? {} : { nginxConf });
    const other = root === undefined ? [] : otherFolder(url, answer.path, root);
    const message = `${url} is read from ${answer.path}`;
    return [...routeFindings(check, message, answer, serving), ...other];
  } catch (error) {
    const finding = findingsOf(check).thrown(error);
    // An import into a folder that is given does not ask which server it is.
    const isOptional = root !== undefined && error instanceof Error &&
      error.cause instanceof NoAnswer && ["no-server", "unclear"].includes(error.cause.obstacle);
    return [isOptional ? { ...finding, state: "warning" } : finding];
  }
}

function otherFolder(url: string, served: string, root: string): HostFinding[] {
  if (realPath(served) === realPath(root)) return [];
  return [
    findingsOf("web-server").problem(
      `${url} is read from ${served}, not from ${root}`,
      `Give --root ${shellWord(served)}, or omit --root, or serve ${root} there.`,
    ),
  ];
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
    return routeFindings(check, containerText(url, answer), answer, serving);
  } catch (error) {
    context.signal.throwIfAborted();
    if (hasCode(error, "usage")) throw error;
    return [findingsOf(check).thrown(error)];
  }
}

function containerText(
  url = "what its nginx serves",
  { container: { name, runtime }, mount, path }: ContainerAnswer,
): string {
  return `${url} is read from ${path}, the ${mount.what} at ${mount.destination} of ${name} ` +
    `(${runtime})`;
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
