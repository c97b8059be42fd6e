/** Folders that kubelet makes for the volumes of pods, as a runtime is told to mount them. */
import { existsSync } from "node:fs";
import { at, type Json, textAt } from "../../../core/util/json.ts";
import { below, type Mount, plain, type VolumeSource } from "../mounts.ts";

/** Where kubelet keeps the volumes of a pod: `ROOT/pods/UID/volumes/kubernetes.io~PLUGIN/NAME`. */
const VOLUME = /^.*\/pods\/[^/]+\/volumes\/kubernetes\.io~([^/]+)\/([^/]+)(?:\/|$)/;

/** What is mounted for `subPath`: `ROOT/pods/UID/volume-subpaths/VOLUME/CONTAINER/INDEX`. */
const SUBPATH = /^(.*\/pods\/[^/]+)\/volume-subpaths\/([^/]+)\/[^/]+\/\d+$/;

/** Whether a path is in what kubelet mounts for one pod. */
export function isKubelets(path: string): boolean {
  return /\/pods\/[^/]+\/volume(?:s|-subpaths)\//.test(path);
}

/** Volumes whose files kubelet itself writes, and writes anew. */
const COPIES = new Map([
  ["configmap", "ConfigMap"],
  ["secret", "Secret"],
  ["projected", "projected volume"],
  ["downward-api", "downwardAPI volume"],
]);

/** Kinds of volumes that kubelet has a folder for: its name is theirs in kebab case, or another. */
const KINDS = `emptyDir configMap=configmap secret projected downwardAPI=downward-api csi
  awsElasticBlockStore=aws-ebs azureDisk azureFile cephfs cinder fc gcePersistentDisk=gce-pd
  glusterfs iscsi nfs portworxVolume rbd vsphereVolume`.split(/\s+/).map((one) => one.split("="));

/**
 * Where kubelet mounts a volume for a pod; undefined for one of a kind that is not known. In a pod
 * and in a PersistentVolume `spec` has the same names; `name` is the one that it has there.
 */
export function volumeFor(
  spec: Json | undefined,
  podFolder: string,
  name: string,
): VolumeSource | undefined {
  const flex = textAt(spec, "flexVolume", "driver").replace("/", "~");
  if (flex !== "") {
    const source = below(podFolder, `volumes/${flex}/${name}`);
    return { what: `flexVolume ${JSON.stringify(name)}`, source };
  }
  const [kind, other] = KINDS.find(([kind = ""]) => at(spec, kind) !== undefined) ?? [];
  if (kind === undefined) return undefined;
  const plugin = other ?? kind.replace(/[A-Z]/g, (one) => `-${one.toLowerCase()}`);
  const folder = volumeFolder(podFolder, plugin, name);
  return volumeAt(kind === "csi" ? below(folder, "mount") : folder);
}

/** What a mount is that runtimes or the kernel tell of; a folder may be a volume of kubelet's. */
export function mountOf({ destination, source, type = "bind", readOnly = false, options = [] }: {
  readonly destination: string;
  /** The folder of this host; empty where none is told. */
  readonly source: string;
  /** Such as `bind`, `tmpfs`, `image`. */
  readonly type?: string;
  readonly readOnly?: boolean;
  readonly options?: readonly string[];
}): Mount {
  // The overlay that a runtime put over a folder for one container: podman's `-v FOLDER:PATH:O`. Of
  // a named volume it tells the option alone.
  const over = options.find((one) => one.startsWith("lowerdir="))?.slice("lowerdir=".length) ??
    (options.includes("O") ? source : undefined);
  const volume = over !== undefined
    ? unusable(
      "overlay",
      `lies over ${
        over || "a folder of this host"
      }: what is written there later need not be seen in the container`,
      "Recreate the container with a plain mount of the folder, without an overlay (:O).",
    )
    : type === "tmpfs"
    ? unusable(type, "is in memory, and gone when the container stops")
    : type === "image"
    ? unusable("image volume", "comes from an image")
    : source === ""
    ? { what: `${type} mount`, source: { reason: UNTOLD, hint: OTHER_FOLDER, isUntold: true } }
    : volumeAt(plain(source));
  return { destination: plain(destination), readOnly, ...volume };
}

/** What to do about a volume without a folder to write into. */
export const OTHER_VOLUME = "Mount a hostPath or a PersistentVolumeClaim there instead.";

/** A volume that has no folder of this host, and why. */
export function unusable(what: string, reason: string, hint = OTHER_FOLDER): VolumeSource {
  return { what, source: { reason, hint } };
}

/** As of volumes of some plug-ins. */
const UNTOLD = "has no folder of this host behind it";
const OTHER_FOLDER = "Mount a folder of this host there instead.";

function volumeAt(path: string): VolumeSource {
  // A `subPath` does not tell the kind of its volume: kubelet's folder of that volume does.
  const [, podFolder = "", behind = ""] = SUBPATH.exec(path) ?? [];
  const hasCopy = (one: string) => existsSync(volumeFolder(podFolder, one, behind));
  const copied = behind === "" ? undefined : COPIES.keys().find(hasCopy);
  const [, plugin = copied ?? "", volume = behind] = VOLUME.exec(path) ?? [];
  const name = JSON.stringify(volume);
  const copy = COPIES.get(plugin);
  if (copy !== undefined) {
    const reason = "is a read-only copy, which kubelet writes anew by itself";
    return unusable(`${copy} ${name}`, reason, OTHER_VOLUME);
  }
  if (plugin !== "empty-dir") {
    const kind = plugin === "csi" ? "CSI" : plugin;
    return { what: plugin === "" ? "bind mount" : `${kind} volume ${name}`, source: path };
  }
  return {
    what: `emptyDir ${name}`,
    source: path,
    warning: {
      code: "empty-dir",
      message: `The volume ${name} is an emptyDir: it is removed with its pod, and all files in it`,
      hint: "Import again after each new pod, or use a hostPath or a PersistentVolumeClaim.",
    },
  };
}

function volumeFolder(podFolder: string, plugin: string, name: string) {
  return below(podFolder, `volumes/kubernetes.io~${plugin}/${name}`);
}
