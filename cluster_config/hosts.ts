/** The nodes of a clusterConfig.yaml as an inventory of Ansible. */
import { type Json, listAt, textAt } from "../core/util/json.ts";
import type { ClusterDocument } from "./document.ts";

/** What Ansible needs to reach each host, by its name; never a password. */
type Hosts = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** An inventory, as Ansible reads it from YAML. */
export interface Inventory {
  readonly all: { readonly children: Readonly<Record<string, { readonly hosts: Hosts }>> };
}

/** Makes the inventory. A node without an address and a name is left out. */
export function inventoryOf({ value: config }: ClusterDocument): Inventory {
  const key = textAt(config, "spec", "privateKeyPath");
  const hostsIn = (list: string) => {
    const hosts = listAt(config, "spec", list).map((node) => hostOf(node, key));
    return { hosts: Object.fromEntries(hosts.filter(([name]) => name !== "")) };
  };
  const children = {
    kube_control_plane: hostsIn("masterNodes"),
    kube_node: hostsIn("workerNodes"),
  };
  return { all: { children } };
}

function hostOf(node: Json, key: string): [name: string, Hosts[string]] {
  const variables = {
    ansible_host: textAt(node, "ip"),
    ansible_user: textAt(node, "ansibleUser"),
    ansible_port: textAt(node, "ansibleSSHPort"),
    ansible_ssh_private_key_file: key,
  };
  const given = Object.entries(variables).filter(([, value]) => value !== "");
  return [textAt(node, "nodeName") || variables.ansible_host, Object.fromEntries(given)];
}
