/** A container, as whichever runtime tells of it. */
import type { Tool } from "./client.ts";
import type { Mount } from "./mounts.ts";
import type { Ended } from "./subprocess.ts";

/** The name of a runtime's client program. */
export type RuntimeName = string;

/** A port of a host that leads to one of a container. */
export interface PublishedPort {
  /** The host's address; undefined for all of them. */
  readonly hostAddress?: string;
  readonly hostPort: number;
  readonly containerPort: number;
}

/** How a container is reached over the network. */
export interface Network {
  /** Whether it shares the host's network; undefined when the runtime does not say. */
  readonly isHosts?: boolean;
  readonly addresses: readonly string[];
  readonly ports: readonly PublishedPort[];
}

/** A pod's container, by Kubernetes' names. */
export interface PodPlace {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

export interface Node {
  readonly name: string;
  /** Its address in the cluster. */
  readonly address: string;
}

export interface Container {
  readonly runtime: RuntimeName;
  /** The runtime's id; 64 hex digits with most. */
  readonly id: string;
  readonly name: string;
  /** `running`, or the runtime's own word for another state. */
  readonly state: string;
  /** Its first process on this host, where the runtime tells it. */
  readonly pid?: number;
  /** What its first process was started with. */
  readonly argv: readonly string[];
  readonly network: Network;
  /** What is mounted into it, in that order; may ask the runtime once more. */
  mounts(): Promise<readonly Mount[]>;
  /** Its place in Kubernetes, if it has one. */
  readonly pod?: PodPlace;
  /** Where it runs, if the runtime tells of other hosts' containers, too. */
  readonly node?: Node;
  /** How the runtime is asked about it. */
  readonly commands: ContainerCommands;
}

/** Arguments of the runtime's client, without its own name. */
export interface ContainerCommands {
  /** To run a program in the container. */
  exec(argv: readonly string[]): readonly string[];
  /** Takes apart what {@linkcode exec} printed, where the client mixes both of its outputs. */
  separate?(ended: Ended): Ended;
  /** To copy what stands under a path out, as a tar on standard output; not every client can. */
  copy?(path: string): readonly string[];
}

/** The container for a message: `the container "web" (docker)`. */
export function containerText({ name, runtime }: Container): string {
  return `the container ${JSON.stringify(name)} (${runtime})`;
}

/** A published port as a list of one; empty for what is no TCP port of the host. */
export function publishedPort(
  hostAddress: string,
  hostPort: number | undefined,
  containerPort: number | undefined,
  protocol: string,
): PublishedPort[] {
  if (hostPort === undefined || containerPort === undefined) return [];
  if (protocol !== "" && protocol.toLowerCase() !== "tcp") return [];
  const isAll = ["", "0.0.0.0", "::"].includes(hostAddress);
  return [{ hostPort, containerPort, ...(isAll ? {} : { hostAddress }) }];
}

/** One of several, for a list. */
export function listedText({ runtime, name, id, pod }: Container): string {
  const place = pod === undefined ? name : `${pod.namespace}/${pod.pod}/${pod.container}`;
  return `${place} (${runtime}, ${id.slice(0, 12)})`;
}

export type Wanted =
  /** The one of this id or name. */
  | { readonly kind: "container"; readonly name: string }
  | { readonly kind: "pod"; readonly pod: string; readonly namespace?: string }
  /** All that run on this host. */
  | { readonly kind: "running" };

/** How a runtime is asked. */
export interface AskOptions {
  /** The runtime's own namespace, where it has such a thing: containerd's, not Kubernetes'. */
  readonly runtimeNamespace?: string;
}

/** A runtime: all that is known of it. */
export interface Runtime {
  /** The name of its client program, by which `--runtime` names it. */
  readonly name: RuntimeName;
  /** Arguments of a call that changes nothing, and fails when it may not be used. */
  readonly check: readonly string[];
  /** Whether that call prints the names of what runs, one a line: completion shows them. */
  readonly checkListsNames?: true;
  /** Whether it has namespaces of its own: containerd's, not Kubernetes'. */
  readonly hasNamespaces?: true;
  /** Whether it knows containers by their pods alone. */
  readonly podsOnly?: true;
  /**
   * The containers that are meant, none when there are none. Changes nothing. Throws `ToolFailure`
   * when the runtime gives no answer.
   */
  find(wanted: Wanted, tool: Tool, options: AskOptions): Promise<Container[]>;
}

/** Kubernetes' labels on the containers of pods, as every runtime that serves a kubelet has them. */
export const POD_LABELS = {
  pod: "io.kubernetes.pod.name",
  namespace: "io.kubernetes.pod.namespace",
  container: "io.kubernetes.container.name",
} as const;

/** The place in Kubernetes that labels tell. */
export function podPlace(label: (name: string) => string): PodPlace | undefined {
  const pod = label(POD_LABELS.pod);
  if (pod === "") return undefined;
  return { pod, namespace: label(POD_LABELS.namespace), container: label(POD_LABELS.container) };
}
