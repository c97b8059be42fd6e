/** Checks a file for all that is known to go wrong with it, without any network. */
import { type ClusterDocument, GROUP, KIND, mappings, topText } from "../cluster_document.ts";
import { BLOCK_KEYS } from "../keys.ts";
import { invalid, lineOf, type YamlSource } from "../source.ts";
import { type Finding, type FindingCode, type Found, SEVERITIES } from "./finding.ts";
import { blockFindings } from "./block_rules.ts";
import { identityFindings } from "./identity_rules.ts";
import { cutOff, lookAlikeIn, type Slip } from "../typography.ts";
import { layoutFindings, straysIn } from "./layout_rules.ts";

/**
 * Everything that is found, in the order of the text. Code `config-invalid` when no document looks
 * as if it were meant to be a ClusterConfig.
 */
export function checkSource(source: YamlSource): Finding[] {
  const clusters = meant(source);
  return [
    ...duplicates(source),
    ...slips(source),
    ...secondDocuments(clusters),
    ...clusters.flatMap(judge),
  ]
    .sort((a, b) => a.offset - b.offset)
    .map(({ code, message, hint, offset }) => ({
      code,
      severity: SEVERITIES[code],
      message,
      hint,
      line: lineOf(source.text, offset),
    }));
}

/** The documents to judge: by their kind; else by their group; else by a block that is in them. */
function meant(source: YamlSource): ClusterDocument[] {
  const signs: readonly ((cluster: ClusterDocument) => boolean)[] = [
    (cluster) => topText(cluster, "kind") === KIND,
    (cluster) => topText(cluster, "apiVersion")?.startsWith(`${GROUP}/`) ?? false,
    (cluster) => straysIn(cluster, { wherever: true }).length > 0,
  ];
  const all = mappings(source);
  const found = signs.map((sign) => all.filter(sign)).find(({ length }) => length > 0);
  if (found !== undefined) return found;
  throw invalid(
    source.name,
    `no document in it has "kind: ${KIND}"`,
    "Give the clusterConfig.yaml that the installer is started with.",
  );
}

function judge(cluster: ClusterDocument): Found[] {
  return [...identityFindings(cluster), ...layoutFindings(cluster), ...blockFindings(cluster)];
}

function duplicates({ duplicates }: YamlSource): Found[] {
  return duplicates.map(({ key, offset }) => ({
    code: "duplicate-key",
    message: `the key ${JSON.stringify(key)} stands there a second time`,
    hint: "Some readers refuse the file, others take the last one: leave only one.",
    offset,
  }));
}

/** Keys of ours that look-alikes around them make others; dots that end the document. */
function slips({ text }: YamlSource): Found[] {
  const keys = `apiVersion|kind|metadata|spec|binaries|${BLOCK_KEYS.join("|")}`;
  const found = text.matchAll(new RegExp(`^[^\\S\\n]*(?:${keys})[^\\S\\n]*[:：]`, "gm"))
    .map(({ 0: start, index }) => lookAlikeIn(start, index));
  const tell = (code: FindingCode) => ({ state: message, hint, offset }: Slip): Found => ({
    code,
    message,
    hint,
    offset,
  });
  const cut = cutOff(text);
  return [
    ...[...found].filter((slip) => slip !== undefined).map(tell("full-width")),
    ...(cut === undefined ? [] : [cut]).map(tell("dots")),
  ];
}

function secondDocuments(clusters: readonly ClusterDocument[]): Found[] {
  return clusters.slice(1).map(({ root }) => ({
    code: "second-document",
    message: "it is another document of the same kind",
    hint: "Put it into a file of its own.",
    offset: root.range?.[0] ?? 0,
  }));
}
