/** What is asked of every runtime. */
import type { Container, PodPlace, RuntimeName } from "./container.ts";
import type { Tool } from "./tool.ts";

/** Which containers are meant. */
export type Wanted =
  /** The one of this id or name. */
  | { readonly kind: "container"; readonly name: string }
  /** Those of a pod. */
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
