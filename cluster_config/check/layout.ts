/** Whether everything stands where it is read, and has the shape that is read there. */
import { isMap, isScalar, type Pair, visit } from "yaml";
import { nearest } from "../../core/util/hints.ts";
import { entriesAt } from "../../core/util/json.ts";
import { BLOCK_KEYS } from "../binaries.ts";
import { BLOCK_PATH, type ClusterDocument, misshapenKey } from "../document.ts";
import { isMergeKey, keySpan, pairOf } from "../yaml_nodes.ts";
import type { Fault } from "./finding.ts";

/** All that a ClusterConfig has at its top. */
const TOP_KEYS = ["apiVersion", "kind", "metadata", "spec", "status"];

/** What stands outside `spec`, or is of a wrong shape. */
export function* layoutFaults(cluster: ClusterDocument): Generator<Fault> {
  const { root, value } = cluster;
  const spec = root.get("spec");
  const right = isMap(spec) ? pairOf(spec, "binaries") : undefined;
  const strays = blocksIn(cluster).filter((pair) => pair !== right);
  for (const pair of strays) {
    const message = '"binaries" does not stand right under "spec": nothing reads it there';
    yield ["misplaced", keySpan(pair).start, message];
  }
  for (const pair of root.items) {
    const { key } = pair;
    if (!isScalar(key) || TOP_KEYS.includes(String(key.value))) continue;
    if (isMergeKey(key) || strays.includes(pair)) continue;
    yield ["outside-spec", keySpan(pair).start, `"${key}" stands outside "spec"`];
  }
  const key = misshapenKey(cluster);
  if (key !== undefined) {
    const path = BLOCK_PATH.slice(0, BLOCK_PATH.indexOf(key) + 1);
    return yield ["no-mapping", path, `"${key}" is no mapping`];
  }
  for (const [name, text] of entriesAt(value, ...BLOCK_PATH)) {
    const isOurs = BLOCK_KEYS.some((one) => one === name);
    const meant = isOurs ? undefined : nearest(name, BLOCK_KEYS);
    if (isOurs && text !== null && typeof text !== "string") {
      yield ["no-text", [...BLOCK_PATH, name], `"${name}" is no text`];
    } else if (meant !== undefined) {
      const message = `nothing reads ${JSON.stringify(name)}: did you mean "${meant}"?`;
      yield ["misspelled", [...BLOCK_PATH, name], message];
    }
  }
}

/** Every `binaries` with keys of ours; at the top also one without such keys. */
export function blocksIn({ root }: ClusterDocument): Pair[] {
  const found: Pair[] = [];
  visit(root, {
    Pair(_, pair) {
      const { key, value } = pair;
      if (!isScalar(key) || key.value !== "binaries") return;
      const isOurs = isMap(value) && BLOCK_KEYS.some((name) => pairOf(value, name));
      if (isOurs || pair === pairOf(root, "binaries")) found.push(pair);
    },
  });
  return found;
}
