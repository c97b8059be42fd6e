/** The mounts of a pod's container: `volumeMounts`, joined by name to `volumes`; kubelet's folders. */
import { existsSync, readdirSync } from "node:fs";
import { readForeignText } from "../../../core/util/foreign_file.ts";
import { at, type Json, listAt, textAt, textsAt } from "../../../core/util/json.ts";
import { tried } from "../../../core/util/tried.ts";
import { MAX_FILE } from "../../file_view.ts";
import { type Process, processes, programName, seesOurFiles } from "../../proc.ts";
import { below, type Mount, outerFirst, plain } from "../mounts.ts";
import { OTHER_VOLUME, unusable, volumeFor } from "./volumes.ts";

/** Asks the cluster for a claim of the pod's namespace, or a volume; undefined for what it has not. */
type Volumes = Readonly<Record<"claim" | "volume", (name: string) => Promise<Json | undefined>>>;

/** The mounts of one container of a pod; asks for claims and volumes that they name. */
export async function mountsOfPod(pod: Json, container: Json, volumes: Volumes): Promise<Mount[]> {
  const note = (name: string) =>
    textAt(pod, "metadata", "annotations", `kubernetes.io/config.${name}`);
  // The API server has a mirror of a static pod, with a UID of its own; kubelet goes by the hash of
  // its file.
  const uids = [note("mirror") || note("hash"), textAt(pod, "metadata", "uid")];
  const folder = podFolder(uids.filter((one) => one !== ""));
  const mounts = listAt(container, "volumeMounts").map(async (mount) => {
    const volume = await volumeSource(textAt(mount, "name"), pod, folder, volumes);
    const { source } = volume;
    return {
      ...volume,
      destination: plain(textAt(mount, "mountPath")),
      readOnly: at(mount, "readOnly") === true,
      source: typeof source === "string" ? placeIn(source, mount, container, pod) : source,
    };
  });
  return outerFirst(await Promise.all(mounts));
}

async function volumeSource(name: string, pod: Json, folder: string, volumes: Volumes) {
  const spec = listAt(pod, "spec", "volumes").find((one) => textAt(one, "name") === name);
  const quoted = JSON.stringify(name);
  const path = textAt(spec, "hostPath", "path");
  if (path !== "") return { what: `hostPath ${quoted}`, source: path };
  const claim = at(spec, "ephemeral") === undefined
    ? textAt(spec, "persistentVolumeClaim", "claimName")
    : `${textAt(pod, "metadata", "name")}-${name}`;
  if (claim !== "") return await claimSource(claim, pod, folder, volumes);
  const reason = "is of a kind that has no folder to write into, or none that is known";
  return volumeFor(spec, folder, name) ?? unusable(`volume ${quoted}`, reason, OTHER_VOLUME);
}

async function claimSource(claim: string, pod: Json, folder: string, volumes: Volumes) {
  const what = `PersistentVolumeClaim ${JSON.stringify(claim)}`;
  const name = textAt(await volumes.claim(claim), "spec", "volumeName");
  if (name === "") {
    return unusable(what, "is not there, or not bound to a volume", "See kubectl describe pvc.");
  }
  const spec = at(await volumes.volume(name), "spec");
  const quoted = JSON.stringify(name);
  const local = textAt(spec, "local", "path");
  const nodes = listAt(spec, "nodeAffinity", "required", "nodeSelectorTerms")
    .flatMap((term) => listAt(term, "matchExpressions"))
    .filter((one) => textAt(one, "key") === "kubernetes.io/hostname")
    .flatMap((one) => textsAt(one, "values"));
  if (local !== "" && nodes.length > 0 && !nodes.includes(textAt(pod, "spec", "nodeName"))) {
    const state = `has the local volume ${quoted}, which lies on ${nodes.join(", ")}`;
    return unusable(what, state, "Run binimport there.");
  }
  const source = textAt(spec, "hostPath", "path") || local ||
    volumeFor(spec, folder, name)?.source;
  if (source !== undefined) return { what, source };
  const state = `has a volume ${quoted} that is not there, or of a kind that is not known`;
  return unusable(what, state, "See kubectl describe pv, and give the folder with --root DIR.");
}

function placeIn(source: string, mount: Json, container: Json, pod: Json): Mount["source"] {
  let unknown: string | undefined;
  const expanded = textAt(mount, "subPathExpr")
    .replace(/\$\$|\$\(([^)]*)\)/g, (piece, name?: string) => {
      if (name === undefined) return "$";
      const value = valueOf(name, container, pod);
      if (value === undefined) unknown ??= piece;
      return value ?? "";
    });
  if (unknown === undefined) return below(source, expanded || textAt(mount, "subPath"));
  const how = `by a subPathExpr with ${unknown}, which the pod's specification does not tell`;
  const hint = "Ask the runtime of this host: --runtime crictl.";
  return { reason: `is mounted ${how}`, hint, isUntold: true };
}

/** Fields of a pod that do not change while it lives; those of Jobs and StatefulSets have an index. */
const FIXED =
  /^(metadata|spec)\.(name|namespace|uid|nodeName|(?:label|annotation)s(?=\['))(?:\['((?:apps|batch)\.kubernetes\.io\/(?:pod|job-completion)-index)'\])?$/;

/** The value of a container's environment variable, as far as the pod alone decides it. */
function valueOf(name: string, container: Json, pod: Json): string | undefined {
  const variable = listAt(container, "env").findLast((one) => textAt(one, "name") === name);
  const field = textAt(variable, "valueFrom", "fieldRef", "fieldPath");
  const steps = FIXED.exec(field)?.slice(1).filter((step) => step !== undefined);
  if (field !== "") return steps && textAt(pod, ...steps) || undefined;
  const value = at(variable, "value");
  return typeof value === "string" && !value.includes("$(") ? value : undefined;
}

/** Where distributions keep kubelet's folders that have a place of their own. */
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
    tried(() => readdirSync(path))?.map((name) => `${path}/${name}`) ?? [path]
  ).flatMap((file) => tried(() => readForeignText(file, MAX_FILE)) ?? []);
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

/** By its program or its title: `hyperkube` is told apart by that alone. */
function isKubelet(one: Process) {
  return [programName(one), one.argv[0]?.split("/").at(-1) ?? ""].some((name) =>
    PROGRAMS.test(name)
  );
}

/** The command lines of those that see this host's files, or of the others. */
function runningKubelets(ours: boolean) {
  return processes()
    .filter((one) => isKubelet(one) && (seesOurFiles(one) !== false) === ours)
    .map(({ argv }) => argv.join(" ")).join("\n");
}
