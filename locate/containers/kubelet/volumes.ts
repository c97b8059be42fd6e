/** Folders that kubelet makes for the volumes of pods, as a runtime is told to mount them. */
import { existsSync } from "node:fs";
import { below, type Mount, plain, type Unusable, type VolumeSource } from "../mounts.ts";

/** Where kubelet keeps the volumes of a pod: `ROOT/pods/UID/volumes/kubernetes.io~PLUGIN/NAME`. */
const VOLUME = /^.*\/pods\/[^/]+\/volumes\/kubernetes\.io~([^/]+)\/([^/]+)(?:\/|$)/;

/** What is mounted for `subPath`: `ROOT/pods/UID/volume-subpaths/VOLUME/CONTAINER/INDEX`. */
const SUBPATH = /^(.*\/pods\/[^/]+)\/volume-subpaths\/([^/]+)\/[^/]+\/\d+$/;

/** Whether a path is in what kubelet mounts for one pod. */
export function isKubelets(path: string): boolean {
  return /\/pods\/[^/]+\/volume(?:s|-subpaths)\//.test(path);
}

/** Volumes whose files kubelet itself writes, and writes anew; by pod and by folder. */
export const COPIES = [
  { kind: "configMap", plugin: "configmap", what: "ConfigMap" },
  { kind: "secret", plugin: "secret", what: "Secret" },
  { kind: "projected", plugin: "projected", what: "projected volume" },
  { kind: "downwardAPI", plugin: "downward-api", what: "downwardAPI volume" },
];

/** Why nothing can be put into one of them. */
export const MANAGED: Unusable = {
  reason: "is a read-only copy, which kubelet writes anew by itself",
  hint: "Mount a hostPath or a PersistentVolumeClaim there instead.",
};

/** A mount, as runtimes and the kernel tell it. */
export interface ToldMount {
  readonly destination: string;
  /** The folder of this host; empty where none is told. */
  readonly source: string;
  /** Such as `bind`, `tmpfs`, `image`. Default: `bind`. */
  readonly type?: string;
  readonly readOnly?: boolean;
  readonly options?: readonly string[];
}

/** What such a mount is; a folder may be a volume of kubelet's. */
export function mountOf({ destination, readOnly = false, ...told }: ToldMount): Mount {
  return { destination: plain(destination), readOnly, ...sourceOf(told) };
}

function sourceOf(
  { source, type = "bind", options = [] }: Omit<ToldMount, "destination">,
): VolumeSource {
  // The overlay that a runtime put over a folder for one container: podman's `-v FOLDER:PATH:O`.
  const over = options.find((one) => one.startsWith("lowerdir="))?.slice("lowerdir=".length);
  if (over !== undefined) {
    return unusable(
      "overlay",
      `lies over ${
        over || "a folder of this host"
      }: what is written there later need not be seen in the container`,
      "Start the container anew with a plain mount of the folder, without :O.",
    );
  }
  if (type === "tmpfs") return unusable(type, "is in memory, and gone when the container stops");
  if (type === "image") return unusable("image volume", "comes from an image");
  if (source !== "") return volumeAt(plain(source));
  return unusable(`${type} mount`, "has no folder of this host behind it");
}

function unusable(
  what: string,
  reason: string,
  hint = "Mount a folder of this host there instead.",
): VolumeSource {
  return { what, source: { reason, hint } };
}

function volumeAt(path: string): VolumeSource {
  const [, plugin = "", volume = ""] = VOLUME.exec(path) ?? [];
  // A `subPath` does not tell the kind of its volume: kubelet's folder of that volume does.
  const [, podFolder = "", behind = ""] = SUBPATH.exec(path) ?? [];
  const copy = COPIES.find((one) =>
    one.plugin === plugin ||
    (behind !== "" && existsSync(volumeFolder(podFolder, one.plugin, behind)))
  );
  if (copy !== undefined) return { what: copy.what, source: MANAGED };
  if (plugin === "empty-dir") return emptyDir(volume, path);
  const what = plugin === "" ? "bind mount" : `${plugin} volume ${JSON.stringify(volume)}`;
  return { what, source: path };
}

/** A volume that dies with its pod. */
export function emptyDir(volume: string, source: string): VolumeSource {
  const name = JSON.stringify(volume);
  return {
    what: `emptyDir ${name}`,
    source,
    warning: {
      code: "empty-dir",
      message: `The volume ${name} is an emptyDir: it is removed with its pod, and all files in it`,
      hint: "Import again after each new pod, or use a hostPath or a PersistentVolumeClaim.",
    },
  };
}

/** Where kubelet keeps a volume of a pod. */
export function volumeFolder(podFolder: string, plugin: string, name: string): string {
  return below(podFolder, `volumes/kubernetes.io~${plugin}/${name}`);
}
