/** The nodes of a clusterConfig.yaml as an inventory of Ansible. */
import { type ClusterDocument, valueOf } from "./document.ts";

/** What Ansible needs to reach each host, by its name; never a password. */
export type Hosts = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** An inventory, as Ansible reads it from YAML. */
export interface Inventory {
  readonly all: { readonly children: Readonly<Record<string, { readonly hosts: Hosts }>> };
}

/** Makes the inventory. A node without an address and a name is left out. */
export function inventoryOf({ document }: ClusterDocument): Inventory {
  const spec = asMap(asMap(valueOf(document)).get("spec"));
  const key = textIn(spec, "privateKeyPath");
  const hostsIn = (list: string) => {
    const nodes: unknown = spec.get(list);
    const hosts = (Array.isArray(nodes) ? nodes : []).map((node) => hostOf(asMap(node), key));
    return { hosts: Object.fromEntries(hosts.filter(([name]) => name !== "")) };
  };
  const children = {
    kube_control_plane: hostsIn("masterNodes"),
    kube_node: hostsIn("workerNodes"),
  };
  return { all: { children } };
}

function hostOf(node: Map<unknown, unknown>, key: string): [name: string, Hosts[string]] {
  const variables = {
    ansible_host: textIn(node, "ip"),
    ansible_user: textIn(node, "ansibleUser"),
    ansible_port: textIn(node, "ansibleSSHPort"),
    ansible_ssh_private_key_file: key,
  };
  const given = Object.entries(variables).filter(([, value]) => value !== "");
  return [textIn(node, "nodeName") || variables.ansible_host, Object.fromEntries(given)];
}

/** A mapping's value as a Map; empty where it is none. */
export function asMap(value: unknown): Map<unknown, unknown> {
  return value instanceof Map ? value : new Map();
}

/** The text under a key; empty where there is none. */
export function textIn(map: Map<unknown, unknown>, key: string): string {
  const value = map.get(key);
  return typeof value === "string" ? value : "";
}
