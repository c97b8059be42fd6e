/** Proves an edit by reading its result again. */
import { isDeepStrictEqual } from "node:util";
import { type Document, isMap, isScalar, parseAllDocuments } from "yaml";
import { readBlock } from "../block.ts";
import { theClusterDocument } from "../cluster_document.ts";
import { type BlockValues, keysFor } from "../keys.ts";
import { isNull, lookUp } from "../nodes.ts";
import { invalid, valueOf, type YamlSource } from "../source.ts";

/**
 * Throws code `config-invalid` unless the new text holds these values in the four keys, and what
 * the old one held everywhere else: in all documents, aliases and merge keys followed.
 */
export function assertNothingElse(
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
