/** The way from the URL to the folder behind it, on this host or through a container. */
import { hasCode } from "../../core/util/errors.ts";
import { type ContainerAnswer, locateFolderInContainer } from "../../locate/containers/mod.ts";
import { locateFolder, type Warning } from "../../locate/mod.ts";
import type { Context } from "../context.ts";
import { chosenContainer, type GivenOptions } from "../options/mod.ts";
import { findingOf, type HostFinding, warningFinding } from "./finding.ts";
import { checkSpace } from "./host.ts";

/** Whether the configuration of the web server leads to a folder, and what is wrong with it. */
export async function checkFolder(
  url: string,
  nginxConf: string | undefined,
): Promise<HostFinding[]> {
  const check = "web-server";
  try {
    const answer = await locateFolder(url, nginxConf === undefined ? {} : { nginxConf });
    return routeFindings(check, `${url} is read from ${answer.path}`, answer);
  } catch (error) {
    return [findingOf(check, error)];
  }
}

/** The same through the container that the options name, or that serves the URL. */
export async function checkContainer(
  url: string | undefined,
  given: GivenOptions,
  context: Context,
): Promise<HostFinding[]> {
  const check = "container";
  const choice = await chosenContainer(given, context);
  try {
    const answer = await locateFolderInContainer(url, choice, context);
    return routeFindings(check, containerText(url, answer), answer);
  } catch (error) {
    context.signal.throwIfAborted();
    if (hasCode(error, "usage")) throw error;
    return [findingOf(check, error)];
  }
}

function containerText(
  url: string | undefined,
  { container, mount, path }: ContainerAnswer,
): string {
  const { runtime, name } = container;
  const mounted = `the ${mount.what} at ${mount.destination} of ${name} (${runtime})`;
  return `${url ?? "what its nginx serves"} is read from ${path}, ${mounted}`;
}

function routeFindings(
  check: string,
  message: string,
  { path, warnings }: { readonly path: string; readonly warnings: readonly Warning[] },
): HostFinding[] {
  const told = warnings.map((one) => warningFinding(check, one.message, one.hint));
  return [{ check, state: "ok", message }, ...told, ...checkSpace(path)];
}
