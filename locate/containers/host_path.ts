/** From a path of a container to the path on this host: by its links, and by what is mounted. */
import { realpathSync, statSync } from "node:fs";
import { errno } from "../../core/util/errno.ts";
import type { BinimportError } from "../../core/util/errors.ts";
import type { FileView } from "../file_view.ts";
import { attempt } from "../proc.ts";
import { noteStep, noteWarning, type Trace } from "../result.ts";
import { type Container, containerText } from "./container.ts";
import { kernelMounts } from "./kernel_mounts.ts";
import { isKubelets } from "./kubelet/mod.ts";
import { below, isWithin, type Mount, outerFirst, resolveMount, restBelow } from "./mounts.ts";
import { cannot, ToolFailure } from "./refusal.ts";

/** A path of a container on this host. */
export interface HostPlace {
  readonly hostPath: string;
  /** What is mounted there, and from where. */
  readonly mount: Pick<Mount, "what" | "destination"> & { readonly source: string };
}

/**
 * Follows the links as the container sees them, and its mounts. Steps and warnings are added to the
 * trace. Throws code `unsupported` where no folder of this host is behind it.
 *
 * @param path as nginx opens it, absolute
 * @param isFolder whether keys are added to it
 */
export async function hostPlace(
  path: string,
  isFolder: boolean,
  container: Container,
  view: FileView,
  trace: Trace,
): Promise<HostPlace> {
  const real = await realPath(path, view, trace);
  if (real !== path) noteStep(trace, `links lead to ${real} in the container`);
  const mounts = await mountsOf(container, view);
  const { mount, inner } = resolveMount(real, mounts);
  const what = `write to ${JSON.stringify(real)} of ${containerText(container)}`;
  if (mount === undefined) {
    const state = "nothing is mounted there, so the files are in the image's layer";
    throw cannot("unsupported", `${what}: ${state}`, unmountedHint(real, inner, mounts));
  }
  const { destination, source } = mount;
  if (typeof source !== "string") {
    const state = `the ${mount.what} at ${destination} ${source.reason}`;
    throw cannot("unsupported", `${what}: ${state}`, source.hint);
  }
  const hostPath = below(source, restBelow(destination, real));
  const how = mount.readOnly ? `${mount.what}, read-only in the container` : mount.what;
  noteStep(trace, `${destination} is mounted from ${source} (${how})`);
  if (mount.warning !== undefined) noteWarning(trace, mount.warning);
  for (const { destination, source, what } of isFolder ? inner : []) {
    const name = restBelow(real, destination).slice(1);
    // What this host has there itself, such as another disk, comes with the folder.
    if (source === below(hostPath, name)) continue;
    noteWarning(trace, {
      code: "mount-below",
      message: `The ${what} at ${destination} hides what is written to "${name}/…" here`,
      hint: `Import keys that begin with "${name}/" by the URL of that folder.`,
    });
  }
  const fault = faultOf(hostPath, source, real, container);
  if (fault !== undefined) throw fault;
  return { hostPath, mount: { what: mount.what, destination, source } };
}

/** What is mounted, by the kernel where it may be asked; without it by the runtime alone. */
async function mountsOf({ pid, mounts }: Container, view: FileView): Promise<readonly Mount[]> {
  const reported = await mounts().catch((error: unknown) => {
    if (error instanceof ToolFailure) return error;
    throw error;
  });
  const isTold = !(reported instanceof ToolFailure);
  const seen = pid === undefined ? undefined : kernelMounts(pid, isTold ? reported : []);
  if (seen !== undefined) return seen;
  if (!isTold) throw reported;
  // Runtimes show the path that was asked for, and mount at the end of its links.
  const followed = await Promise.all(reported.map(async (mount) => ({
    ...mount,
    destination: await view.realpath(mount.destination) ?? mount.destination,
  })));
  return outerFirst(followed);
}

/** The path without links, as far as it exists. */
async function realPath(path: string, view: FileView, trace: Trace): Promise<string> {
  const names = path.split("/").filter((name) => name !== "");
  for (let kept = names.length; kept >= 0; kept--) {
    const real = await view.realpath(`/${names.slice(0, kept).join("/")}`);
    if (real !== undefined) return below(real, names.slice(kept).join("/"));
  }
  noteWarning(trace, {
    code: "links-unseen",
    message: `Whether ${JSON.stringify(path)} leads through links in the container cannot be told`,
    hint: "Run as root to be sure, and prove the mapping by fetching a file.",
  });
  return path;
}

/** What runtimes mount into every container, nobody's folder for files to serve. */
const SYSTEM = /^\/(?:dev|etc|proc|run|sys)(?:\/|$)/;

function unmountedHint(path: string, inner: readonly Mount[], mounts: readonly Mount[]): string {
  const first = inner.find(({ destination }) => !SYSTEM.test(destination))?.destination;
  if (first !== undefined) {
    const rest = restBelow(path, first);
    return `Below it ${first} is mounted: give the URL of that folder, which ends in ${rest}/.`;
  }
  const others = mounts.flatMap(({ destination, source }) =>
    typeof source === "string" && !SYSTEM.test(destination) ? [`${source} at ${destination}`] : []
  );
  if (others.length === 0) {
    return `Recreate the container with a folder of this host there, such as -v /srv/www:${path}.`;
  }
  const some = others.slice(0, 8).join(", ");
  return `Mounted are ${some}. Mount a folder of this host at ${path}, or have nginx serve one of these.`;
}

/**
 * Why a folder is not to be written to although it is mounted. Whoever writes in the container could
 * put a link there that leads to another place of this host; a folder that was made anew is another
 * one than the container's.
 */
function faultOf(
  hostPath: string,
  source: string,
  inside: string,
  container: Container,
): BinimportError | undefined {
  const what = `use ${JSON.stringify(hostPath)}`;
  const here = identityOf(hostPath);
  if (here === "EACCES" && isKubelets(hostPath)) {
    return cannot("forbidden", `${what}: permission denied in kubelet's folders`, "Run as root.");
  }
  const [path, folder] = [hostPath, source].map((one) => attempt(() => realpathSync(one)));
  if (path !== undefined && folder !== undefined && !isWithin(path, folder)) {
    const state = `on this host its links lead to ${JSON.stringify(path)}, out of what is mounted`;
    return cannot(
      "target",
      `${what}: ${state} into ${containerText(container)}`,
      "Remove the link.",
    );
  }
  const there = identityOf(`/proc/${container.pid}/root${inside}`);
  if (!there?.includes(":") || there === here) return undefined;
  return cannot(
    "target",
    `${what}: it is not what ${containerText(container)} has at ${inside}`,
    "It was replaced since the container started, or the runtime sees other files than this host: restart the container.",
  );
}

/** `DEVICE:INODE`, else why it cannot be told. */
function identityOf(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    return errno(error);
  }
}
