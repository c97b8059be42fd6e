/** PersistentVolumeClaims: from the claim to its volume to the folder on this host. */
import { at, entriesAt, type Json, listAt, textAt, textsAt } from "../../../core/util/json.ts";
import { below, type Unusable, type VolumeSource } from "../mounts.ts";
import { volumeFolder } from "./paths.ts";

/** Asks the cluster; undefined for what it does not have. */
export interface Volumes {
  /** A claim in the pod's namespace. */
  claim(name: string): Promise<Json | undefined>;
  volume(name: string): Promise<Json | undefined>;
}

/** A pod, as far as the places of its volumes depend on it. */
export interface PodHome {
  /** Where kubelet keeps its folders. */
  readonly folder: string;
  /** The name of its node. */
  readonly node: string;
}

/** What is behind a claim. */
export async function claimSource(
  claim: string,
  home: PodHome,
  volumes: Volumes,
): Promise<VolumeSource> {
  const what = `PersistentVolumeClaim ${JSON.stringify(claim)}`;
  const name = textAt(await volumes.claim(claim), "spec", "volumeName");
  if (name === "") return { what, source: notBound() };
  const volume = await volumes.volume(name);
  return { what, source: sourceOf(at(volume, "spec"), name, home) };
}

function sourceOf(
  spec: Json | undefined,
  name: string,
  { folder, node }: PodHome,
): string | Unusable {
  const local = textAt(spec, "local", "path");
  const nodes = nodesOf(spec);
  if (local !== "" && nodes.length > 0 && !nodes.includes(node)) return elsewhere(name, nodes);
  const path = textAt(spec, "hostPath", "path") || local;
  if (path !== "") return path;
  return pluginFolder(spec, folder, name)?.source ?? unknown(name);
}

function notBound(): Unusable {
  return {
    reason: "is not there, or not bound to a volume",
    hint: "See kubectl describe pvc.",
  };
}

function elsewhere(name: string, nodes: readonly string[]): Unusable {
  return {
    reason: `has the local volume ${JSON.stringify(name)}, which lies on ${nodes.join(", ")}`,
    hint: "Run this there.",
  };
}

function unknown(name: string): Unusable {
  return {
    reason: `has a volume ${
      JSON.stringify(name)
    } that is not there, or of a kind that is not known`,
    hint: "See kubectl describe pv, and give the folder with --root DIR.",
  };
}

/** The nodes that a volume's affinity names. */
function nodesOf(spec: Json | undefined): string[] {
  return listAt(spec, "nodeAffinity", "required", "nodeSelectorTerms")
    .flatMap((term) => listAt(term, "matchExpressions"))
    .filter((one) => textAt(one, "key") === "kubernetes.io/hostname")
    .flatMap((one) => textsAt(one, "values"));
}

/** In-tree plug-ins: name in a specification → that in kubelet's folders. */
const PLUGINS: Readonly<Record<string, string>> = {
  awsElasticBlockStore: "aws-ebs",
  azureDisk: "azure-disk",
  azureFile: "azure-file",
  cephfs: "cephfs",
  cinder: "cinder",
  fc: "fc",
  gcePersistentDisk: "gce-pd",
  glusterfs: "glusterfs",
  iscsi: "iscsi",
  nfs: "nfs",
  portworxVolume: "portworx-volume",
  rbd: "rbd",
  vsphereVolume: "vsphere-volume",
};

/**
 * Where kubelet mounts a volume for a pod.
 *
 * @param spec of the volume in a pod, or of a PersistentVolume: they have the same names
 * @param name the PersistentVolume's; of a volume that stands in the pod itself its name there
 * @returns undefined for a volume of no plug-in that is known
 */
export function pluginFolder(
  spec: Json | undefined,
  podFolder: string,
  name: string,
): VolumeSource | undefined {
  const quoted = JSON.stringify(name);
  if (at(spec, "csi") !== undefined) {
    const source = below(volumeFolder(podFolder, "csi", name), "mount");
    return { what: `CSI volume ${quoted}`, source };
  }
  const flex = textAt(spec, "flexVolume", "driver");
  if (flex !== "") {
    const source = below(podFolder, `volumes/${flex.replace("/", "~")}/${name}`);
    return { what: `flexVolume ${quoted}`, source };
  }
  const [kind] = entriesAt(spec).find(([key]) => Object.hasOwn(PLUGINS, key)) ?? [];
  const plugin = kind === undefined ? undefined : PLUGINS[kind];
  if (plugin === undefined) return undefined;
  return { what: `${kind} volume ${quoted}`, source: volumeFolder(podFolder, plugin, name) };
}
