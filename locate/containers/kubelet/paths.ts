/** Folders that kubelet makes for the volumes of pods, as a runtime is told to mount them. */
import { existsSync, readdirSync } from "node:fs";
import { readForeignText } from "../../../core/util/foreign_file.ts";
import { MAX_FILE } from "../../file_view.ts";
import { processes, programName, seesOurFiles } from "../../proc.ts";
import { below, type Mount, plain, type Unusable } from "../mounts.ts";

/** Where kubelet keeps the volumes of a pod: `ROOT/pods/UID/volumes/kubernetes.io~PLUGIN/NAME`. */
const VOLUME = /^(.*\/pods\/[^/]+)\/volumes\/kubernetes\.io~([^/]+)\/([^/]+)(?:\/|$)/;

/** What is mounted for `subPath`: `ROOT/pods/UID/volume-subpaths/VOLUME/CONTAINER/INDEX`. */
const SUBPATH = /^(.*\/pods\/[^/]+)\/volume-subpaths\/([^/]+)\/[^/]+\/\d+$/;

/** Volumes whose files kubelet itself writes, and writes anew; by pod and by folder. */
export const COPIES = [
  { kind: "configMap", plugin: "configmap", what: "ConfigMap" },
  { kind: "secret", plugin: "secret", what: "Secret" },
  { kind: "projected", plugin: "projected", what: "projected volume" },
  { kind: "downwardAPI", plugin: "downward-api", what: "downwardAPI volume" },
];

/** A bind mount of a path, which may be a volume of kubelet's. */
export function bindMount(destination: string, source: string, readOnly: boolean): Mount {
  const mount = { destination: plain(destination), readOnly };
  const path = plain(source);
  const [, , plugin = "", volume = ""] = VOLUME.exec(path) ?? [];
  const copy = COPIES.find((one) => one.plugin === plugin) ?? copyBehindSubpath(path);
  if (copy !== undefined) return { ...mount, what: copy.what, source: MANAGED };
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
function copyBehindSubpath(path: string): typeof COPIES[number] | undefined {
  const [, podFolder, volume = ""] = SUBPATH.exec(path) ?? [];
  if (podFolder === undefined) return undefined;
  return COPIES.find(({ plugin }) => existsSync(volumeFolder(podFolder, plugin, volume)));
}

/** Where distributions keep it that have a place of their own. */
const ROOTS = [
  "/var/lib/kubelet",
  "/var/lib/k0s/kubelet",
  "/var/snap/microk8s/common/var/lib/kubelet",
];

/** Files from which distributions take kubelet's arguments; folders stand for the files in them. */
const SETTINGS = [
  "/var/lib/kubelet/kubeadm-flags.env",
  "/etc/default/kubelet",
  "/etc/sysconfig/kubelet",
  "/etc/kubernetes/kubelet.env",
  "/etc/systemd/system/kubelet.service",
  "/etc/systemd/system/kubelet.service.d",
  "/usr/lib/systemd/system/kubelet.service.d",
  "/etc/rancher/k3s/config.yaml",
  "/etc/rancher/k3s/config.yaml.d",
  "/etc/rancher/rke2/config.yaml",
  "/etc/rancher/rke2/config.yaml.d",
  "/var/snap/microk8s/current/args/kubelet",
];

/** Programs that are a kubelet, or have one in them. */
const PROGRAMS = /^(?:kubelet|kubelite|k3s|rke2|k0s)/;

/**
 * `--root-dir=DIR`, `--root-dir DIR`, `--kubelet-arg=root-dir=DIR` of k3s, `--kubelet-root-dir` of
 * k0s, `rootDir: DIR`; kubelet takes `_` for `-`.
 */
const ROOT_DIR =
  /(?<![\w.])(?:--?)?(?:kubelet[-_])?root[-_]?dir["']?\s*[=:\s]\s*["']?(\/[^\s"',]+)/gi;

/**
 * The folder of a pod: below the root that kubelet was given, or that has it, or the usual one. A
 * kubelet that sees other files than this host, in a container, is believed where the folder is.
 *
 * @param uids what kubelet may call the pod, the likeliest first
 */
export function podFolder(uids: readonly string[]): string {
  const roots = [...givenRoots(), ...ROOTS, ...rootsIn(runningKubelets(false))];
  const folders = uids.flatMap((uid) => roots.map((root) => below(root, `pods/${uid}`)));
  return folders.find((folder) => existsSync(folder)) ?? folders[0] ?? "";
}

/** The name of this host's node, where a running kubelet was given one. */
export function nodeName(): string | undefined {
  return /--?hostname[-_]override[= ](\S+)/.exec(runningKubelets(true).join("\n"))?.[1];
}

/** As a running kubelet was told, else as its settings are. */
function givenRoots(): string[] {
  const running = runningKubelets(true);
  const config = /--?config[= ](\S+)/.exec(running.join("\n"))?.[1];
  const files = [...SETTINGS, ...(config === undefined ? [] : [config])].flatMap(textsOf);
  return rootsIn([...running, ...files]);
}

function rootsIn(texts: readonly string[]): string[] {
  return texts.flatMap((text) =>
    [...text.replace(/^\s*#.*$/gm, "").matchAll(ROOT_DIR)].map(([, folder = ""]) => folder)
  );
}

/** The command lines of those that see this host's files, or of the others. */
function runningKubelets(ours: boolean): string[] {
  return processes()
    .filter((one) => PROGRAMS.test(programName(one)) && (seesOurFiles(one) !== false) === ours)
    .map(({ argv }) => argv.join(" "));
}

/** What a file holds, or the files in a folder; nothing of what cannot be read. */
function textsOf(path: string): string[] {
  try {
    return [readForeignText(path, MAX_FILE)];
  } catch {
    try {
      return readdirSync(path).map((name) => readForeignText(`${path}/${name}`, MAX_FILE));
    } catch {
      return [];
    }
  }
}
