/** Finds the document of kind ClusterConfig among those of a file. */
import { type Document, isMap, type YAMLMap } from "yaml";
import { lookUp, textOf } from "./nodes.ts";
import { invalid, lineOf, type YamlSource } from "./source.ts";

/** A document that is a mapping, and the text it stands in. */
export interface ClusterDocument {
  readonly source: YamlSource;
  readonly document: Document.Parsed;
  readonly root: YAMLMap;
}

/** What a ClusterConfig says it is. */
export const KIND = "ClusterConfig";

/** Its API group. */
export const GROUP = "provision.daocloud.io";

/** The versions whose `spec.binaries` is known. */
export const API_VERSIONS: readonly string[] = [`${GROUP}/v1alpha3`, `${GROUP}/v1alpha4`];

/** The documents that are mappings. */
export function mappings(source: YamlSource): ClusterDocument[] {
  return source.documents.flatMap((document) =>
    isMap(document.contents) ? [{ source, document, root: document.contents }] : []
  );
}

/** A document's value of that key at the top, as text. */
export function topText({ root, document }: ClusterDocument, key: string): string | undefined {
  return textOf(lookUp(root, key, document));
}

/**
 * The one document of kind ClusterConfig. Code `config-invalid` when there is none or more than
 * one, when its API version is another one, or when a key stands twice anywhere in the file.
 */
export function theClusterDocument(source: YamlSource): ClusterDocument {
  const { name, text, duplicates: [duplicate] } = source;
  if (duplicate !== undefined) {
    const { key, offset } = duplicate;
    const where = `line ${lineOf(text, offset)}`;
    throw invalid(name, `${where}: the key ${JSON.stringify(key)} stands there a second time`);
  }
  const [found, second] = mappings(source).filter((one) => topText(one, "kind") === KIND);
  if (found === undefined) throw invalid(name, `no document in it has "kind: ${KIND}"`, HINT);
  if (second !== undefined) {
    throw invalid(
      name,
      `it holds two documents of kind ${KIND}, the second at line ${lineOfRoot(second)}`,
      "Put them into files of their own.",
    );
  }
  const version = topText(found, "apiVersion");
  if (version !== undefined && API_VERSIONS.includes(version)) return found;
  const state = version === undefined ? "it has no apiVersion" : `its apiVersion is "${version}"`;
  throw invalid(name, state, `Known are ${API_VERSIONS.join(" and ")}.`);
}

const HINT = "Give the clusterConfig.yaml that the installer is started with.";

/** The line on which a document's first key stands. */
export function lineOfRoot({ source, root }: ClusterDocument): number {
  return lineOf(source.text, root.range?.[0] ?? 0);
}
