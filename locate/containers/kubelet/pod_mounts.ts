/** The mounts of a pod's container: `volumeMounts`, joined by name to `volumes`. */
import { at, type Json, listAt, textAt } from "../../../core/util/json.ts";
import {
  below,
  type Mount,
  outerFirst,
  plain,
  type Unusable,
  type VolumeSource,
} from "../mounts.ts";
import { COPIES, emptyDir, MANAGED, podFolder, volumeFolder } from "./paths.ts";
import { claimSource, pluginFolder, type PodHome, type Volumes } from "./volumes.ts";

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
  const note = (name: string) =>
    textAt(pod, "metadata", "annotations", `kubernetes.io/config.${name}`);
  const hash = note("mirror") || note("hash");
  return [hash, textAt(pod, "metadata", "uid")].filter((one) => one !== "");
}

function withSubpath(source: string | Unusable, subpath: string | Unusable): string | Unusable {
  if (typeof source !== "string") return source;
  return typeof subpath === "string" ? below(source, subpath) : subpath;
}

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
  const copy = COPIES.find(({ kind }) => has(kind));
  if (copy !== undefined) return { what: `${copy.what} ${JSON.stringify(name)}`, source: MANAGED };
  return pluginFolder(spec, home.folder, name) ?? {
    what: `volume ${JSON.stringify(name)}`,
    source: {
      reason: "is of a kind that has no folder to write into, or none that is known",
      hint: "Mount a hostPath or a PersistentVolumeClaim there instead.",
    },
  };
}

/** The folder in the volume that is mounted; empty for all of it. */
function subpathOf(mount: Json, container: Json, pod: Json): string | Unusable {
  const expression = textAt(mount, "subPathExpr");
  if (expression === "") return textAt(mount, "subPath");
  let unknown: string | undefined;
  const expanded = expression.replace(/\$\$|\$\(([^)]*)\)/g, (piece, name?: string) => {
    if (name === undefined) return "$";
    const value = valueOf(name, container, pod);
    if (value === undefined) unknown ??= piece;
    return value ?? "";
  });
  if (unknown === undefined) return expanded;
  return {
    reason:
      `is mounted by a subPathExpr with ${unknown}, which the pod's specification does not tell`,
    hint: "Ask the runtime of this host: --runtime crictl.",
  };
}

/** The value of a container's environment variable, as far as the pod alone decides it. */
function valueOf(name: string, container: Json, pod: Json): string | undefined {
  const variable = listAt(container, "env").findLast((one) => textAt(one, "name") === name);
  const field = textAt(variable, "valueFrom", "fieldRef", "fieldPath");
  if (field !== "") return fieldOf(field, pod);
  const value = textAt(variable, "value");
  const isPlain = at(variable, "value") !== undefined && !value.includes("$(");
  return isPlain ? value : undefined;
}

/** Only fields that cannot change while the pod lives. */
function fieldOf(path: string, pod: Json): string | undefined {
  const fields = ["metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName"];
  return fields.includes(path) ? textAt(pod, ...path.split(".")) : undefined;
}
