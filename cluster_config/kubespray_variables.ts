/** Variables of kubespray, in the files that clusters are described by. */
import type { Document } from "yaml";
import { parseSource, valueOf } from "./document.ts";
import { readConfigFile } from "./file.ts";

/**
 * Reads group variables, a clusterConfig.yaml (its `kubeanConfig` and `k8sVersion`) or a ConfigMap of
 * kubean: names with their values as text, lists and mappings left out. It may hold passwords. Code
 * `config-invalid` for what is no YAML.
 */
export async function readVariables(path: string): Promise<Map<string, string>> {
  const { text } = await readConfigFile(path);
  return variablesIn(path, text);
}

export function variablesIn(name: string, text: string): Map<string, string> {
  const found = parseSource(name, text).documents.flatMap((document) =>
    variablesOf(name, document)
  );
  return new Map(found);
}

function variablesOf(name: string, document: Document.Parsed): [string, string][] {
  const value = valueOf(document);
  if (!(value instanceof Map)) return [];
  const embedded = (text: unknown) =>
    typeof text === "string" && /^[\w-]+:/m.test(text) ? [...variablesIn(name, text)] : [];
  switch (value.get("kind")) {
    case "ClusterConfig": {
      const spec: unknown = value.get("spec");
      if (!(spec instanceof Map)) return [];
      const version: unknown = spec.get("k8sVersion");
      const own: [string, string][] = typeof version === "string" && version !== ""
        ? [["kube_version", version]]
        : [];
      return [...own, ...embedded(spec.get("kubeanConfig"))];
    }
    case "ConfigMap": {
      const data: unknown = value.get("data");
      return data instanceof Map ? [...data.values()].flatMap(embedded) : [];
    }
    default:
      return [...value].filter((pair): pair is [string, string] =>
        pair.every((one) => typeof one === "string")
      );
  }
}
