/** The target, and the way from the URL to the folder behind it, on this host or through a container. */
import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { probe } from "../../core/importer/mod.ts";
import { loadManifest, MANIFEST_KEY, type StorageAdapter } from "../../core/storage/mod.ts";
import { hasCode } from "../../core/util/errors.ts";
import { shellWord } from "../../core/util/hints.ts";
import { formatCount } from "../../core/util/units.ts";
import { locateFolderInContainer } from "../../locate/containers/mod.ts";
import { locateFolder, NoAnswer, type Warning } from "../../locate/mod.ts";
import { chosenContainer, type Flags, type GivenOptions } from "../options/mod.ts";
import type { Session } from "../session.ts";
import { checkSpace, type HostFinding, thrownFinding } from "./host.ts";
import { findingFor, type Serving } from "./network.ts";

/** Looks at a target. Writes nothing unless `mayWrite`. */
export async function checkTarget(
  adapter: StorageAdapter,
  mayWrite: boolean,
  { fetch, signal }: Session,
): Promise<HostFinding[]> {
  const found: HostFinding[] = [];
  let check = "target";
  try {
    await adapter.checkReady?.({ signal });
    // A bucket that is not there is one that an import makes.
    await adapter.stat(MANIFEST_KEY, { signal }).catch((error) => {
      if (!hasCode(error, "not-found")) throw error;
    });
    const { size } = (await loadManifest(adapter, { signal })).files;
    const records = size === 0
      ? "; nothing has been imported yet"
      : ` and records ${formatCount(size, "file")}`;
    found.push({ check, state: "ok", message: `${adapter.target} is reachable${records}` });
    const url = size === 0 ? undefined : adapter.publicUrl?.(MANIFEST_KEY);
    if (url !== undefined) {
      const { status, close } = await fetch(url, { method: "HEAD", signal });
      close();
      const check = "anonymous";
      // Many servers hide names with a leading dot; of the others only an import or a probe can tell.
      const message = `${url.href} answers ${status} without credentials`;
      const hint = "Run binimport verify to check whether nodes can download the files.";
      found.push(
        status === 200
          ? { check, state: "ok", message: "anonymous download works" }
          : { check, state: "warning", message, hint },
      );
    }
    if (mayWrite) {
      check = "probe";
      await adapter.prepare?.({ signal });
      await probe(adapter, fetch, { signal });
      const fetched = adapter.publicUrl?.("x") === undefined ? "" : ", fetched as a node would";
      found.push({ check, state: "ok", message: `a file was written${fetched} and removed` });
    }
  } catch (error) {
    signal.throwIfAborted();
    found.push(thrownFinding(check, error));
  }
  return found;
}

/** Whether the configuration of the web server leads to a folder, and what is wrong with it. */
export async function checkFolder(
  url: string,
  { nginxConf, root }: Flags & { readonly root?: string },
  serving: Serving,
): Promise<HostFinding[]> {
  const check = "web-server";
  try {
    const answer = await locateFolder(url, nginxConf === undefined ? {} : { nginxConf });
    const { path } = answer;
    const found = routeFindings(check, `${url} is read from ${path}`, answer, serving);
    if (root !== undefined && realPath(path) !== realPath(root)) {
      const hint = `Give --root ${shellWord(path)}, or omit --root, or serve ${root} there.`;
      const message = `${url} is read from ${path}, not from ${root}`;
      found.push({ check, state: "problem", message, hint });
    }
    return found;
  } catch (error) {
    // An import into a folder that is given does not ask which server it is.
    const isOptional = root !== undefined && error instanceof Error &&
      error.cause instanceof NoAnswer && ["no-server", "unclear"].includes(error.cause.obstacle);
    return [{ ...thrownFinding(check, error), ...(isOptional && { state: "warning" }) }];
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
  session: Session,
  serving: Serving,
): Promise<HostFinding[]> {
  const check = "container";
  const choice = await chosenContainer(given, session);
  try {
    const answer = await locateFolderInContainer(url, choice, session.context);
    const { container: { name, runtime }, mount, path } = answer;
    const message = `${url ?? "what its nginx serves"} is read from ${path}, ` +
      `the ${mount.what} at ${mount.destination} of ${name} (${runtime})`;
    return routeFindings(check, message, answer, serving);
  } catch (error) {
    session.signal.throwIfAborted();
    if (hasCode(error, "usage")) throw error;
    return [thrownFinding(check, error)];
  }
}

function routeFindings(
  check: string,
  message: string,
  { path, warnings }: { readonly path: string; readonly warnings: readonly Warning[] },
  serving: Serving,
): HostFinding[] {
  const told = warnings.map((one) => findingFor(check, one, serving));
  return [{ check, state: "ok", message }, ...told, ...checkSpace(path)];
}
