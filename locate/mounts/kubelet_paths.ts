/** Folders that kubelet makes for the volumes of pods, as a runtime is told to mount them. */
import { existsSync } from "node:fs";
import { below, type Mount, plain, type Unusable } from "./mount.ts";

/** Where kubelet keeps the volumes of a pod: `ROOT/pods/UID/volumes/kubernetes.io~PLUGIN/NAME`. */
const VOLUME = /^(.*\/pods\/[^/]+)\/volumes\/kubernetes\.io~([^/]+)\/([^/]+)(?:\/|$)/;

/** What is mounted for `subPath`: `ROOT/pods/UID/volume-subpaths/VOLUME/CONTAINER/INDEX`. */
const SUBPATH = /^(.*\/pods\/[^/]+)\/volume-subpaths\/([^/]+)\/[^/]+\/\d+$/;

/** Volumes whose files kubelet itself writes, and writes anew, by the names of their plug-ins. */
const COPIES: Readonly<Record<string, string>> = {
  "configmap": "ConfigMap",
  "secret": "Secret",
  "projected": "projected volume",
  "downward-api": "downwardAPI volume",
};

/** A bind mount of a path, which may be a volume of kubelet's. */
export function bindMount(destination: string, source: string, readOnly: boolean): Mount {
  const mount = { destination: plain(destination), readOnly };
  const path = plain(source);
  const [, , plugin = "", volume = ""] = VOLUME.exec(path) ?? [];
  const copy = COPIES[plugin] ?? copyBehindSubpath(path);
  if (copy !== undefined) return { ...mount, what: copy, source: MANAGED };
  if (plugin === "empty-dir") return { ...mount, ...emptyDir(volume), source: path };
  const what = plugin === "" ? "bind mount" : `${plugin} volume ${JSON.stringify(volume)}`;
  return { ...mount, what, source: path };
}

/** The overlay that a runtime put over a folder for one container: podman's `-v FOLDER:PATH:O`. */
export function containersOverlay(destination: string, lower: string): Mount {
  const over = lower === "" ? "a folder of this host" : lower;
  return {
    destination: plain(destination),
    what: "overlay",
    readOnly: false,
    source: {
      reason: `lies over ${over}: what is written there later need not be seen in the container`,
      hint: "Start the container anew with a plain mount of the folder, without :O.",
    },
  };
}

/** What a volume that dies with its pod is called, and the warning of it. */
export function emptyDir(volume: string): Pick<Mount, "what" | "warning"> {
  const name = JSON.stringify(volume);
  return {
    what: `emptyDir ${name}`,
    warning: {
      code: "empty-dir",
      message: `The volume ${name} is an emptyDir: it is removed with its pod, and all files in it`,
      hint: "Import again after each new pod, or use a hostPath or a PersistentVolumeClaim.",
    },
  };
}

/** Why nothing can be put into what kubelet writes. */
export const MANAGED: Unusable = {
  reason: "is a read-only copy, which kubelet writes anew by itself",
  hint: "Mount a hostPath or a PersistentVolumeClaim there instead.",
};

/** Where kubelet keeps a volume of a pod. */
export function volumeFolder(podFolder: string, plugin: string, name: string): string {
  return below(podFolder, `volumes/kubernetes.io~${plugin}/${name}`);
}

/** A `subPath` does not tell the kind of its volume: kubelet's folder of that volume does. */
function copyBehindSubpath(path: string): string | undefined {
  const [, podFolder, volume = ""] = SUBPATH.exec(path) ?? [];
  if (podFolder === undefined) return undefined;
  const plugin = Object.keys(COPIES).find((one) =>
    existsSync(volumeFolder(podFolder, one, volume))
  );
  return plugin === undefined ? undefined : COPIES[plugin];
}
