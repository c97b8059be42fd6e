/** From a path of a container to the path on this host: by its links, and by what is mounted. */
import { existsSync, realpathSync, statSync } from "node:fs";
import { errno } from "../../core/util/errno.ts";
import { tried } from "../../core/util/tried.ts";
import type { FileView } from "../file_view.ts";
import { mountsSeenBy, procLink, type SeenMount } from "../proc.ts";
import { noteStep, noteWarning, type Trace } from "../result.ts";
import { type Container, containerText } from "./container.ts";
import { isKubelets, mountOf } from "./kubelet/mod.ts";
import { below, isWithin, type Mount, outerFirst, resolveMount, restBelow } from "./mounts.ts";
import { cannot, ToolFailure } from "./refusal.ts";

/** A path of a container on this host, and what is mounted there, from where. */
export interface HostPlace {
  readonly hostPath: string;
  readonly mount: Pick<Mount, "what" | "destination"> & { readonly source: string };
}

/**
 * Follows the links of a path as nginx opens it, and the container's mounts; keys are added to a
 * folder. Throws code `unsupported` where no folder of this host is behind it.
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
    throw cannot("unsupported", `${what}: ${state}`, unmountedHint(real, inner, mounts, container));
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
    const isOneFile = isFile(source) || await view.kind(destination) === "file";
    const keys = isOneFile ? name : `${name}/…`;
    const hint = isOneFile || typeof source !== "string"
      ? `Leave it out of imports: --exclude ${isOneFile ? name : `'${name}/**'`}`
      : `Import keys that begin with "${name}/" by the URL of that folder.`;
    const message = `The ${what} at ${destination} hides what is written to "${keys}" here`;
    noteWarning(trace, { code: "mount-below", message, hint });
  }
  for (const folder of unseenMounts(source, destination, container)) {
    const state = `what is mounted at ${folder} is not seen in ${containerText(container)}`;
    const hint =
      "It was mounted after the container's start, or the container's own mount is not recursive: restart it, or recreate it with rbind or rslave.";
    if (isWithin(hostPath, folder)) {
      throw cannot("target", `use ${JSON.stringify(hostPath)}: ${state}`, hint);
    }
    if (!isFolder || !isWithin(folder, hostPath)) continue;
    const key = restBelow(hostPath, folder).slice(1);
    const what = isFile(folder) ? key : `${key}/…`;
    const message = `What is written to "${what}" here is not served: ${state}`;
    noteWarning(trace, { code: "mount-unseen", message, hint });
  }
  requireSame(hostPath, source, real, container);
  return { hostPath, mount: { what: mount.what, destination, source } };
}

/** What is mounted, by the kernel where it may be asked; without it by the runtime alone. */
async function mountsOf({ pid, mounts }: Container, view: FileView) {
  const reported = await mounts().catch((error: unknown) => {
    if (error instanceof ToolFailure) return error;
    throw error;
  });
  const isTold = !(reported instanceof ToolFailure);
  const seen = pid && kernelMounts(pid, isTold ? reported : []);
  if (seen) return seen;
  if (!isTold) throw reported;
  // Runtimes show the path that was asked for, and mount at the end of its links.
  const followed = await Promise.all(reported.map(async (mount) => ({
    ...mount,
    destination: await view.realpath(mount.destination) ?? mount.destination,
  })));
  return outerFirst(followed);
}

const KERNELS_OWN =
  /^(?:proc|sysfs|cgroup2?|devpts|mqueue|devtmpfs|securityfs|debugfs|tracefs|bpf)$/;

/**
 * The mounts of a process by proc_pid_mountinfo(5), each with what the runtime reported of it: that
 * leaves some out, and shows links where the kernel followed them. Undefined when the kernel may not
 * be asked, or shows this host's files or nothing that was reported: a virtual machine is between.
 */
function kernelMounts(pid: number, reported: readonly Mount[]) {
  const [seen, ours] = [mountsSeenBy(pid), mountsSeenBy("self")];
  if (seen === undefined || ours === undefined) return undefined;
  if (procLink(pid, "ns/mnt") === procLink("self", "ns/mnt")) return undefined;
  const shown = seen.filter(({ destination, type }) =>
    destination !== "/" && !KERNELS_OWN.test(type)
  ).map((one) => {
    const folders = foldersOf(one, ours);
    const isOne = (path: string) => folders.includes(tried(() => realpathSync(path)) ?? "");
    // What the runtime tells of it: by the place, or by the folder.
    const report = reported.findLast(({ destination }) => destination === one.destination) ??
      reported.find(({ source }) => typeof source === "string" && isOne(source));
    return { one, folder: folders[0], report, isOne };
  });
  if (reported.length > 0 && shown.every(({ report }) => report === undefined)) return undefined;
  return shown.map(({ one, folder, report, isOne }) => {
    if (report === undefined) return unreported(one, folder);
    const { destination, type, root } = one;
    const { source, what } = report;
    if (typeof source !== "string" && source.isUntold) {
      return { ...unreported(one, folder), what };
    }
    const isVolume = what.startsWith("volume ");
    if (type === "tmpfs" && root === "/" && isVolume) {
      return { ...mountOf({ destination, source: "", type }), what };
    }
    // A folder that the runtime names, and that this host has, is left for the check of identity.
    // What kubelet mounts is for one start of a container: the folder behind it outlives that. What
    // a daemon mounts for a volume may be seen by itself alone (MountFlags=slave of CentOS 7).
    const isBetter = folder !== undefined && typeof source === "string" &&
      (isKubelets(source) || !existsSync(source) || isVolume && !isOne(source));
    return { ...report, destination, source: isBetter ? folder : source };
  });
}

