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
import { at, isObject, type Json, textAt } from "../core/util/json.ts";
import { slipNear } from "./typography.ts";
import { isMergeKey, keySpan, pairOf } from "./yaml_nodes.ts";

/** YAML text and what it says. */
export interface YamlSource {
  readonly name: string;
  /** The text, with its byte order mark if it has one. */
  readonly text: string;
  /** Its documents, each with what it says: text as it is written, and null. */
  readonly documents: readonly { readonly document: Document.Parsed; readonly value: Json }[];
  /** Keys that stand twice in their mapping, which most readers refuse; where they stand again. */
  readonly duplicates: readonly { readonly key: string; readonly offset: number }[];
}

/** A document that is a mapping, and the text it stands in. */
export interface ClusterDocument {
  readonly source: YamlSource;
  readonly root: YAMLMap;
  /** What it says, aliases and merge keys followed. */
  readonly value: Json;
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
  return source.documents.flatMap(({ document: { contents }, value }) =>
    isMap(contents) ? [{ source, root: contents, value }] : []
  );
}

/** Where the last key of a path stands that is written there; else where the document begins. */
export function offsetAt({ root }: ClusterDocument, path: readonly string[]): number {
  let offset = root.range?.[0] ?? 0;
  let map: unknown = root;
  for (const key of path) {
    const pair = isMap(map) ? pairOf(map, key) : undefined;
    if (pair === undefined) break;
    offset = keySpan(pair).start;
    map = pair.value;
  }
  return offset;
}

/** The key on the way to the block whose value is something else than a mapping or nothing. */
export function misshapenKey({ value }: ClusterDocument): "spec" | "binaries" | undefined {
  return BLOCK_PATH.find((_, depth) => {
    const part = at(value, ...BLOCK_PATH.slice(0, depth + 1)) ?? null;
    return part !== null && !isObject(part);
  });
}

/**
 * The one document of kind ClusterConfig. Code `config-invalid` when there is not just one, of a
 * known version, whose block is a mapping; or when a key stands twice anywhere in the file.
 */
export function theClusterDocument(source: YamlSource): ClusterDocument {
  const { name, text, duplicates: [duplicate] } = source;
  if (duplicate !== undefined) {
    const line = lineOf(text, duplicate.offset);
    const key = JSON.stringify(duplicate.key);
    throw invalid(name, `line ${line}: the key ${key} stands there a second time`);
  }
  const [found, second] = mappings(source).filter(({ value }) => textAt(value, "kind") === KIND);
  if (found === undefined) throw noCluster(source);
  if (second !== undefined) {
    const line = lineOf(text, offsetAt(second, []));
    const state = `it holds two documents of kind ${KIND}, the second at line ${line}`;
    throw invalid(name, state, "Put them into files of their own.");
  }
  const version = textAt(found.value, "apiVersion");
  if (!API_VERSIONS.includes(version)) {
    const state = version === "" ? "it has no apiVersion" : `its apiVersion is "${version}"`;
    throw invalid(name, state, `Known are ${API_VERSIONS.join(" and ")}.`);
  }
  const misshapen = misshapenKey(found);
  if (misshapen === undefined) return found;
  throw invalid(name, `the value of "${misshapen}" is no mapping`);
}

/** The error for a file that is something else. */
export function noCluster({ name }: YamlSource): BinimportError {
  const hint = "Give the clusterConfig.yaml that the installer is started with.";
  return invalid(name, `no document in it has "kind: ${KIND}"`, hint);
}

const OPTIONS = {
  customTags: ["null" as const],
  merge: true,
  uniqueKeys: false, // the library compares each with each: 37 s for 40,000
  keepSourceTokens: true,
  prettyErrors: false, // they would show lines, and one of them may hold a password
  logLevel: "silent" as const,
};

/** How often anchors within anchors may be repeated in all; a file that means harm has millions. */
const MAX_ALIASES = 10_000;

/**
 * Parses text, as a reader of some schema does; by default of one without types, because "1.0" and
 * "1" are different texts. Code `config-invalid` for what is no YAML, or no reader could take.
 */
export function parseSource(
  name: string,
  text: string,
  schema: "failsafe" | "core" | "yaml-1.1" = "failsafe",
): YamlSource {
  try {
    const parsed: Document.Parsed[] = [...parseAllDocuments(text, { ...OPTIONS, schema })];
    const broken = parsed.flatMap(({ errors }) => errors)[0];
    if (broken !== undefined) throw notYaml(name, text, broken);
    const duplicates = parsed.flatMap(takeDuplicates);
    const documents = parsed.map((document) => (
      { document, value: document.toJS({ maxAliasCount: MAX_ALIASES }) }
    ));
    return { name, text, documents, duplicates };
  } catch (error) {
    if (error instanceof BinimportError) throw error;
    // A message of the library's could quote a value.
    const isLost = error instanceof ReferenceError && /Unresolved alias/.test(error.message);
    if (!isLost) throw invalid(name, "its aliases or its nesting expand without end");
    const hint = "Quote a value that begins with *, such as a password; else write the anchor.";
    throw invalid(name, "an alias names an anchor that is not there", hint);
  }
}

/** Takes keys that stand again out of their mappings: of each, the first one counts. */
function takeDuplicates(document: Document.Parsed) {
  const found: { key: string; offset: number }[] = [];
  visit(document, {
    Map(_, map) {
      const seen = new Set<string>();
      map.items = map.items.filter(({ key }) => {
        if (!isScalar(key) || isMergeKey(key)) return true;
        const name = String(key.value);
        if (seen.has(name)) found.push({ key: name, offset: key.range?.[0] ?? 0 });
        return seen.size < seen.add(name).size;
      });
    },
  });
  return found;
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
  const { offset, state, hint } = slipNear(text, at) ?? {
    offset: at,
    state: REASONS[code] ?? "the text has no meaning in YAML",
    hint: "Fix it by hand; the file is unchanged.",
  };
  const column = offset - text.lastIndexOf("\n", offset - 1);
  return invalid(name, `line ${lineOf(text, offset)}, column ${column}: ${state}`, hint);
}

/** The library's messages quote what they are about, which may be a password. */
const REASONS: { readonly [Code in YAMLError["code"]]?: string } = {
  BAD_DQ_ESCAPE: "a double-quoted text has an unknown escape",
  BAD_INDENT: "the indentation is wrong, or a bracket is still open",
  BAD_SCALAR_START: "a plain text begins with a reserved character; quote it",
  BLOCK_AS_IMPLICIT_KEY: "a mapping begins on a line that has one already",
  MISSING_CHAR: "a quote, bracket, colon or comma is missing",
  MULTILINE_IMPLICIT_KEY: "a key goes over more than one line; is a colon missing?",
  RESOURCE_EXHAUSTION: "it is nested too deeply",
  TAB_AS_INDENT: "a tab is used for indentation; use spaces",
  UNEXPECTED_TOKEN: "there is something that belongs to nothing",
};
