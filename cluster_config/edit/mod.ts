/** Sets the four keys in a text. */
import { isDeepStrictEqual } from "node:util";
import { isMap } from "yaml";
import { at, entriesAt, textAt } from "../../core/util/json.ts";
import { BLOCK_KEYS, type BlockKey, type BlockValues, keysFor } from "../binaries.ts";
import {
  BLOCK_PATH,
  type ClusterDocument,
  invalid,
  parseSource,
  theClusterDocument,
  type YamlSource,
} from "../document.ts";
import { pairOf } from "../yaml_nodes.ts";
import { fillPair, insertEntry, removePair, replaceValue, type Site } from "./pairs.ts";

/**
 * The text with these values in `spec.binaries`, and without those of the four keys that have none.
 * Every other character stays. Code `config-invalid` when something else would change its meaning.
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
  const { source: { text }, root, value } = cluster;
  let site: Site = { cluster, map: root, above: undefined };
  for (const [depth, name] of BLOCK_PATH.entries()) {
    const pair = pairOf(site.map, name);
    if (!isMap(pair?.value)) { // it is absent, null or an alias
      if (wanted === undefined) return text;
      const below = [...BLOCK_PATH.slice(depth + 1), key];
      if (pair !== undefined) return fillPair(site, pair, { path: below, value: wanted });
      const after = depth === 0 ? pairOf(root, "kind") : undefined;
      return insertEntry(site, after, { path: [name, ...below], value: wanted });
    }
    site = { cluster, map: pair.value, above: pair };
  }
  const pair = pairOf(site.map, key);
  if (pair !== undefined) {
    return wanted === undefined ? removePair(site, pair) : replaceValue(site, pair, wanted);
  }
  if (wanted === undefined || textAt(value, ...BLOCK_PATH, key) === wanted) return text;
  const after = BLOCK_KEYS.slice(0, BLOCK_KEYS.indexOf(key)).map((one) => pairOf(site.map, one))
    .findLast((one) => one !== undefined);
  return insertEntry(site, after, { path: [key], value: wanted });
}

const HINT = "An anchor, an alias, a tag or a merge key (<<) touches spec.binaries: write the " +
  "values out there, then run it again.";

/** Throws unless the new text holds these values, and everywhere else what the old one held. */
function assertNothingElse(before: YamlSource, after: YamlSource, values: BlockValues): void {
  const keys = keysFor(values);
  const others = (source: YamlSource) =>
    source.documents.map(({ value }) => {
      if (value !== theClusterDocument(source).value) return value;
      const block = entriesAt(value, ...BLOCK_PATH).filter(([key]) =>
        !keys.some((one) => one === key)
      );
      const spec = [...entriesAt(value, "spec"), ["binaries", Object.fromEntries(block)]];
      return Object.fromEntries([...entriesAt(value), ["spec", Object.fromEntries(spec)]]);
    });
  if (!isDeepStrictEqual(others(before), others(after))) {
    throw invalid(after.name, "another value would change with the block", HINT);
  }
  // In YAML 1.2 and 1.1 not everything without quotes is text.
  const holds = (schema: "core" | "yaml-1.1") => {
    const { value } = theClusterDocument(parseSource(after.name, after.text, schema));
    return keys.every((key) => (at(value, ...BLOCK_PATH, key) ?? undefined) === values[key]);
  };
  if (!holds("core") || !holds("yaml-1.1")) {
    throw invalid(after.name, "the block would not hold what it is set to", HINT);
  }
}