/** What is mounted in a folder of this host, but not in that which a container has of it. */
function unseenMounts(source: string, destination: string, { pid }: Container): string[] {
  const [theirs, ours] = [pid && mountsSeenBy(pid), mountsSeenBy("self")];
  const folder = tried(() => realpathSync(source));
  if (!theirs || ours === undefined || folder === undefined) return [];
  const seen = new Set(theirs.map((one) => one.destination));
  return ours.filter((one) => one.destination !== folder && isWithin(one.destination, folder))
    .map((one) => restBelow(folder, one.destination))
    .filter((rest) => !seen.has(below(destination, rest)))
    .map((rest) => below(source, rest));
}

/** Where this host has what is mounted, the way with the fewest mounts first. */
function foldersOf({ device, root }: SeenMount, ours: readonly SeenMount[]): string[] {
  return ours.filter((own) => own.device === device && isWithin(root, own.root))
    .toSorted((one, other) => one.root.length - other.root.length)
    .map((own) => below(own.destination, restBelow(own.root, root)))
    .filter((path) => ours.findLast((own) => isWithin(path, own.destination))?.device === device);
}

function unreported({ destination, type, root, readOnly }: SeenMount, folder?: string) {
  // A merged folder that a runtime made for this container alone.
  const isOwn = type === "overlay" && root === "/" &&
    (folder === undefined || /\/overlay-containers\//.test(folder));
  if (isOwn) return mountOf({ destination, source: "", readOnly, options: ["lowerdir="] });
  return mountOf({ destination, source: folder ?? "", readOnly, ...!folder && { type } });
}

/** The path without links, as far as it exists. */
async function realPath(path: string, view: FileView, trace: Trace) {
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

function unmountedHint(
  path: string,
  inner: readonly Mount[],
  mounts: readonly Mount[],
  { pod }: Container,
): string {
  const usable = mounts.filter(({ destination, source }) =>
    typeof source === "string" && !SYSTEM.test(destination)
  );
  const first = usable.find((one) => inner.includes(one) && !isFile(one.source))?.destination;
  if (first !== undefined) {
    const rest = restBelow(path, first);
    return `Below it ${first} is mounted: give the URL of that folder, which ends in ${rest}/.`;
  }
  if (usable.length === 0) {
    if (pod !== undefined) return "Mount a hostPath or a PersistentVolumeClaim there.";
    return `Recreate the container with a folder of this host there, such as -v /srv/www:${path}.`;
  }
  const some = usable.slice(0, 8).map(({ destination, source }) => `${source} at ${destination}`)
    .join(", ");
  return `Mounted are ${some}. Mount a folder of this host at ${path}, or have nginx serve one of these.`;
}

/**
 * Throws where a folder is not the container's: whoever writes in there could put a link into it
 * that leads elsewhere on this host, and it may have been made anew.
 */
function requireSame(hostPath: string, source: string, inside: string, container: Container) {
  const what = `use ${JSON.stringify(hostPath)}`;
  const here = identityOf(hostPath);
  if (here === "EACCES" && isKubelets(hostPath)) {
    throw cannot("forbidden", `${what}: permission denied in kubelet's folders`, "Run as root.");
  }
  const [path, folder] = [hostPath, source].map((one) => tried(() => realpathSync(one)));
  if (path !== undefined && folder !== undefined && !isWithin(path, folder)) {
    const state = `on this host its links lead to ${JSON.stringify(path)}, out of what is mounted`;
    const message = `${what}: ${state} into ${containerText(container)}`;
    throw cannot("target", message, "Remove the link.");
  }
  const there = identityOf(`/proc/${container.pid}/root${inside}`);
  if (!there?.includes(":") || there === here) return;
  const hint = "It was replaced or mounted over since the container started, or the runtime sees " +
    "other files than this host: restart the container.";
  const state = `it is not what ${containerText(container)} has at ${inside}`;
  throw cannot("target", `${what}: ${state}`, hint);
}

/** Whether one file is mounted, such as a page or a certificate. */
function isFile(source: Mount["source"]) {
  return typeof source === "string" && tried(() => statSync(source).isFile()) === true;
}

/** `DEVICE:INODE`, else why it cannot be told. */
function identityOf(path: string) {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    return errno(error);
  }
}
