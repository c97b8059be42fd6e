/** Volumes that a plug-in of kubelet mounts on the host, and the folders that they get there. */
import { at, entriesAt, type Json, textAt } from "../container/json.ts";
import { volumeFolder } from "./kubelet_paths.ts";
import { below, type VolumeSource } from "./mount.ts";

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
