/** What Ansible is given: nodes as an inventory, and the variables of kubespray. */
import { downloadUrls, mirrorVariables } from "../core/expected/mod.ts";
import type { Repository } from "../core/storage/mod.ts";
import { at, entriesAt, type Json, listAt, textAt } from "../core/util/json.ts";
import { fetchBase } from "./binaries.ts";
import { type ClusterDocument, invalid, KIND, parseSource } from "./document.ts";
import { readConfigFile } from "./file.ts";

type Hosts = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The nodes as an inventory of Ansible, never with a password; one that has no name is left out. */
export function inventoryOf(
  { source, value }: ClusterDocument,
): { readonly all: { readonly children: Readonly<Record<string, { readonly hosts: Hosts }>> } } {
  const hostsIn = (list: string) => {
    const named = new Set<string>();
    const hosts = Object.fromEntries(
      listAt(value, "spec", list).flatMap((node): [string, Hosts[string]][] => {
        const variables = {
          ansible_host: textAt(node, "ip"),
          ansible_user: textAt(node, "ansibleUser"),
          ansible_port: textAt(node, "ansibleSSHPort"),
          ansible_ssh_private_key_file: textAt(value, "spec", "privateKeyPath"),
        };
        const name = textAt(node, "nodeName") || variables.ansible_host;
        const given = Object.entries(variables).filter(([, value]) => value !== "");
        if (name === "") return [];
        if (named.size === named.add(name).size) { // an inventory would hold the last one only
          throw invalid(source.name, `two of ${list} are called "${name}"`, "Name each otherwise.");
        }
        return [[name, Object.fromEntries(given)]];
      }),
    );
    return { hosts };
  };
  const [control, workers] = [hostsIn("masterNodes"), hostsIn("workerNodes")];
  return { all: { children: { kube_control_plane: control, kube_node: workers } } };
}

/** As {@linkcode variablesIn}, of a file. */
export async function readVariables(path: string): Promise<Map<string, string>> {
  return variablesIn(path, (await readConfigFile(path)).text);
}

/**
 * Those of group variables, a clusterConfig.yaml (`kubeanConfig`, `k8sVersion`) or a ConfigMap of
 * kubean, whose values are text; they may be passwords. Code `config-invalid` for what is no YAML.
 */
export function variablesIn(name: string, text: string): Map<string, string> {
  const { documents } = parseSource(name, text);
  return new Map(documents.flatMap(({ value }) => variablesOf(name, value)));
}

function variablesOf(name: string, value: Json): [string, string][] {
  const embedded = (text: Json | undefined) =>
    typeof text === "string" && /^[\w-]+:/m.test(text) ? [...variablesIn(name, text)] : [];
  const kind = textAt(value, "kind");
  if (kind === "ConfigMap") return entriesAt(value, "data").flatMap(([, text]) => embedded(text));
  if (kind !== KIND) {
    return entriesAt(value).flatMap(([key, text]) => typeof text === "string" ? [[key, text]] : []);
  }
  const version = textAt(value, "spec", "k8sVersion");
  const own: [string, string][] = version === "" ? [] : [["kube_version", version]];
  return [...own, ...embedded(at(value, "spec", "kubeanConfig"))];
}

/**
 * The variables for a repository, with sentences about them and lines to copy; `bucket` counts for
 * an S3 server only. kubespray reads those of hosts from v2.25 on; a `release` is like `v2.24.3`.
 */
export function repositoryVariables(
  repository: Repository,
  bucket: string,
  release?: string,
): { readonly variables: Readonly<Record<string, string>>; readonly notes: readonly string[] } {
  const base = fetchBase(repository, bucket);
  const [, major = 2, minor = Infinity] = /^v?(\d+)\.(\d+)/.exec(release ?? "")?.map(Number) ?? [];
  const isOld = major < 2 || (major === 2 && minor < 25);
  const variables = isOld ? { files_repo: base, ...downloadUrls() } : mirrorVariables(base);
  const notes = [
    ...(release === undefined ? [OLD_RELEASES] : []),
    ...(base.startsWith("https:") ? [CERTIFICATES] : []),
    ...(isOld ? [] : [ARGOCD]),
  ];
  return { variables, notes };
}

const OLD_RELEASES =
  "kubespray v2.24 and older read none but files_repo in your own lines: --kubespray v2.24 prints those.";

const CERTIFICATES =
  "If a certificate authority of your own signed for it, put that into the nodes' trust store, or set\ndownload_validate_certs: false";

const ARGOCD = `With argocd_enabled, what no variable of these reaches:
argocd_install_url: "{{ files_repo }}/raw.githubusercontent.com/argoproj/argo-cd/v{{ argocd_version }}/manifests/install.yaml"`;
