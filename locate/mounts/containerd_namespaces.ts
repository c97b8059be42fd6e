/** Namespaces of containerd: its clients see one at a time. */
import type { Container } from "../container/container.ts";
import type { AskOptions } from "../container/runtime.ts";
import type { Tool } from "../container/tool.ts";

/** Kubernetes' namespace in containerd. */
const KUBERNETES = "k8s.io";

/**
 * Asks in the namespace that was given; else in the client's own, which is that of
 * `$CONTAINERD_NAMESPACE`, and in Kubernetes'.
 */
export async function inNamespaces(
  { runtimeNamespace }: AskOptions,
  tool: Tool,
  ask: (namespace: string) => Promise<Container[]>,
): Promise<Container[]> {
  const own = tool.env("CONTAINERD_NAMESPACE") ?? "default";
  const names = runtimeNamespace === undefined ? [own, KUBERNETES] : [runtimeNamespace];
  const found = await Promise.all([...new Set(names)].map(ask));
  return found.flat();
}
