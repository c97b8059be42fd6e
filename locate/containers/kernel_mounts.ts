/** The kernel's word on what is mounted into a container: proc_pid_mountinfo(5). */
import { realpathSync } from "node:fs";
import { mountsSeenBy, namespaceOf, type SeenMount } from "../proc.ts";
import { bindMount, containersOverlay } from "./kubelet/mod.ts";
import { below, inMemory, isWithin, type Mount } from "./mounts.ts";

/** File systems that the kernel fills by itself. */
const KERNELS_OWN =
  /^(?:proc|sysfs|cgroup2?|devpts|mqueue|devtmpfs|securityfs|debugfs|tracefs|bpf)$/;

/**
 * The mounts that a container's process has, each by what the runtime tells of it, where it does: a
 * runtime leaves some out, and shows the path of a link where the kernel followed it. Undefined when
 * the kernel may not be asked, or the process sees this host's files, or none of what was told, as
 * where a virtual machine hides the container.
 *
 * @param told by the runtime
 */
export function kernelMounts(pid: number, told: readonly Mount[]): Mount[] | undefined {
  const [seen, ours] = [mountsSeenBy(pid), mountsSeenBy("self")];
  if (seen === undefined || ours === undefined) return undefined;
  if (namespaceOf(pid, "mnt") === namespaceOf("self", "mnt")) return undefined;
  const matched = seen.filter(({ destination, type }) =>
    destination !== "/" && !KERNELS_OWN.test(type)
  ).map((one) => {
    const folders = foldersOf(one, ours);
    return { one, folders, teller: tellerOf(one, folders, told) };
  });
  const isHidden = told.length > 0 && matched.every(({ teller }) => teller === undefined);
  if (isHidden) return undefined;
  return matched.map(({ one, folders, teller }) =>
    teller === undefined ? untold(one, folders) : confirmed(one, folders, teller)
  );
}

/** Where this host has what is mounted, the way with the fewest mounts first. */
function foldersOf({ device, root }: SeenMount, ours: readonly SeenMount[]): string[] {
  return ours.filter((own) => own.device === device && isWithin(root, own.root))
    .toSorted((one, other) => one.root.length - other.root.length)
    .map((own) => below(own.destination, root.slice(own.root === "/" ? 0 : own.root.length)))
    .filter((path) => ours.findLast((own) => isWithin(path, own.destination))?.device === device);
}

/** What the runtime tells of a mount: by the folder, or by the place. */
function tellerOf(
  { destination }: SeenMount,
  folders: readonly string[],
  told: readonly Mount[],
): Mount | undefined {
  return told.findLast((mount) => mount.destination === destination) ??
    told.find(({ source }) => typeof source === "string" && folders.includes(realOf(source) ?? ""));
}

/** What kubelet mounts for one start of a container: the folder behind it outlives that. */
const KUBELETS = /\/pods\/[^/]+\/volume(?:s|-subpaths)\//;

/** A folder that the runtime names, and that this host has, is left for the check of identity. */
function confirmed(
  { destination }: SeenMount,
  [folder]: readonly string[],
  teller: Mount,
): Mount {
  const { source } = teller;
  if (typeof source !== "string" || folder === undefined) return { ...teller, destination };
  const isBetter = KUBELETS.test(source) || realOf(source) === undefined;
  return { ...teller, destination, source: isBetter ? folder : source };
}

function untold(
  { destination, type, root, readOnly }: SeenMount,
  [folder]: readonly string[],
): Mount {
  if (folder === undefined && type === "tmpfs") return inMemory(destination);
  // A merged folder that a runtime made for this container alone.
  const isOwn = folder === undefined || /\/overlay-containers\//.test(folder);
  if (type === "overlay" && root === "/" && isOwn) return containersOverlay(destination, "");
  if (folder !== undefined) return bindMount(destination, folder, readOnly);
  return {
    destination,
    what: `${type} mount`,
    readOnly,
    source: {
      reason: "has no folder of this host behind it, by what the kernel tells",
      hint: "Mount a folder of this host there instead.",
    },
  };
}

/** Undefined for what is not there, or may not be looked at. */
function realOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
