/** Finds the document of kind ClusterConfig among those of a file. */
import {
  type Document,
  isMap,
  isScalar,
  parseAllDocuments,
  visit,
  type YAMLError,
  type YAMLMap,
} from "yaml";
import { BinimportError } from "../core/util/errors.ts";
import type { Json } from "../core/util/json.ts";
import { slipNear } from "./typography.ts";
import { isMergeKey, isNull, lookUp, textOf } from "./yaml_nodes.ts";

/** A document that is a mapping, and the text it stands in. */
export interface ClusterDocument {
  readonly source: YamlSource;
  readonly document: Document.Parsed;
  readonly root: YAMLMap;
}

/** What a ClusterConfig says it is. */
export const KIND = "ClusterConfig";

export const GROUP = "provision.daocloud.io";

/** The versions whose `spec.binaries` is known. */
export const API_VERSIONS: readonly string[] = [`${GROUP}/v1alpha3`, `${GROUP}/v1alpha4`];

/** Where the block is. */
export const BLOCK_PATH = ["spec", "binaries"] as const;

/** The documents that are mappings. */
export function mappings(source: YamlSource): ClusterDocument[] {
  return source.documents.flatMap((document) =>
    isMap(document.contents) ? [{ source, document, root: document.contents }] : []
  );
}

/** The mapping under these keys, each in the one before; what is merged by `<<` counts. */
export function mapAt(
  { document, root }: ClusterDocument,
  ...path: readonly string[]
): YAMLMap | undefined {
  let map: YAMLMap | undefined = root;
  for (const key of path) {
    const value: unknown = map && lookUp(map, key, document);
    map = isMap(value) ? value : undefined;
  }
  return map;
}

/** A document's value of that key at the top, as text. */
export function topText({ root, document }: ClusterDocument, key: string): string | undefined {
  return textOf(lookUp(root, key, document));
}

/**
 * The one document of kind ClusterConfig. Code `config-invalid` when there is none or more than one,
 * when its API version is another one, when its block is no mapping, or when a key stands twice
 * anywhere in the file.
 */
export function theClusterDocument(source: YamlSource): ClusterDocument {
  const { name, text, duplicates: [duplicate] } = source;
  if (duplicate !== undefined) {
    const line = lineOf(text, duplicate.offset);
    const key = JSON.stringify(duplicate.key);
    throw invalid(name, `line ${line}: the key ${key} stands there a second time`);
  }
  const [found, second] = mappings(source).filter((one) => topText(one, "kind") === KIND);
  if (found === undefined) throw noCluster(source);
  if (second !== undefined) {
    const line = lineOf(text, second.root.range?.[0] ?? 0);
    const state = `it holds two documents of kind ${KIND}, the second at line ${line}`;
    throw invalid(name, state, "Put them into files of their own.");
  }
  const version = topText(found, "apiVersion");
  if (version === undefined || !API_VERSIONS.includes(version)) {
    const state = version === undefined ? "it has no apiVersion" : `its apiVersion is "${version}"`;
    throw invalid(name, state, `Known are ${API_VERSIONS.join(" and ")}.`);
  }
  let map = found.root;
  for (const key of BLOCK_PATH) {
    const node = lookUp(map, key, found.document);
    if (isNull(node)) break;
    if (!isMap(node)) throw invalid(name, `the value of "${key}" is no mapping`);
    map = node;
  }
  return found;
}

/** The error for a file that is something else. */
export function noCluster({ name }: YamlSource): BinimportError {
  const hint = "Give the clusterConfig.yaml that the installer is started with.";
  return invalid(name, `no document in it has "kind: ${KIND}"`, hint);
}

/** The duplicate keys of a document, in the order of the text. */
function duplicateKeys(document: Document.Parsed): YamlSource["duplicates"] {
  const found: YamlSource["duplicates"][number][] = [];
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<string>();
      for (const { key } of items) {
        if (!isScalar(key) || isMergeKey(key)) continue;
        const name = String(key.value);
        if (seen.has(name)) found.push({ key: name, offset: key.range?.[0] ?? 0 });
        seen.add(name);
      }
    },
  });
  return found;
}

