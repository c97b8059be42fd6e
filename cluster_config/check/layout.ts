/** Whether everything stands where it is read, and has the shape that is read there. */
import { isMap, isScalar, type Pair, visit } from "yaml";
import { nearest } from "../../core/util/hints.ts";
import { BLOCK_KEYS } from "../binaries.ts";
import { BLOCK_PATH, type ClusterDocument, mapAt } from "../document.ts";
import { isMergeKey, isNull, keySpan, lookUp, offsetOf, pairOf } from "../yaml_nodes.ts";
import type { Fault } from "./finding.ts";

/** All that a ClusterConfig has at its top. */
const TOP_KEYS = ["apiVersion", "kind", "metadata", "spec", "status"];

/** What stands outside `spec`, or is of a wrong shape. */
export function* layoutFaults(cluster: ClusterDocument): Generator<Fault> {
  const spec = mapAt(cluster, "spec");
  const right = spec && pairOf(spec, "binaries");
  const strays = blocksIn(cluster).filter((pair) => pair !== right);
  for (const pair of strays) {
    const message = '"binaries" does not stand right under "spec": nothing reads it there';
    yield ["misplaced", keySpan(pair).start, message];
  }
  for (const pair of cluster.root.items) {
    const { key } = pair;
    if (!isScalar(key) || TOP_KEYS.includes(String(key.value))) continue;
    if (isMergeKey(key) || strays.includes(pair)) continue;
    yield ["outside-spec", keySpan(pair).start, `"${key}" stands outside "spec"`];
  }
  yield* shapeFaults(cluster);
}

/** Every `binaries` with keys of ours; at the top also one without such keys. */
export function blocksIn({ document, root }: ClusterDocument): Pair[] {
  const found: Pair[] = [];
  visit(document, {
    Pair(_, pair) {
      const { key, value } = pair;
      if (!isScalar(key) || key.value !== "binaries") return;
      const isOurs = isMap(value) && BLOCK_KEYS.some((name) => pairOf(value, name));
      if (isOurs || pair === pairOf(root, "binaries")) found.push(pair);
    },
  });
  return found;
}

/** `spec` and `spec.binaries` are mappings or nothing, their values text or nothing. */
function* shapeFaults({ document, root }: ClusterDocument): Generator<Fault> {
  let map = root;
  for (const key of BLOCK_PATH) {
    const value = lookUp(map, key, document);
    if (isNull(value)) return;
    if (!isMap(value)) return yield ["no-mapping", offsetOf(map, key), `"${key}" is no mapping`];
    map = value;
  }
  for (const { key } of map.items) {
    const name = isScalar(key) && !isMergeKey(key) ? String(key.value) : "";
    const meant = BLOCK_KEYS.some((one) => one === name) ? undefined : nearest(name, BLOCK_KEYS);
    if (meant === undefined) continue;
    const message = `${JSON.stringify(name)} is read by nobody: "${meant}" may be meant`;
    yield ["misspelled", offsetOf(map, name), message];
  }
  for (const key of BLOCK_KEYS) {
    const value = lookUp(map, key, document);
    if (pairOf(map, key) === undefined || isNull(value) || isScalar(value)) continue;
    yield ["no-text", offsetOf(map, key), `"${key}" is no text`];
  }
}
