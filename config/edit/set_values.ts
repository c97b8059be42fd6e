/** Sets the four keys in a text. */
import { isAlias, isMap, type Pair, type YAMLMap } from "yaml";
import { type ClusterDocument, theClusterDocument } from "../cluster_document.ts";
import { BLOCK_KEYS, type BlockKey, type BlockValues, keysFor } from "../keys.ts";
import { isNull, keySpan, lookUp, pairOf, textOf } from "../nodes.ts";
import { parseSource, type YamlSource } from "../source.ts";
import { fillPair, insertEntries } from "./insert.ts";
import { removePair } from "./remove.ts";
import type { Entry } from "./render.ts";
import { replaceValue } from "./replace.ts";
import { tooUnusual } from "./scene.ts";
import { applySplices, type Splice } from "./splice.ts";
import { assertNothingElse } from "./nothing_else.ts";

/** One change; it finds its place in the text that the one before it left. */
type Step = (cluster: ClusterDocument) => readonly Splice[];

/**
 * The text with these values in `spec.binaries`, and without those of the four keys that have none.
 * Every other character stays. Code `config-invalid` when that cannot be done without changing what
 * something else means: the text is then to be left as it is.
 */
export function setValues(before: YamlSource, values: BlockValues): YamlSource {
  const steps: Step[] = [
    (cluster) => makeBlock(cluster, entriesOf(values)),
    ...keysFor(values).map((key): Step => (cluster) => setKey(cluster, key, values[key])),
  ];
  let source = before;
  for (const step of steps) {
    const splices = step(theClusterDocument(source));
    if (splices.length === 0) continue;
    source = parseSource(source.name, applySplices(source.text, splices));
  }
  assertNothingElse(before, source, values);
  return source;
}

function entriesOf(values: BlockValues): Entry[] {
  return keysFor(values).flatMap((key) => {
    const value = values[key];
    return value === undefined ? [] : [{ key, value }];
  });
}

/** Writes the block where there is none of its own; one that an alias stands for becomes its own. */
function makeBlock(cluster: ClusterDocument, entries: readonly Entry[]): readonly Splice[] {
  const { root } = cluster;
  const block = [{ key: "binaries", value: entries }];
  const spec = pairOf(root, "spec");
  if (spec === undefined) return [insertSpec(cluster, block)];
  if (isAlias(spec.value) || isNull(spec.value)) return fillPair(root, spec, block, cluster);
  if (!isMap(spec.value)) throw tooUnusual(cluster, keySpan(spec).start, "spec is no mapping");
  const binaries = pairOf(spec.value, "binaries");
  if (binaries === undefined) return [insertEntries(spec.value, { under: spec }, block, cluster)];
  if (isAlias(binaries.value) || isNull(binaries.value)) {
    return fillPair(spec.value, binaries, entries, cluster);
  }
  if (isMap(binaries.value)) {
    const empty = binaries.value.items.length === 0;
    return empty ? [insertEntries(binaries.value, { under: binaries }, entries, cluster)] : [];
  }
  throw tooUnusual(cluster, keySpan(binaries).start, "binaries is no mapping");
}

function insertSpec(cluster: ClusterDocument, block: readonly Entry[]): Splice {
  const { root } = cluster;
  const kind = pairOf(root, "kind");
  if (kind === undefined) throw tooUnusual(cluster, root.range?.[0] ?? 0, "kind is merged");
  return insertEntries(root, { after: kind }, [{ key: "spec", value: block }], cluster);
}

function setKey(
  cluster: ClusterDocument,
  key: BlockKey,
  wanted: string | undefined,
): readonly Splice[] {
  const { map, header } = ownBlock(cluster);
  const pair = pairOf(map, key);
  if (pair !== undefined) {
    return wanted === undefined
      ? removePair(map, pair, cluster)
      : replaceValue(map, pair, wanted, cluster);
  }
  if (wanted === undefined || textOf(lookUp(map, key, cluster.document)) === wanted) return [];
  const before = BLOCK_KEYS.slice(0, BLOCK_KEYS.indexOf(key))
    .map((one) => pairOf(map, one)).findLast((one) => one !== undefined);
  const spot = before === undefined ? { under: header } : { after: before };
  return [insertEntries(map, spot, [{ key, value: wanted }], cluster)];
}

/** The block that {@linkcode makeBlock} found or made, and the pair whose value it is. */
function ownBlock(cluster: ClusterDocument): { readonly map: YAMLMap; readonly header: Pair } {
  const spec = pairOf(cluster.root, "spec")?.value;
  const header = isMap(spec) ? pairOf(spec, "binaries") : undefined;
  if (header !== undefined && isMap(header.value)) return { map: header.value, header };
  throw tooUnusual(cluster, cluster.root.range?.[0] ?? 0, "binaries is no mapping");
}
