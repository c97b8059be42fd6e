/** `subPath` and `subPathExpr` of a volume's mount. */
import { at, type Json, listAt, textAt } from "../container/json.ts";
import type { Unusable } from "./mount.ts";

/** The folder in the volume that is mounted; empty for all of it. */
export function subpathOf(mount: Json, container: Json, pod: Json): string | Unusable {
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
