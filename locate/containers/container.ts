/** A container, as whichever runtime tells of it, and what a runtime is. */
import { countAt, type Json, listAt, parseJson, textAt } from "../../core/util/json.ts";
import type { Mount } from "./mounts.ts";
import type { Ended, Tool } from "./tool.ts";

type PodPlace = Readonly<Record<"namespace" | "pod" | "container", string>>;

/** A container, as whichever runtime tells of it. */
export interface Container {
  readonly runtime: string;
  /** The runtime's id; 64 hex digits with most. */
  readonly id: string;
  readonly name: string;
  /** `running`, or the runtime's own word for another state. */
  readonly state: string;
  /** Its first process, where it is known. */
  readonly pid: number | undefined;
  readonly argv: readonly string[];
  readonly network: {
    /** Whether it shares the host's network; undefined when the runtime does not say. */
    readonly isHosts?: boolean;
    readonly addresses: readonly string[];
    readonly ports: readonly PublishedPort[];
  };
  readonly pod: PodPlace | undefined;
  /** Where it runs, if the runtime tells of other hosts' containers, too. */
  readonly node?: { readonly name: string; readonly address: string };
  /** What is mounted into it, in that order; may ask the runtime once more. */
  mounts(): Promise<readonly Mount[]>;
  /** Runs a program in it; no answer is as good as a failure. */
  exec(argv: readonly string[]): Promise<Ended>;
  /** Which host was asked, where that can be another one. */
  endpoint?(): Promise<string>;
}

/** A port of the host that leads to a container's; at all addresses, where none is told. */
interface PublishedPort {
  readonly hostAddress?: string;
  readonly hostPort: number;
  readonly containerPort: number;
}

/** What is known of the container that is meant. */
export type Target =
  | { readonly kind: "container"; readonly name: string }
  | {
    readonly kind: "pod";
    readonly pod: string;
    readonly namespace?: string;
    readonly container?: string;
  }
  /** Nothing but the URL that it serves: any that runs on this host. */
  | { readonly kind: "running" };

/** All that is known of a runtime. */
export interface Runtime {
  /** Its client program's, by which `--runtime` names it. */
  readonly name: string;
  /** A call that fails when it may not be used, and prints what runs, unless it knows pods only. */
  readonly check: readonly string[];
  /** Whether it has namespaces of its own: containerd's, not Kubernetes'. */
  readonly hasNamespaces?: true;
  /** Whether it knows containers by their pods alone. */
  readonly podsOnly?: true;
  /** The containers that are meant, of a pod all. Throws `ToolFailure` where there is no answer. */
  find(wanted: Target, tool: Tool, options: { runtimeNamespace?: string }): Promise<Container[]>;
}

/** As messages name it: `the container "web" (docker)`. */
export function containerText({ name, runtime }: Container): string {
  return `the container ${JSON.stringify(name)} (${runtime})`;
}

/** One of several, for a list. */
export function listedText({ runtime, name, id, pod }: Container): string {
  const place = pod === undefined ? name : `${pod.namespace}/${pod.pod}/${pod.container}`;
  return `${place} (${runtime}, ${id.slice(0, 12)})`;
}

/** Kubernetes' labels on the containers of pods, as every runtime that serves a kubelet has them. */
export const POD_LABELS = {
  pod: "io.kubernetes.pod.name",
  namespace: "io.kubernetes.pod.namespace",
  container: "io.kubernetes.container.name",
} as const;

/** The labels that pick out a pod's containers. */
export function labelsOf(
  wanted: Extract<Target, { kind: "pod" }>,
): [name: string, value: string][] {
  return (["pod", "namespace"] as const)
    .flatMap((one) => wanted[one] === undefined ? [] : [[POD_LABELS[one], wanted[one]]]);
}

/** Whether one is meant that a client does not look for by itself. */
export function isMeant(one: Pick<Container, "id" | "name" | "pod">, wanted: Target): boolean {
  const { id, name, pod } = one;
  if (wanted.kind === "running") return true;
  if (wanted.kind === "pod") {
    return pod?.pod === wanted.pod && [undefined, pod.namespace].includes(wanted.namespace);
  }
  return name === wanted.name || /^[0-9a-f]{8,}$/.test(wanted.name) && id.startsWith(wanted.name);
}

/** The place in Kubernetes that labels tell. */
export function podPlace(labels: Json | undefined): PodPlace | undefined {
  const label = (one: keyof PodPlace) => textAt(labels, POD_LABELS[one]);
  const place = { pod: label("pod"), namespace: label("namespace"), container: label("container") };
  return place.pod === "" ? undefined : place;
}

/** Of ports, as kubelet, kubectl and nerdctl write them, maybe as a text: TCP's that the host has. */
export function publishedPorts(list: Json | undefined): PublishedPort[] {
  return listAt(typeof list === "string" ? parseJson(list) : list).flatMap((port) => {
    const hostPort = countAt(port, "hostPort") ?? countAt(port, "HostPort");
    const containerPort = countAt(port, "containerPort") ?? countAt(port, "ContainerPort");
    const hostAddress = textAt(port, "hostIP") || textAt(port, "HostIP");
    const protocol = textAt(port, "protocol") || textAt(port, "Protocol") || "tcp";
    if (!hostPort || !containerPort || !/^tcp$/i.test(protocol)) return [];
    const isAll = ["", "0.0.0.0", "::"].includes(hostAddress);
    return [{ hostPort, containerPort, ...(isAll ? {} : { hostAddress }) }];
  });
}