/** YAML text and what it says. */
export interface YamlSource {
  /** The file's path as it was given, for messages. */
  readonly name: string;
  /** The text, with its byte order mark if it has one. */
  readonly text: string;
  /** Its documents; every scalar in them is text, as it is written. */
  readonly documents: readonly Document.Parsed[];
  /** Keys that stand twice in their mapping, which most readers refuse; where they stand again. */
  readonly duplicates: readonly { readonly key: string; readonly offset: number }[];
}

/**
 * The schema without types, because "1.0" and "1" are different values to whoever reads text. Keys
 * are compared by {@linkcode duplicateKeys}: the library compares each with each (37 s for 40,000).
 * Its pretty errors would show lines, and one of them may hold a password.
 */
export const OPTIONS = {
  schema: "failsafe",
  merge: true,
  uniqueKeys: false,
  keepSourceTokens: true,
  prettyErrors: false,
  logLevel: "silent",
} as const;

/** Parses text. Code `config-invalid` for text that is no YAML, or that no reader could take. */
export function parseSource(name: string, text: string): YamlSource {
  try {
    const documents: Document.Parsed[] = [...parseAllDocuments(text, OPTIONS)];
    const broken = documents.flatMap(({ errors }) => errors)[0];
    if (broken !== undefined) throw notYaml(name, text, broken);
    for (const document of documents) valueOf(document); // finds aliases that lead nowhere
    return { name, text, documents, duplicates: documents.flatMap(duplicateKeys) };
  } catch (error) {
    if (error instanceof BinimportError) throw error;
    // A message of the library's could quote a value.
    const isLost = error instanceof ReferenceError && /Unresolved alias/.test(error.message);
    const state = "an alias names an anchor that is not there";
    throw invalid(name, isLost ? state : "its aliases or its nesting expand without end");
  }
}

/** How often anchors within anchors may be repeated in all; a file that means harm has millions. */
const MAX_ALIASES = 10_000;

/** What a document says, aliases and merge keys followed. */
export function valueOf(document: Document.Parsed): Json {
  return document.toJS({ maxAliasCount: MAX_ALIASES });
}

/** The line, counted from 1, that an offset into the text lies in. */
export function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

/** An error about a file's content: `Cannot use "x.yaml": state`. */
export function invalid(name: string, state: string, hint?: string): BinimportError {
  const message = `Cannot use ${JSON.stringify(name)}: ${state}`;
  return new BinimportError("config-invalid", message, hint === undefined ? {} : { hint });
}

function notYaml(name: string, text: string, { code, pos: [at] }: YAMLError): BinimportError {
  const slip = slipNear(text, at);
  const offset = slip?.offset ?? at;
  const column = offset - text.lastIndexOf("\n", offset - 1);
  const reason = slip?.state ?? REASONS[code] ?? "the text has no meaning in YAML";
  const place = `line ${lineOf(text, offset)}, column ${column}`;
  const hint = slip?.hint ?? "Mend it by hand: the file is as it was.";
  return invalid(name, `${place}: ${reason}`, hint);
}

/** The library's messages quote what they are about, which may be a password. */
const REASONS: { readonly [Code in YAMLError["code"]]?: string } = {
  ALIAS_PROPS: "an alias has an anchor or a tag of its own",
  BAD_ALIAS: "an anchor or alias has no good name",
  BAD_DIRECTIVE: "a directive (%) is malformed",
  BAD_DQ_ESCAPE: "a double-quoted text has an unknown escape",
  BAD_INDENT: "the indentation is wrong, or a bracket is still open",
  BAD_SCALAR_START: "a plain text begins with a reserved character; quote it",
  BLOCK_AS_IMPLICIT_KEY: "a mapping begins on a line that has one already",
  BLOCK_IN_FLOW: "a block stands within brackets",
  MISSING_CHAR: "a quote, bracket, colon or comma is missing",
  MULTILINE_IMPLICIT_KEY: "a key goes over more than one line; is a colon missing?",
  RESOURCE_EXHAUSTION: "it is nested too deeply",
  TAB_AS_INDENT: "a tab is used for indentation; use spaces",
  UNEXPECTED_TOKEN: "there is something that belongs to nothing",
};
