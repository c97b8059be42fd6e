/** Sets the four keys in a text. */
import { isDeepStrictEqual } from "node:util";
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  type Pair,
  parseAllDocuments,
  type YAMLMap,
} from "yaml";
import { BLOCK_KEYS, type BlockKey, type BlockValues, keysFor, readBlock } from "../binaries.ts";
import {
  type ClusterDocument,
  invalid,
  parseSource,
  theClusterDocument,
  valueOf,
  type YamlSource,
} from "../document.ts";
import { isNull, keySpan, lookUp, pairOf, textOf } from "../yaml_nodes.ts";
import { type Entry, fillPair, insertEntries } from "./insert.ts";
import { removePair, replaceValue } from "./replace.ts";
import { applySplices, type Splice, tooUnusual } from "./splice.ts";

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

/**
 * Throws code `config-invalid` unless the new text holds these values in the four keys, and what
 * the old one held everywhere else: in all documents, aliases and merge keys followed.
 */
function assertNothingElse(
  before: YamlSource,
  after: YamlSource,
  values: BlockValues,
): void {
  const { name, text } = after;
  if (!isDeepStrictEqual(others(before, values), others(after, values))) {
    throw invalid(name, "another value would change with the block", HINT);
  }
  const read = readBlock(theClusterDocument(after)).values;
  if (!keysFor(values).every((key) => read[key] === values[key])) {
    throw invalid(name, "the block would not hold what it is set to", HINT);
  }
  if (!TYPED.every((schema) => isText(text, schema, values))) {
    throw invalid(name, "a value would be taken for something else than text", HINT);
  }
}

const HINT = "An anchor, an alias, a tag or a merge key (<<) touches spec.binaries: write the " +
  "values out there, then run it again.";

/** What all documents say but for the four keys. */
function others(source: YamlSource, values: BlockValues): unknown[] {
  const { document: ours } = theClusterDocument(source);
  return source.documents.map((document) => {
    const value = valueOf(document);
    return document === ours ? withoutBlock(value, values, ["spec", "binaries"]) : value;
  });
}

/** A Map without the four keys at that path. What is missing on the way counts as empty. */
function withoutBlock(value: unknown, values: BlockValues, path: readonly string[]): unknown {
  const [key, ...rest] = path;
  const map = new Map(value instanceof Map ? value : []);
  if (key === undefined) {
    for (const one of keysFor(values)) map.delete(one);
  } else {
    map.set(key, withoutBlock(map.get(key), values, rest));
  }
  return map;
}

/** The schemas of YAML 1.2 and 1.1, in which not everything without quotes is text. */
const TYPED = ["core", "yaml-1.1"] as const;

function isText(text: string, schema: typeof TYPED[number], values: BlockValues): boolean {
  const documents: Document.Parsed[] = [...parseAllDocuments(text, {
    schema,
    merge: true,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "silent",
  })];
  return documents.some((document) =>
    keysFor(values).every((key) => {
      const value = inBlock(document, key);
      return typeof value === "string" ? value === values[key] : values[key] === undefined;
    })
  );
}

/** The value of one of the four keys in a document, of whatever type it is. */
function inBlock(document: Document.Parsed, key: string): unknown {
  let node: unknown = document.contents;
  for (const name of ["spec", "binaries", key]) {
    if (!isMap(node)) return undefined;
    node = lookUp(node, name, document);
  }
  return isScalar(node) && !isNull(node) ? node.value : undefined;
}
