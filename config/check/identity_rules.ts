/** Whether a document says that it is a ClusterConfig of a known version. */
import { API_VERSIONS, type ClusterDocument, KIND, topText } from "../cluster_document.ts";
import { keySpan, pairOf } from "../nodes.ts";
import type { Found } from "./finding.ts";

/** What is wrong with `apiVersion` and `kind`. */
export function identityFindings(cluster: ClusterDocument): Found[] {
  const version = topText(cluster, "apiVersion");
  const kind = topText(cluster, "kind");
  const found: Found[] = [];
  if (version === undefined || !API_VERSIONS.includes(version)) {
    found.push({
      code: "api-version",
      message: version === undefined ? "apiVersion is missing" : `apiVersion is "${version}"`,
      hint: `The installer reads ${API_VERSIONS.join(" and ")}.`,
      offset: offsetOf(cluster, "apiVersion"),
    });
  }
  if (kind !== KIND) {
    found.push({
      code: "kind",
      message: kind === undefined ? "kind is missing" : `kind is "${kind}"`,
      hint: `Write "kind: ${KIND}".`,
      offset: offsetOf(cluster, "kind"),
    });
  }
  return found;
}

function offsetOf({ root }: ClusterDocument, key: string): number {
  const pair = pairOf(root, key);
  return pair === undefined ? root.range?.[0] ?? 0 : keySpan(pair).start;
}
