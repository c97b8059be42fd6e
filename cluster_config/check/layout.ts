/** Whether everything stands where it is read. */
import { isMap, isScalar, type Pair, visit } from "yaml";
import { BLOCK_KEYS } from "../binaries.ts";
import type { ClusterDocument } from "../document.ts";
import { isMergeKey, isNull, keySpan, lookUp, pairOf } from "../yaml_nodes.ts";
import type { LocatedFault } from "./finding.ts";

/** All that a ClusterConfig has at its top. */
const TOP_KEYS = ["apiVersion", "kind", "metadata", "spec", "status"];

/** What stands outside `spec`, or is of a wrong shape. */
export function layoutFindings(cluster: ClusterDocument): LocatedFault[] {
  const strays = straysIn(cluster, { wherever: false });
  return [
    ...strays.map((pair): LocatedFault => ({
      code: "misplaced",
      message: '"binaries" does not stand right under "spec": nothing reads it there',
      hint: 'Indent it under "spec"; without it, binaries are fetched from the Internet.',
      offset: keySpan(pair).start,
    })),
    ...outsideSpec(cluster, strays),
    ...shapeFindings(cluster),
  ];
}

/**
 * Every `binaries` with keys of ours that is not `spec.binaries`; at the top also one without such
 * keys. With `wherever`, `spec.binaries` too.
 */
export function straysIn(
  { document, root }: ClusterDocument,
  { wherever }: { readonly wherever: boolean },
): Pair[] {
  const spec = lookUp(root, "spec", document);
  const right = isMap(spec) ? pairOf(spec, "binaries") : undefined;
  const top = pairOf(root, "binaries");
  const found: Pair[] = [];
  visit(document, {
    Pair(_, pair) {
      const named = isScalar(pair.key) && pair.key.value === "binaries";
      if (named && (pair === top || hasOurKeys(pair)) && (wherever || pair !== right)) {
        found.push(pair);
      }
    },
  });
  return found;
}

function hasOurKeys({ value }: Pair): boolean {
  return isMap(value) && BLOCK_KEYS.some((key) => pairOf(value, key));
}

function outsideSpec({ root }: ClusterDocument, strays: readonly Pair[]): LocatedFault[] {
  return root.items.filter((pair) => {
    const { key } = pair;
    return isScalar(key) && !TOP_KEYS.includes(String(key.value)) && !isMergeKey(key) &&
      !strays.includes(pair);
  }).map((pair): LocatedFault => ({
    code: "outside-spec",
    message: `"${String(pair.key)}" stands outside "spec"`,
    hint: 'If the installer is to read it, indent it under "spec".',
    offset: keySpan(pair).start,
  }));
}

/** `spec` and `spec.binaries` are mappings or nothing, their values text or nothing. */
function shapeFindings({ document, root }: ClusterDocument): LocatedFault[] {
  const found: LocatedFault[] = [];
  let map = root;
  for (const key of ["spec", "binaries"]) {
    const pair = pairOf(map, key);
    const value = lookUp(map, key, document);
    if (isNull(value)) return [];
    if (!isMap(value)) {
      const offset = pair === undefined ? 0 : keySpan(pair).start;
      const hint = `Write the keys of "${key}" on lines below it, indented.`;
      return [{ code: "no-mapping", message: `"${key}" is no mapping`, hint, offset }];
    }
    map = value;
  }
  for (const key of BLOCK_KEYS) {
    const pair = pairOf(map, key);
    const value = lookUp(map, key, document);
    if (pair === undefined || isNull(value) || isScalar(value)) continue;
    const { start: offset } = keySpan(pair);
    found.push({ code: "no-text", message: `"${key}" is no text`, hint: "Quote it.", offset });
  }
  return found;
}
