/** Sets the four keys in a text. */
import { isDeepStrictEqual } from "node:util";
import { isMap, isScalar, type Pair, parseAllDocuments } from "yaml";
import { entriesAt, type Json } from "../../core/util/json.ts";
import { BLOCK_KEYS, type BlockKey, type BlockValues, keysFor } from "../binaries.ts";
import {
  BLOCK_PATH,
  type ClusterDocument,
  invalid,
  OPTIONS,
  parseSource,
  theClusterDocument,
  valueOf,
  type YamlSource,
} from "../document.ts";
import { isNull, lookUp, pairOf, textOf } from "../yaml_nodes.ts";
import { fillPair, insertEntry, removePair, replaceValue } from "./pairs.ts";

/**
 * The text with these values in `spec.binaries`, and without those of the four keys that have none.
 * Every other character stays. Code `config-invalid` when that cannot be done without changing what
 * something else means: the text is then to be left as it is.
 */
export function setValues(before: YamlSource, values: BlockValues): YamlSource {
  let source = before;
  for (const key of keysFor(values)) {
    const text = setKey(theClusterDocument(source), key, values[key]);
    if (text !== source.text) source = parseSource(source.name, text);
  }
  assertNothingElse(before, source, values);
  return source;
}

/** Makes the block where there is none of its own; one that an alias stands for becomes its own. */
function setKey(cluster: ClusterDocument, key: BlockKey, wanted: string | undefined): string {
  const { source: { text }, root, document } = cluster;
  let map = root;
  let above: Pair | undefined;
  for (const [depth, name] of BLOCK_PATH.entries()) {
    const pair = pairOf(map, name);
    if (!isMap(pair?.value)) { // it is absent, null or an alias
      if (wanted === undefined) return text;
      const path = [...BLOCK_PATH.slice(depth), key];
      if (pair !== undefined) {
        return fillPair(cluster, map, pair, { path: path.slice(1), value: wanted });
      }
      const after = above === undefined ? pairOf(root, "kind") : undefined;
      return insertEntry(cluster, map, { after, above }, { path, value: wanted });
    }
    map = pair.value;
    above = pair;
  }
  const pair = pairOf(map, key);
  if (pair !== undefined) {
    return wanted === undefined
      ? removePair(cluster, map, pair)
      : replaceValue(cluster, map, pair, wanted);
  }
  if (wanted === undefined || textOf(lookUp(map, key, document)) === wanted) return text;
  const after = BLOCK_KEYS.slice(0, BLOCK_KEYS.indexOf(key)).map((one) => pairOf(map, one))
    .findLast((one) => one !== undefined);
  return insertEntry(cluster, map, { after, above }, { path: [key], value: wanted });
}

const HINT = "An anchor, an alias, a tag or a merge key (<<) touches spec.binaries: write the " +
  "values out there, then run it again.";

/**
 * Throws code `config-invalid` unless the new text holds these values in the four keys, and what
 * the old one held everywhere else: in all documents, aliases and merge keys followed.
 */
function assertNothingElse(before: YamlSource, after: YamlSource, values: BlockValues): void {
  if (!isDeepStrictEqual(others(before, values), others(after, values))) {
    throw invalid(after.name, "another value would change with the block", HINT);
  }
  // Ours, and those of YAML 1.2 and 1.1, in which not everything without quotes is text.
  const schemas = ["failsafe", "core", "yaml-1.1"] as const;
  if (!schemas.every((schema) => holds(after, schema, values))) {
    throw invalid(after.name, "the block would not hold what it is set to", HINT);
  }
}

/** What all documents say but for the four keys. What is missing on the way counts as empty. */
function others(source: YamlSource, values: BlockValues): Json[] {
  const { document: ours } = theClusterDocument(source);
  return source.documents.map((document) => {
    const value = valueOf(document);
    if (document !== ours) return value;
    const own: readonly string[] = keysFor(values);
    const block = entriesAt(value, ...BLOCK_PATH).filter(([key]) => !own.includes(key));
    const spec = [...entriesAt(value, "spec"), ["binaries", Object.fromEntries(block)]];
    return Object.fromEntries([...entriesAt(value), ["spec", Object.fromEntries(spec)]]);
  });
}

/** Whether a reader by this schema finds these values in the block, as text. */
function holds(
  source: YamlSource,
  schema: "failsafe" | "core" | "yaml-1.1",
  values: BlockValues,
): boolean {
  const at = source.documents.indexOf(theClusterDocument(source).document);
  const document = [...parseAllDocuments(source.text, { ...OPTIONS, schema })][at];
  return document !== undefined && keysFor(values).every((key) => {
    let node: unknown = document.contents;
    for (const name of [...BLOCK_PATH, key]) {
      node = isMap(node) ? lookUp(node, name, document) : undefined;
    }
    return (isScalar(node) && !isNull(node) ? node.value : undefined) === values[key];
  });
}
