/** Where kubelet keeps its folders, as it was started. */
import { existsSync, readdirSync } from "node:fs";
import { readForeignText } from "../../../core/util/foreign_file.ts";
import { MAX_FILE } from "../../file_view.ts";
import { attempt, processes, programName, seesOurFiles } from "../../proc.ts";
import { below } from "../mounts.ts";

/** Where distributions keep it that have a place of their own. */
const ROOTS = [
  "/var/lib/kubelet",
  "/var/lib/k0s/kubelet",
  "/var/snap/microk8s/common/var/lib/kubelet",
];

/** Files and folders from which distributions take kubelet's arguments. */
const SETTINGS = `
  /var/lib/kubelet/kubeadm-flags.env /etc/default/kubelet /etc/sysconfig/kubelet
  /etc/kubernetes/kubelet.env /etc/systemd/system/kubelet.service
  /etc/systemd/system/kubelet.service.d /usr/lib/systemd/system/kubelet.service.d
  /etc/rancher/k3s/config.yaml /etc/rancher/k3s/config.yaml.d
  /etc/rancher/rke2/config.yaml /etc/rancher/rke2/config.yaml.d
  /var/snap/microk8s/current/args/kubelet
`.trim().split(/\s+/);

const PROGRAMS = /^(?:kubelet|kubelite|k3s|rke2|k0s)/;

/** `--root-dir=DIR`, `--root_dir DIR`; `--kubelet-arg=root-dir=DIR`, `--kubelet-root-dir`, `rootDir:`. */
const ROOT_DIR =
  /(?<![\w.])(?:--?)?(?:kubelet[-_])?root[-_]?dir["']?\s*[=:\s]\s*["']?(\/[^\s"',]+)/gi;

/**
 * The folder of a pod, by what kubelet may call it, the likeliest first: below the root that kubelet
 * was given, or the usual one. One in a container, with other files, is believed where it is there.
 */
export function podFolder(uids: readonly string[]): string {
  const running = runningKubelets(true);
  const config = /--?config[= ](\S+)/.exec(running)?.[1] ?? [];
  // Folders stand for the files in them.
  const settings = [...SETTINGS, config].flat().flatMap((path) =>
    attempt(() => readdirSync(path))?.map((name) => `${path}/${name}`) ?? [path]
  ).flatMap((file) => attempt(() => readForeignText(file, MAX_FILE)) ?? []);
  const roots = [
    ...[running, ...settings].flatMap(rootsIn),
    ...ROOTS,
    ...rootsIn(runningKubelets(false)),
  ];
  const folders = uids.flatMap((uid) => roots.map((root) => below(root, `pods/${uid}`)));
  return folders.find((folder) => existsSync(folder)) ?? folders[0] ?? "";
}

/** The name of this host's node, where a running kubelet was given one. */
export function nodeName(): string | undefined {
  return /--?hostname[-_]override[= ](\S+)/.exec(runningKubelets(true))?.[1];
}

function rootsIn(text: string) {
  return [...text.replace(/^\s*#.*$/gm, "").matchAll(ROOT_DIR)].map(([, folder = ""]) => folder);
}

/** The command lines of those that see this host's files, or of the others. */
function runningKubelets(ours: boolean) {
  return processes()
    .filter((one) => PROGRAMS.test(programName(one)) && (seesOurFiles(one) !== false) === ours)
    .map(({ argv }) => argv.join(" ")).join("\n");
}
