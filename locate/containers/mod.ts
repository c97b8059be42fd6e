/**
 * From a URL to the path on this host, for an nginx in a container: URL → server and location → path
 * in the container → mount → path of this host. Only reads.
 *
 * @module
 */
import { BinimportError } from "../../core/util/errors.ts";
import { type FolderAnswer, isBase, locateIn } from "../mod.ts";
import { newTrace, noteStep, parseWebAddress, userError, type WebAddress } from "../result.ts";
import { checkPath, plainPath } from "../warnings.ts";
import { ToolFailure } from "./client.ts";
import { hostPlace, type MountPlace } from "./host_path.ts";
import { configurationIn, containerView, type Reachable } from "./nginx_config.ts";
import type { Choice } from "./options.ts";
import { arrivingAt, onlyAddress, reachOf } from "./port_mapping.ts";
import { pidOf, requireHere, requireRunning, workerIds } from "./processes.ts";
import { type Asking, askRuntimes, type ClientAnswer, type FoundContainer } from "./query.ts";
import type { Container } from "./runtime.ts";
import { chooseNamed, chooseServing, wantedFor } from "./select.ts";

export { type Choice, choiceOptions, parseChoice } from "./options.ts";
export type { Runtime } from "./runtime.ts";

/** Where a URL leads by way of a container. */
export interface ContainerAnswer extends FolderAnswer {
  /** The container whose nginx answers. */
  readonly container: Pick<Container, "runtime" | "id" | "name" | "pod">;
  /** What is mounted at the path. */
  readonly mount: MountPlace;
  /** The workers' user and groups, by this host's numbers, where they can be seen. */
  readonly workers?: { readonly uid: number; readonly gids: readonly number[] };
}

/** What is lent for the search. */
export interface SearchHost {
  /** An environment variable; undefined when unset or empty. */
  env(name: string): string | undefined;
  readonly signal?: AbortSignal;
}

/** However many runtimes hang, in ms. */
const TIME_LIMIT = 18_000;

/** Finds what a GET of a URL would read: a file, or the folder of what lies under it. */
export async function locateInContainer(
  url: string,
  choice: Choice,
  host: SearchHost,
): Promise<ContainerAnswer> {
  return await search(parseWebAddress(url), choice, host);
}

/**
 * As {@linkcode locateInContainer}, for a base URL with or without a slash at its end. Without a URL
 * it is the one folder that the container's nginx serves.
 */
export async function locateFolderInContainer(
  url: string | undefined,
  choice: Choice,
  host: SearchHost,
): Promise<ContainerAnswer> {
  if (url === undefined) return await search(undefined, choice, host);
  const address = parseWebAddress(url);
  const path = address.path.endsWith("/") ? address.path : `${address.path}/`;
  return await search({ ...address, path }, choice, host);
}

async function search(
  address: WebAddress | undefined,
  choice: Choice,
  { env, signal: user }: SearchHost,
): Promise<ContainerAnswer> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), TIME_LIMIT);
  const signal = user === undefined ? limit.signal : AbortSignal.any([user, limit.signal]);
  try {
    return await follow(address, choice, { env, signal });
  } catch (error) {
    user?.throwIfAborted();
    if (error instanceof ToolFailure) {
      const { code, message, hint } = error;
      throw new BinimportError(code, `Cannot find the container: ${message}`, { hint });
    }
    throw userError(whatOf(address), error);
  } finally {
    clearTimeout(timer);
  }
}

function whatOf(address: WebAddress | undefined): string {
  if (address === undefined) return "the folder";
  return `${isBase(address) ? "the folder" : "the file"} of ${JSON.stringify(address.url)}`;
}

/** The answer of the first client that answers fully; else the failure of the one believed first. */
async function follow(
  given: WebAddress | undefined,
  choice: Choice,
  asking: Asking,
): Promise<ContainerAnswer> {
  const found = await choose(given, choice, asking);
  let failure: { readonly error: unknown } | undefined;
  for (const telling of [found, ...found.others]) {
    try {
      return await followAnswer(given, telling);
    } catch (error) {
      asking.signal.throwIfAborted();
      failure ??= { error };
    }
  }
  throw failure?.error;
}

async function followAnswer(
  given: WebAddress | undefined,
  { container, tool }: ClientAnswer,
): Promise<ContainerAnswer> {
  const trace = newTrace();
  requireRunning(container);
  const pid = pidOf(container);
  await requireHere(container, pid, tool);
  const at: Reachable = { container, tool, pid };
  const { runtime, id, name, pod } = container;
  const reach = given === undefined ? undefined : reachOf(container, given, pid);
  const how = reach === undefined ? "" : `: ${reach.how}`;
  noteStep(trace, `container ${name} (${runtime}, ${id.slice(0, 12)})${how}`);
  const configuration = await configurationIn(at, trace);
  const address = given === undefined
    ? await onlyAddress(configuration)
    : arrivingAt(given, reach, { container, configuration, trace });
  const found = await locateIn(configuration, address, trace);
  const view = containerView(at);
  const path = await plainPath(view, found.containerPath);
  const isFolder = isBase(address);
  const place = await hostPlace(path, { container, pid, view, isFolder }, trace);
  await checkPath(place.hostPath, isFolder, trace);
  const workers = pid === undefined ? undefined : workerIds(pid);
  return {
    ...found,
    path: place.hostPath,
    ...place,
    container: { runtime, id, name, ...(pod === undefined ? {} : { pod }) },
    ...(workers === undefined ? {} : { workers }),
  };
}

async function choose(
  address: WebAddress | undefined,
  choice: Choice,
  asking: Asking,
): Promise<FoundContainer> {
  const { target } = choice;
  if (target.kind === "url" && address === undefined) {
    throw new BinimportError("usage", "Cannot find a container: none was named, and no URL", {
      hint:
        "Give --container NAME or --pod NAME; or --url URL, and the one that serves it is found.",
    });
  }
  const answers = await askRuntimes(choice, wantedFor(target), asking);
  asking.signal.throwIfAborted();
  if (target.kind === "url" && address !== undefined) return chooseServing(answers, address);
  return chooseNamed(choice, answers);
}
