/** The kernel's word on what is mounted into a container: proc_pid_mountinfo(5). */
import { existsSync, realpathSync } from "node:fs";
import { attempt, mountsSeenBy, namespaceOf, type SeenMount } from "../proc.ts";
import { isKubelets, mountOf } from "./kubelet/mod.ts";
import { below, isWithin, type Mount, restBelow } from "./mounts.ts";

/** File systems that the kernel fills by itself. */
const KERNELS_OWN =
  /^(?:proc|sysfs|cgroup2?|devpts|mqueue|devtmpfs|securityfs|debugfs|tracefs|bpf)$/;

/**
 * The mounts that a container's process has, each by what the runtime tells of it, where it does: a
 * runtime leaves some out, and shows the path of a link where the kernel followed it. Undefined when
 * the kernel may not be asked, or the process sees this host's files, or none of what was reported, as
 * where a virtual machine hides the container.
 *
 * @param reported told by the runtime
 */
export function kernelMounts(pid: number, reported: readonly Mount[]): Mount[] | undefined {
  const [seen, ours] = [mountsSeenBy(pid), mountsSeenBy("self")];
  if (seen === undefined || ours === undefined) return undefined;
  if (namespaceOf(pid, "mnt") === namespaceOf("self", "mnt")) return undefined;
  const shown = seen.filter(({ destination, type }) =>
    destination !== "/" && !KERNELS_OWN.test(type)
  ).map((one) => {
    const folders = foldersOf(one, ours);
    const isOne = (path: string) => folders.includes(attempt(() => realpathSync(path)) ?? "");
    // What the runtime tells of it: by the place, or by the folder.
    const report = reported.findLast(({ destination }) => destination === one.destination) ??
      reported.find(({ source }) => typeof source === "string" && isOne(source));
    return { one, folder: folders[0], report };
  });
  if (reported.length > 0 && shown.every(({ report }) => report === undefined)) return undefined;
  return shown.map(({ one, folder, report }) => {
    if (report === undefined) return unreported(one, folder);
    const { destination } = one;
    const { source } = report;
    // A folder that the runtime names, and that this host has, is left for the check of identity.
    // What kubelet mounts is for one start of a container: the folder behind it outlives that.
    const isBetter = folder !== undefined && typeof source === "string" &&
      (isKubelets(source) || !existsSync(source));
    return { ...report, destination, source: isBetter ? folder : source };
  });
}

/** Where this host has what is mounted, the way with the fewest mounts first. */
function foldersOf({ device, root }: SeenMount, ours: readonly SeenMount[]): string[] {
  return ours.filter((own) => own.device === device && isWithin(root, own.root))
    .toSorted((one, other) => one.root.length - other.root.length)
    .map((own) => below(own.destination, restBelow(own.root, root)))
    .filter((path) => ours.findLast((own) => isWithin(path, own.destination))?.device === device);
}

function unreported(
  { destination, type, root, readOnly }: SeenMount,
  folder: string | undefined,
): Mount {
  // A merged folder that a runtime made for this container alone.
  const isOwn = type === "overlay" && root === "/" &&
    (folder === undefined || /\/overlay-containers\//.test(folder));
  if (isOwn) return mountOf({ destination, source: "", readOnly, options: ["lowerdir="] });
  return mountOf({ destination, source: folder ?? "", readOnly, ...!folder && { type } });
}
