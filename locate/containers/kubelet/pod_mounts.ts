/** The mounts of a pod's container: `volumeMounts`, joined by name to `volumes`. */
import { at, type Json, listAt, textAt, textsAt } from "../../../core/util/json.ts";
import {
  below,
  type Mount,
  outerFirst,
  plain,
  type Unusable,
  type VolumeSource,
} from "../mounts.ts";
import { podFolder } from "./root.ts";
import { volumeFor } from "./volumes.ts";

/** Asks the cluster; undefined for what it does not have. */
export interface Volumes {
  /** A claim in the pod's namespace. */
  claim(name: string): Promise<Json | undefined>;
  volume(name: string): Promise<Json | undefined>;
}

/** A pod, as far as the places of its volumes depend on it. */
interface PodHome {
  readonly name: string;
  readonly node: string;
  /** Where kubelet keeps its folders. */
  readonly folder: string;
}

/** The mounts of one container of a pod; asks for claims and volumes that they name. */
export async function mountsOfPod(pod: Json, container: Json, volumes: Volumes): Promise<Mount[]> {
  const home = {
    name: textAt(pod, "metadata", "name"),
    node: textAt(pod, "spec", "nodeName"),
    folder: podFolder(uidsOf(pod)),
  };
  const mounts = listAt(container, "volumeMounts").map(async (mount) => {
    const name = textAt(mount, "name");
    const spec = listAt(pod, "spec", "volumes").find((one) => textAt(one, "name") === name);
    const { source, ...volume } = await volumeSource(name, spec, home, volumes);
    return {
      ...volume,
      destination: plain(textAt(mount, "mountPath")),
      readOnly: at(mount, "readOnly") === true,
      source: typeof source === "string" ? placeIn(source, mount, container, pod) : source,
    };
  });
  return outerFirst(await Promise.all(mounts));
}

/**
 * What kubelet may call a pod: the API server has a mirror of a static pod, with a UID of its own,
 * and kubelet goes by the hash of its file.
 */
function uidsOf(pod: Json): string[] {
  const note = (name: string) =>
    textAt(pod, "metadata", "annotations", `kubernetes.io/config.${name}`);
  const hash = note("mirror") || note("hash");
  return [hash, textAt(pod, "metadata", "uid")].filter((one) => one !== "");
}

async function volumeSource(
  name: string,
  spec: Json | undefined,
  home: PodHome,
  volumes: Volumes,
): Promise<VolumeSource> {
  const quoted = JSON.stringify(name);
  const path = textAt(spec, "hostPath", "path");
  if (path !== "") return { what: `hostPath ${quoted}`, source: path };
  const claim = at(spec, "ephemeral") === undefined
    ? textAt(spec, "persistentVolumeClaim", "claimName")
    : `${home.name}-${name}`;
  if (claim !== "") return await claimSource(claim, home, volumes);
  return volumeFor(spec, home.folder, name) ?? {
    what: `volume ${quoted}`,
    source: {
      reason: "is of a kind that has no folder to write into, or none that is known",
      hint: "Mount a hostPath or a PersistentVolumeClaim there instead.",
    },
  };
}

/** From a claim to its volume to the folder on this host. */
async function claimSource(
  claim: string,
  { folder, node }: PodHome,
  volumes: Volumes,
): Promise<VolumeSource> {
  const what = `PersistentVolumeClaim ${JSON.stringify(claim)}`;
  const name = textAt(await volumes.claim(claim), "spec", "volumeName");
  const unusable = (reason: string, hint: string) => ({ what, source: { reason, hint } });
  if (name === "") {
    return unusable("is not there, or not bound to a volume", "See kubectl describe pvc.");
  }
  const spec = at(await volumes.volume(name), "spec");
  const quoted = JSON.stringify(name);
  const local = textAt(spec, "local", "path");
  const nodes = nodesOf(spec);
  if (local !== "" && nodes.length > 0 && !nodes.includes(node)) {
    const where = nodes.join(", ");
    return unusable(`has the local volume ${quoted}, which lies on ${where}`, "Run this there.");
  }
  const source = textAt(spec, "hostPath", "path") || local ||
    volumeFor(spec, folder, name)?.source;
  if (source !== undefined) return { what, source };
  return unusable(
    `has a volume ${quoted} that is not there, or of a kind that is not known`,
    "See kubectl describe pv, and give the folder with --root DIR.",
  );
}

/** The nodes that a volume's affinity names. */
function nodesOf(spec: Json | undefined): string[] {
  return listAt(spec, "nodeAffinity", "required", "nodeSelectorTerms")
    .flatMap((term) => listAt(term, "matchExpressions"))
    .filter((one) => textAt(one, "key") === "kubernetes.io/hostname")
    .flatMap((one) => textsAt(one, "values"));
}

/** The folder in the volume that is mounted, or all of it. */
function placeIn(source: string, mount: Json, container: Json, pod: Json): string | Unusable {
  const unknown: string[] = [];
  const expression = textAt(mount, "subPathExpr");
  const expanded = expression.replace(/\$\$|\$\(([^)]*)\)/g, (piece, name?: string) => {
    if (name === undefined) return "$";
    const value = valueOf(name, container, pod);
    if (value === undefined) unknown.push(piece);
    return value ?? "";
  });
  const [first] = unknown;
  if (first === undefined) return below(source, expanded || textAt(mount, "subPath"));
  return {
    reason:
      `is mounted by a subPathExpr with ${first}, which the pod's specification does not tell`,
    hint: "Ask the runtime of this host: --runtime crictl.",
  };
}

/** Fields of a pod that cannot change while it lives. */
const FIXED = ["metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName"];

/** The value of a container's environment variable, as far as the pod alone decides it. */
function valueOf(name: string, container: Json, pod: Json): string | undefined {
  const variable = listAt(container, "env").findLast((one) => textAt(one, "name") === name);
  const field = textAt(variable, "valueFrom", "fieldRef", "fieldPath");
  if (field !== "") return FIXED.includes(field) ? textAt(pod, ...field.split(".")) : undefined;
  const value = at(variable, "value");
  return typeof value === "string" && !value.includes("$(") ? value : undefined;
}
