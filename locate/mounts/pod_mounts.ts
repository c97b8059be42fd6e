/** The mounts of a pod's container: `volumeMounts`, joined by name to `volumes`. */
import { at, type Json, listAt, textAt } from "../container/json.ts";
import { claimSource, type PodHome, type Volumes } from "./claims.ts";
import { podFolder } from "./kubelet_root.ts";
import { emptyDir, MANAGED, volumeFolder } from "./kubelet_paths.ts";
import { below, type Mount, outerFirst, plain, type Unusable, type VolumeSource } from "./mount.ts";
import { subpathOf } from "./pod_subpath.ts";
import { pluginFolder } from "./volume_plugins.ts";

/** The mounts of one container of a pod; asks for claims and volumes that they name. */
export async function mountsOfPod(pod: Json, container: Json, volumes: Volumes): Promise<Mount[]> {
  const home = {
    folder: podFolder(uidsOf(pod)),
    node: textAt(pod, "spec", "nodeName"),
  };
  const mounts = await Promise.all(
    listAt(container, "volumeMounts").map((mount) => mountOf(mount, pod, container, home, volumes)),
  );
  return outerFirst(mounts);
}

async function mountOf(
  mount: Json,
  pod: Json,
  container: Json,
  home: PodHome,
  volumes: Volumes,
): Promise<Mount> {
  const name = textAt(mount, "name");
  const spec = listAt(pod, "spec", "volumes").find((one) => textAt(one, "name") === name);
  const volume = await volumeSource(name, spec, home, pod, volumes);
  const subpath = subpathOf(mount, container, pod);
  return {
    ...volume,
    destination: plain(textAt(mount, "mountPath")),
    readOnly: at(mount, "readOnly") === true,
    source: withSubpath(volume.source, subpath),
  };
}

/**
 * What kubelet may call a pod: the API server has a mirror of a static pod, with a UID of its own,
 * and kubelet goes by the hash of its file.
 */
function uidsOf(pod: Json): string[] {
  const hash = textAt(pod, "metadata", "annotations", "kubernetes.io/config.mirror");
  return [hash, textAt(pod, "metadata", "uid")].filter((one) => one !== "");
}

function withSubpath(source: string | Unusable, subpath: string | Unusable): string | Unusable {
  if (typeof source !== "string") return source;
  return typeof subpath === "string" ? below(source, subpath) : subpath;
}

/** Volumes that kubelet fills by itself, by their names in a pod's specification. */
const COPIES: Readonly<Record<string, string>> = {
  configMap: "ConfigMap",
  secret: "Secret",
  projected: "projected volume",
  downwardAPI: "downwardAPI volume",
};

async function volumeSource(
  name: string,
  spec: Json | undefined,
  home: PodHome,
  pod: Json,
  volumes: Volumes,
): Promise<VolumeSource> {
  const has = (kind: string) => at(spec, kind) !== undefined;
  if (has("hostPath")) {
    return { what: `hostPath ${JSON.stringify(name)}`, source: textAt(spec, "hostPath", "path") };
  }
  if (has("emptyDir")) {
    return { ...emptyDir(name), source: volumeFolder(home.folder, "empty-dir", name) };
  }
  if (has("persistentVolumeClaim")) {
    return await claimSource(textAt(spec, "persistentVolumeClaim", "claimName"), home, volumes);
  }
  if (has("ephemeral")) {
    return await claimSource(`${textAt(pod, "metadata", "name")}-${name}`, home, volumes);
  }
  const [kind, what] = Object.entries(COPIES).find(([one]) => has(one)) ?? [];
  if (kind !== undefined && what !== undefined) {
    return { what: `${what} ${JSON.stringify(name)}`, source: MANAGED };
  }
  return pluginFolder(spec, home.folder, name) ?? {
    what: `volume ${JSON.stringify(name)}`,
    source: {
      reason: "is of a kind that has no folder to write into, or none that is known",
      hint: "Mount a hostPath or a PersistentVolumeClaim there instead.",
    },
  };
}
