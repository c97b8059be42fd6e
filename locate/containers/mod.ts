/** URL → server and location → path in the container → mount → path of this host. Only reads. */
import type { AdapterHost } from "../../core/storage/mod.ts";
import { type FolderAnswer, locateIn } from "../mod.ts";
import { isBase, newTrace, noteStep, noteWarning, userError, type WebAddress } from "../result.ts";
import { checkPath, plainPath } from "../warnings.ts";
import type { Container } from "./container.ts";
import { lookInside } from "./files.ts";
import { type HostPlace, hostPlace } from "./host_path.ts";
import { configurationIn } from "./nginx_config.ts";
import type { Choice } from "./options.ts";
import { arrivingAt, onlyAddress, reachOf } from "./port_mapping.ts";
import { requireHere, workerIds } from "./processes.ts";
import { cannot, ToolFailure } from "./refusal.ts";
import { askRuntimes, chooseNamed, chooseServing } from "./select.ts";

export type { Runtime } from "./container.ts";
export { type Choice, choiceOptions, parseChoice } from "./options.ts";

/** Where a URL leads by way of a container, whose nginx answers. */
export interface ContainerAnswer extends FolderAnswer, HostPlace {
  readonly container: Pick<Container, "runtime" | "id" | "name" | "pod">;
  /** The workers' user and groups, by this host's numbers, where they can be seen. */
  readonly workers: ReturnType<typeof workerIds>;
}

/** What is lent for the search. */
export type SearchHost = Pick<AdapterHost, "env" | "signal">;

/** However many runtimes hang, in ms. */
const TIME_LIMIT = 18_000;

/**
 * Finds what a GET of a URL would read, by the first client that answers fully; without a URL the
 * only folder that the container's nginx serves. Throws the failure of the one believed first.
 */
export async function locateInContainer(
  address: WebAddress | undefined,
  choice: Choice,
  host: SearchHost,
): Promise<ContainerAnswer> {
  const { env, signal: user } = host;
  const done = new AbortController();
  const signals = [done.signal, AbortSignal.timeout(TIME_LIMIT)];
  const signal = AbortSignal.any(user === undefined ? signals : [...signals, user]);
  try {
    const wanted = choice.target.kind === "running" ? address : choice.target;
    if (wanted === undefined) {
      const hint =
        "Give --container NAME or --pod NAME; or --url URL, and the one that serves it is found.";
      throw cannot("usage", "find a container: none was named, and no URL", hint);
    }
    const answers = await askRuntimes(choice, env, signal);
    const candidates = "kind" in wanted
      ? chooseNamed(wanted, answers)
      : chooseServing(answers, wanted);
    const failures: unknown[] = [];
    for (const container of candidates) {
      try {
        return await answerOf(address, container);
      } catch (error) {
        signal.throwIfAborted();
        failures.push(error);
      }
    }
    throw failures[0];
  } catch (error) {
    user?.throwIfAborted();
    if (error instanceof ToolFailure) {
      throw cannot(error.code, `find the container: ${error.message}`, error.hint);
    }
    throw userError(address, error);
  } finally {
    done.abort(); // ends those that still hang
  }
}

async function answerOf(given: WebAddress | undefined, container: Container) {
  const trace = newTrace();
  await requireHere(container);
  const { runtime, id, name, pod } = container;
  const reach = given && reachOf(container, given);
  noteStep(trace, `container ${name} (${runtime}, ${id.slice(0, 12)})${reach?.how ?? ""}`);
  if (container.state === "paused") {
    const quoted = JSON.stringify(name);
    const message = `The container ${quoted} (${runtime}) is paused: it serves nothing`;
    noteWarning(trace, { code: "paused", message, hint: "Unpause it before files are fetched." });
  }
  const inside = lookInside(container);
  const configuration = await configurationIn(container, inside, trace);
  const address = given === undefined
    ? await onlyAddress(configuration)
    : arrivingAt(given, reach, container, configuration, trace);
  const found = await locateIn(configuration, address, trace);
  const path = await plainPath(inside.view, found.containerPath);
  const isFolder = isBase(address);
  const place = await hostPlace(path, isFolder, container, inside.view, trace);
  await checkPath(place.hostPath, isFolder, trace);
  return {
    ...found,
    path: place.hostPath,
    ...place,
    container: { runtime, id, name, pod },
    workers: workerIds(container),
  };
}
