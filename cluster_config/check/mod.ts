/** Checks a file for all that is known to go wrong with it, without any network. */
import { BLOCK_KEYS, readBlock } from "../binaries.ts";
import {
  API_VERSIONS,
  type ClusterDocument,
  GROUP,
  KIND,
  lineOf,
  mappings,
  noCluster,
  topText,
  type YamlSource,
} from "../document.ts";
import { cutOff, lookAlikeIn } from "../typography.ts";
import { offsetOf } from "../yaml_nodes.ts";
import { blockFaults } from "./block.ts";
import { type Fault, type Finding, FINDINGS } from "./finding.ts";
import { blocksIn, layoutFaults } from "./layout.ts";
import { siteFaults } from "./site_rules.ts";

export type { Finding };

/**
 * Everything that is found, in the order of the text. Code `config-invalid` when no document looks
 * as if it were meant to be a ClusterConfig.
 */
export function checkSource(source: YamlSource): Finding[] {
  return [...faultsIn(source)].sort(([, a], [, b]) => a - b)
    .map(([code, offset, message, hint]) => {
      const [severity, usual] = FINDINGS[code];
      return { code, severity, message, hint: hint ?? usual, line: lineOf(source.text, offset) };
    });
}

function* faultsIn(source: YamlSource): Generator<Fault> {
  const clusters = meant(source);
  for (const { key, offset } of source.duplicates) {
    yield ["duplicate-key", offset, `the key ${JSON.stringify(key)} stands there a second time`];
  }
  yield* slipsIn(source);
  for (const { root } of clusters.slice(1)) {
    yield ["second-document", root.range?.[0] ?? 0, "it is another document of the same kind"];
  }
  for (const cluster of clusters) {
    yield* identityFaults(cluster);
    yield* layoutFaults(cluster);
    const block = readBlock(cluster);
    yield* blockFaults(cluster, block);
    yield* siteFaults(cluster, block);
  }
}

/** The documents to judge: by their kind; else by their group; else by a block that is in them. */
function meant(source: YamlSource): ClusterDocument[] {
  const signs: readonly ((cluster: ClusterDocument) => boolean)[] = [
    (cluster) => topText(cluster, "kind") === KIND,
    (cluster) => topText(cluster, "apiVersion")?.startsWith(`${GROUP}/`) ?? false,
    (cluster) => blocksIn(cluster).length > 0,
  ];
  const all = mappings(source);
  const found = signs.map((sign) => all.filter(sign)).find(({ length }) => length > 0);
  if (found === undefined) throw noCluster(source);
  return found;
}

/** Keys of ours that look-alikes around them make others; dots that end the document. */
function* slipsIn({ text }: YamlSource): Generator<Fault> {
  const keys = `apiVersion|kind|metadata|spec|binaries|${BLOCK_KEYS.join("|")}`;
  // Blanks, and what nobody sees.
  const blank = "(?:[^\\S\\n]|[\\u200b-\\u200d\\u2060])*";
  const starts = text.matchAll(new RegExp(`^${blank}(?:${keys})${blank}[:：]${blank}`, "gm"));
  for (const { 0: start, index } of starts) {
    const slip = lookAlikeIn(start, index);
    if (slip !== undefined) yield ["full-width", slip.offset, slip.state, slip.hint];
  }
  const cut = cutOff(text);
  if (cut !== undefined) yield ["dots", cut.offset, cut.state, cut.hint];
}

/** What is wrong with `apiVersion` and `kind`. */
function* identityFaults(cluster: ClusterDocument): Generator<Fault> {
  const judge = (key: string, code: "api-version" | "kind", known: readonly string[]): Fault[] => {
    const value = topText(cluster, key);
    if (value !== undefined && known.includes(value)) return [];
    const message = value === undefined ? `${key} is missing` : `${key} is "${value}"`;
    return [[code, offsetOf(cluster.root, key), message]];
  };
  yield* judge("apiVersion", "api-version", API_VERSIONS);
  yield* judge("kind", "kind", [KIND]);
}
