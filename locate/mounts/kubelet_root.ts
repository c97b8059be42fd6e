/** Where the kubelet of this host keeps the folders of pods, and what it calls this host. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { processes, programName } from "../proc.ts";
import { below } from "./mount.ts";

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
  "/etc/systemd/system/kubelet.service.d",
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
 * The folder of a pod: below the root that kubelet was given, or that has it, or the usual one.
 *
 * @param uids what kubelet may call the pod, the likeliest first
 */
export function podFolder(uids: readonly string[]): string {
  const roots = [...givenRoots(), ...ROOTS];
  const folders = uids.flatMap((uid) => roots.map((root) => below(root, `pods/${uid}`)));
  return folders.find((folder) => existsSync(folder)) ?? folders[0] ?? "";
}

/** The name of this host's node, where a running kubelet was given one. */
export function nodeName(): string | undefined {
  return /--?hostname[-_]override[= ](\S+)/.exec(runningKubelets().join("\n"))?.[1];
}

/** As a running kubelet was told, else as its settings are. */
function givenRoots(): string[] {
  const running = runningKubelets();
  const config = /--?config[= ](\S+)/.exec(running.join("\n"))?.[1];
  const files = [...SETTINGS, ...(config === undefined ? [] : [config])].flatMap(textsOf);
  return [...running, ...files].flatMap((text) =>
    [...text.replace(/^\s*#.*$/gm, "").matchAll(ROOT_DIR)].map(([, folder = ""]) => folder)
  );
}

/** Their command lines. */
function runningKubelets(): string[] {
  return processes().filter((one) => PROGRAMS.test(programName(one)))
    .map(({ argv }) => argv.join(" "));
}

/** What a file holds, or the files in a folder; nothing of what cannot be read. */
function textsOf(path: string): string[] {
  try {
    return [readFileSync(path, "utf8")];
  } catch {
    try {
      return readdirSync(path).map((name) => readFileSync(`${path}/${name}`, "utf8"));
    } catch {
      return [];
    }
  }
}
