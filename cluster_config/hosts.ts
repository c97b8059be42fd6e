/** The nodes of a clusterConfig.yaml as an inventory of Ansible. */
import { type ClusterDocument, valueOf } from "./document.ts";

/** What Ansible needs to reach one host; never a password. */
export type HostVariables = Readonly<Record<string, string>>;

/** An inventory, as Ansible reads it from YAML. */
export interface Inventory {
  readonly all: {
    readonly children: Readonly<
      Record<string, { readonly hosts: Readonly<Record<string, HostVariables>> }>
    >;
  };
}

/** Groups by kubespray's names, with the keys of the file that list their hosts. */
const GROUPS = { kube_control_plane: "masterNodes", kube_node: "workerNodes" } as const;

/** Makes the inventory. A node without an address and a name is left out. */
export function inventoryOf({ document }: ClusterDocument): Inventory {
  const root = asMap(valueOf(document));
  const spec = asMap(root.get("spec"));
  const key = textIn(spec, "privateKeyPath");
  const children = Object.fromEntries(
    Object.entries(GROUPS).map(([group, list]) => {
      const nodes: unknown = spec.get(list);
      const hosts = (Array.isArray(nodes) ? nodes : []).flatMap((node) => hostOf(asMap(node), key));
      return [group, { hosts: Object.fromEntries(hosts) }];
    }),
  );
  return { all: { children } };
}

function hostOf(node: Map<unknown, unknown>, key: string): [string, HostVariables][] {
  const ip = textIn(node, "ip");
  const name = textIn(node, "nodeName") || ip;
  if (name === "") return [];
  const variables = {
    ansible_host: ip,
    ansible_user: textIn(node, "ansibleUser"),
    ansible_port: textIn(node, "ansibleSSHPort"),
    ansible_ssh_private_key_file: key,
  };
  return [[
    name,
    Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== "")),
  ]];
}

function asMap(value: unknown): Map<unknown, unknown> {
  return value instanceof Map ? value : new Map();
}

function textIn(map: Map<unknown, unknown>, key: string): string {
  const value = map.get(key);
  return typeof value === "string" ? value : "";
}
