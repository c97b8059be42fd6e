/** The target, and the way from the URL to the folder behind it, on this host or through a container. */
import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { type Finding, probe, verifyFiles, verifyMode } from "../../core/importer/mod.ts";
import type { ExpectedFile } from "../../core/packages/mod.ts";
import {
  type FileRecord,
  loadManifest,
  MANIFEST_KEY,
  type StorageAdapter,
} from "../../core/storage/mod.ts";
import { hasCode } from "../../core/util/errors.ts";
import { shellWord } from "../../core/util/hints.ts";
import { tried } from "../../core/util/tried.ts";
import { formatCount } from "../../core/util/units.ts";
import { locateInContainer } from "../../locate/containers/mod.ts";
import { locate, NoAnswer, parseBaseAddress, type Warning } from "../../locate/mod.ts";
import { chosenContainer, type Flags, type GivenOptions } from "../options/mod.ts";
import type { Session } from "../session.ts";
import { checkSpace, type HostFinding, thrownFinding } from "./host.ts";
import { findingFor, type Serving } from "./network.ts";

/** Looks at a target. Writes nothing unless `mayWrite`. */
export async function checkTarget(
  adapter: StorageAdapter,
  mayWrite: boolean,
  session: Session,
): Promise<HostFinding[]> {
  const { fetch, signal } = session;
  const found: HostFinding[] = [];
  let check = "target";
  try {
    await adapter.checkReady?.({ signal });
    // A bucket that is not there is one that an import makes.
    await adapter.stat(MANIFEST_KEY, { signal }).catch((error) => {
      if (!hasCode(error, "not-found")) throw error;
    });
    const { files } = await loadManifest(adapter, { signal });
    const { size } = files;
    const records = size === 0
      ? "; nothing has been imported yet"
      : ` and records ${formatCount(size, "file")}`;
    found.push({ check, state: "ok", message: `${adapter.target} is reachable${records}` });
    found.push(...await lookAtRecorded(adapter, files, session));
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

/** Folders, in each of which one file is looked at. */
const MAX_LOOKS = 100;

/** Whether files of earlier imports, one of each folder, can still be had by nodes. */
async function lookAtRecorded(
  adapter: StorageAdapter,
  records: Iterable<readonly [string, FileRecord]>,
  { fetch, signal }: Session,
): Promise<HostFinding[]> {
  const byFolder = new Map<string, ExpectedFile>();
  for (const [key, { size, sha256 }] of records) {
    if (byFolder.size === MAX_LOOKS) break;
    byFolder.set(key.slice(0, key.lastIndexOf("/") + 1), { key, size, sha256 });
  }
  const files = [...byFolder.values()];
  const isServed = files.length > 0 && adapter.publicUrl?.("x") !== undefined;
  // Without a URL they are not read, but asked for.
  const steps = isServed
    ? verifyMode("auto").steps(files.map((file) => ({ ...file, state: "unchanged" })), true)
    : [{ mode: "head", files: files.map(({ key, size }) => ({ key, size })) } as const];
  const wrong = new Map<string, Finding>();
  for (const { mode, files } of steps) {
    if (wrong.size > 0) break;
    await verifyFiles(adapter, files, { mode, fetch, signal }, (finding) => {
      if (finding.state !== "ok") wrong.set(finding.key, finding);
    });
  }
  const check = "anonymous";
  const [first] = wrong.values();
  if (first !== undefined) {
    const message = `of ${files.length} files looked at, nodes cannot have ${wrong.size}: ` +
      `${first.key}: ${first.detail ?? first.state}`;
    const hint = "Run binimport verify to see all of them, and the import again to mend them.";
    return [{ check, state: "problem", message, hint }];
  }
  return isServed ? [{ check, state: "ok", message: "anonymous download works" }] : [];
}

/** Whether the configuration of the web server leads to a folder, and what is wrong with it. */
export async function checkFolder(
  url: string,
  { nginxConf, root }: Flags & { readonly root?: string },
  serving: Serving,
): Promise<HostFinding[]> {
  const check = "web-server";
  try {
    const answer = await locate(parseBaseAddress(url), { nginxConf });
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
  return tried(() => realpathSync(path)) ?? resolve(path);
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
  const address = url === undefined ? undefined : parseBaseAddress(url);
  try {
    const answer = await locateInContainer(address, choice, session.context);
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
