/** Sets the four keys in a text. */
import { isDeepStrictEqual } from "node:util";
import { isAlias, isMap, isScalar, type Pair, parseAllDocuments, type YAMLMap } from "yaml";
import { BLOCK_KEYS, type BlockKey, type BlockValues, keysFor } from "../binaries.ts";
import {
  type ClusterDocument,
  invalid,
  OPTIONS,
  parseSource,
  theClusterDocument,
  valueOf,
  type YamlSource,
} from "../document.ts";
import { isNull, keySpan, lookUp, pairOf, textOf } from "../yaml_nodes.ts";
import { fillPair, insertEntry, type Spot } from "./insert.ts";
import { removePair, replaceValue } from "./replace.ts";
import { applySplices, type Splice, tooUnusual } from "./splice.ts";

/** Where the block is. */
const PATH = ["spec", "binaries"];

/**
 * The text with these values in `spec.binaries`, and without those of the four keys that have none.
 * Every other character stays. Code `config-invalid` when that cannot be done without changing what
 * something else means: the text is then to be left as it is.
 */
export function setValues(before: YamlSource, values: BlockValues): YamlSource {
  let source = before;
  for (const key of keysFor(values)) {
    const splices = setKey(theClusterDocument(source), key, values[key]);
    if (splices.length === 0) continue;
    source = parseSource(source.name, applySplices(source.text, splices));
  }
  assertNothingElse(before, source, values);
  return source;
}

/** Makes the block where there is none of its own; one that an alias stands for becomes its own. */
function setKey(
  cluster: ClusterDocument,
  key: BlockKey,
  wanted: string | undefined,
): readonly Splice[] {
  let map = cluster.root;
  let spot: Spot | undefined;
  for (const [depth, name] of PATH.entries()) {
    const pair = pairOf(map, name);
    if (pair === undefined || isAlias(pair.value) || isNull(pair.value)) {
      if (wanted === undefined) return [];
      const entry = (from: number) => ({ path: [...PATH.slice(from), key], value: wanted });
      return pair === undefined
        ? [insertEntry(map, spot ?? behindKind(cluster), entry(depth), cluster)]
        : fillPair(map, pair, entry(depth + 1), cluster);
    }
    if (!isMap(pair.value)) {
      throw tooUnusual(cluster, keySpan(pair).start, `${name} is no mapping`);
    }
    map = pair.value;
    spot = { under: pair };
  }
  return setIn(map, spot ?? behindKind(cluster), key, wanted, cluster);
}

function behindKind(cluster: ClusterDocument): Spot {
  const kind = pairOf(cluster.root, "kind");
  if (kind !== undefined) return { after: kind };
  throw tooUnusual(cluster, cluster.root.range?.[0] ?? 0, "kind is merged");
}

function setIn(
  map: YAMLMap,
  first: Spot,
  key: BlockKey,
  wanted: string | undefined,
  cluster: ClusterDocument,
): readonly Splice[] {
  const pair = pairOf(map, key);
  if (pair !== undefined) {
    return wanted === undefined
      ? removePair(map, pair, cluster)
      : replaceValue(map, pair, wanted, cluster);
  }
  if (wanted === undefined || textOf(lookUp(map, key, cluster.document)) === wanted) return [];
  const before: Pair | undefined = BLOCK_KEYS.slice(0, BLOCK_KEYS.indexOf(key))
    .map((one) => pairOf(map, one)).findLast((one) => one !== undefined);
  const spot = before === undefined ? first : { after: before };
  return [insertEntry(map, spot, { path: [key], value: wanted }, cluster)];
}

/**
 * Throws code `config-invalid` unless the new text holds these values in the four keys, and what
 * the old one held everywhere else: in all documents, aliases and merge keys followed.
 */
function assertNothingElse(before: YamlSource, after: YamlSource, values: BlockValues): void {
  const fail = (state: string) => invalid(after.name, state, HINT);
  if (!isDeepStrictEqual(others(before, values), others(after, values))) {
    throw fail("another value would change with the block");
  }
  if (!SCHEMAS.every((schema) => holds(after, schema, values))) {
    throw fail("the block would not hold what it is set to");
  }
}

const HINT = "An anchor, an alias, a tag or a merge key (<<) touches spec.binaries: write the " +
  "values out there, then run it again.";

/** What all documents say but for the four keys. */
function others(source: YamlSource, values: BlockValues): unknown[] {
  const { document: ours } = theClusterDocument(source);
  return source.documents.map((document) => {
    const value = valueOf(document);
    return document === ours ? withoutBlock(value, values, PATH) : value;
  });
}

/** A Map without the four keys at that path. What is missing on the way counts as empty. */
function withoutBlock(value: unknown, values: BlockValues, path: readonly string[]): unknown {
  const [key, ...rest] = path;
  const map = new Map(value instanceof Map ? value : []);
  if (key === undefined) { for (const one of keysFor(values)) map.delete(one); }
  else map.set(key, withoutBlock(map.get(key), values, rest));
  return map;
}

/** Ours, and those of YAML 1.2 and 1.1, in which not everything without quotes is text. */
const SCHEMAS = ["failsafe", "core", "yaml-1.1"] as const;

/** Whether a reader by this schema finds these values in the block, as text. */
function holds(
  source: YamlSource,
  schema: typeof SCHEMAS[number],
  values: BlockValues,
): boolean {
  const at = source.documents.indexOf(theClusterDocument(source).document);
  const document = [...parseAllDocuments(source.text, { ...OPTIONS, schema })][at];
  return document !== undefined && keysFor(values).every((key) => {
    let node: unknown = document.contents;
    for (const name of [...PATH, key]) {
      node = isMap(node) ? lookUp(node, name, document) : undefined;
    }
    return (isScalar(node) && !isNull(node) ? node.value : undefined) === values[key];
  });
}
