/** Checks a file for all that is known to go wrong with it, without any network. */
import { textAt } from "../../core/util/json.ts";
import { BLOCK_KEYS, readBlock } from "../binaries.ts";
import {
  API_VERSIONS,
  type ClusterDocument,
  GROUP,
  KIND,
  lineOf,
  mappings,
  noCluster,
  offsetAt,
  type YamlSource,
} from "../document.ts";
import { cutOff, lookAlikeIn } from "../typography.ts";
import { blockFaults, blocksIn, layoutFaults, siteFaults } from "./faults.ts";
import { ERRORS, type Fault, type Finding, WARNINGS } from "./finding.ts";

export type { Finding };

/** All that is found, in the order of the text; throws where nothing is meant as a ClusterConfig. */
export function checkSource(source: YamlSource): Finding[] {
  const clusters = meant(source);
  const placed = clusters.flatMap((cluster) => {
    const block = readBlock(cluster);
    return [
      ...identityFaults(cluster),
      ...layoutFaults(cluster),
      ...blockFaults(cluster, block),
      ...siteFaults(cluster, block),
    ].map(([code, where, ...said]) =>
      [code, typeof where === "number" ? where : offsetAt(cluster, where), ...said] as const
    );
  });
  const second = clusters.slice(1).map((one) =>
    ["second-document", offsetAt(one, []), "it is another document of the same kind"] as const
  );
  return [...textFaults(source), ...second, ...placed].sort(([, a], [, b]) => a - b)
    .map(([code, offset, message, hint = { ...ERRORS, ...WARNINGS }[code]]) => {
      const severity = code in ERRORS ? "error" : "warning";
      return { code, severity, message, hint, line: lineOf(source.text, offset) };
    });
}

/** The documents to judge: by their kind; else by their group; else by a block that is in them. */
function meant(source: YamlSource): ClusterDocument[] {
  const signs: readonly ((cluster: ClusterDocument) => boolean)[] = [
    ({ value }) => textAt(value, "kind") === KIND,
    ({ value }) => textAt(value, "apiVersion").startsWith(`${GROUP}/`),
    (cluster) => blocksIn(cluster).length > 0,
  ];
  const all = mappings(source);
  const found = signs.map((sign) => all.filter(sign)).find(({ length }) => length > 0);
  if (found === undefined) throw noCluster(source);
  return found;
}

/** Keys that stand twice, or are made others by look-alikes around them; dots that end a document. */
function* textFaults({ text, duplicates }: YamlSource) {
  for (const { key, offset } of duplicates) {
    const message = `the key ${JSON.stringify(key)} stands there a second time`;
    yield ["duplicate-key", offset, message] as const;
  }
  const keys = `apiVersion|kind|metadata|spec|binaries|${BLOCK_KEYS.join("|")}`;
  // Blanks, and what nobody sees.
  const blank = "(?:[^\\S\\n]|[\\u200b-\\u200d\\u2060])*";
  const starts = text.matchAll(new RegExp(`^${blank}(?:${keys})${blank}[:：]${blank}`, "gm"));
  for (const { 0: start, index } of starts) {
    const slip = lookAlikeIn(start, index);
    if (slip !== undefined) yield ["full-width", slip.offset, slip.state, slip.hint] as const;
  }
  const cut = cutOff(text);
  if (cut !== undefined) yield ["dots", cut.offset, cut.state, cut.hint] as const;
}

function* identityFaults({ value }: ClusterDocument): Generator<Fault> {
  const version = textAt(value, "apiVersion");
  if (!API_VERSIONS.includes(version)) {
    const message = version === "" ? "apiVersion is missing" : `apiVersion is "${version}"`;
    yield ["api-version", ["apiVersion"], message];
  }
  const kind = textAt(value, "kind");
  if (kind !== KIND) {
    yield ["kind", ["kind"], kind === "" ? "kind is missing" : `kind is "${kind}"`];
  }
}
