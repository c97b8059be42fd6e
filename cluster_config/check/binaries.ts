/** Checks a file for all that is known to go wrong with it, without any network. */
import { isMap, isScalar, Scalar } from "yaml";
import { parseAddress } from "../../core/util/address.ts";
import {
  addressOf,
  type Block,
  BLOCK_KEYS,
  bucketIn,
  DEFAULT_BUCKET,
  NO_BUCKET,
  OTHER_SPELLING,
  readBlock,
} from "../binaries.ts";
import {
  API_VERSIONS,
  type ClusterDocument,
  GROUP,
  invalid,
  KIND,
  lineOf,
  mappings,
  topText,
  type YamlSource,
} from "../document.ts";
import {
  ENDPOINT_FAULTS,
  endpointFault,
  isBucketName,
  isLoopback,
  shownEndpoint,
  usualServer,
  withoutSlash,
} from "../endpoint.ts";
import { cutOff, lookAlikeIn, type Slip } from "../typography.ts";
import { isNull, keySpan, looksTyped, lookUp, pairOf } from "../yaml_nodes.ts";
import { type Finding, type FindingCode, type LocatedFault, SEVERITIES } from "./finding.ts";
import { layoutFindings, straysIn } from "./layout.ts";
import { siteFindings } from "./site_rules.ts";

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

function judge(cluster: ClusterDocument): LocatedFault[] {
  return [
    ...identityFindings(cluster),
    ...layoutFindings(cluster),
    ...blockFindings(cluster),
    ...siteFindings(cluster),
  ];
}

function duplicates({ duplicates }: YamlSource): LocatedFault[] {
  return duplicates.map(({ key, offset }) => ({
    code: "duplicate-key",
    message: `the key ${JSON.stringify(key)} stands there a second time`,
    hint: "Some readers refuse the file, others take the last one: leave only one.",
    offset,
  }));
}

/** Keys of ours that look-alikes around them make others; dots that end the document. */
function slips({ text }: YamlSource): LocatedFault[] {
  const keys = `apiVersion|kind|metadata|spec|binaries|${BLOCK_KEYS.join("|")}`;
  const found = text.matchAll(new RegExp(`^[^\\S\\n]*(?:${keys})[^\\S\\n]*[:：]`, "gm"))
    .map(({ 0: start, index }) => lookAlikeIn(start, index));
  const tell = (code: FindingCode) => ({ state: message, hint, offset }: Slip): LocatedFault => ({
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

function secondDocuments(clusters: readonly ClusterDocument[]): LocatedFault[] {
  return clusters.slice(1).map(({ root }) => ({
    code: "second-document",
    message: "it is another document of the same kind",
    hint: "Put it into a file of its own.",
    offset: root.range?.[0] ?? 0,
  }));
}

/** Tells one finding, about a key of the block. */
type Tell = (code: FindingCode, key: string, message: string, hint: string) => void;

/** What is wrong with the values of the block. */
function blockFindings(cluster: ClusterDocument): LocatedFault[] {
  const { document, root } = cluster;
  const spec = lookUp(root, "spec", document);
  const map = isMap(spec) ? lookUp(spec, "binaries", document) : undefined;
  if (!isMap(map)) return [];
  const found: LocatedFault[] = [];
  const tell: Tell = (code, key, message, hint) => {
    const pair = pairOf(map, key);
    const offset = pair === undefined ? map.range?.[0] ?? 0 : keySpan(pair).start;
    found.push({ code, message, hint, offset });
  };
  const block = readBlock(cluster);
  judgeType(block, tell);
  judgeSpelling(block, tell);
  judgeEndpoint(block, tell);
  judgeCredentials(block, tell);
  judgeSigns(block, tell);
  for (const key of BLOCK_KEYS) {
    const node = lookUp(map, key, document);
    if (!isScalar(node) || isNull(node) || node.type !== Scalar.PLAIN) continue;
    if (!looksTyped(String(node.value))) continue;
    tell(
      "unquoted",
      key,
      `a reader may take the value of "${key}" for a number or the like`,
      QUOTE,
    );
  }
  return found;
}

const QUOTE = "Put it into quotes.";

function judgeType({ values, form }: Block, tell: Tell): void {
  if (form !== "unknown") return;
  const hint = "Write external, builtin or official-service.";
  tell("unknown-type", "type", `the type "${values.type}" is not known`, hint);
}

function judgeSpelling({ values, form }: Block, tell: Tell): void {
  const { externalRepository: other, externalRepoEndpoint: endpoint } = values;
  if (other === undefined || endpoint === undefined) return;
  const plain = withoutSlash(endpoint);
  const meant = form === "s3" ? `${plain}/${DEFAULT_BUCKET}` : plain;
  const same = withoutSlash(other) === meant;
  const message = `"${OTHER_SPELLING}" and "externalRepoEndpoint" stand side by side`;
  if (same) return tell("other-spelling", OTHER_SPELLING, `${message} and say the same`, ONE);
  tell("two-spellings", OTHER_SPELLING, message, "Leave only externalRepoEndpoint.");
}

const ONE = "Leave the one that your installer reads.";

function judgeEndpoint(block: Block, tell: Tell): void {
  const { values, form } = block;
  const address = addressOf(values);
  const key = values.externalRepoEndpoint !== undefined || address === undefined
    ? "externalRepoEndpoint"
    : OTHER_SPELLING;
  if (form === "incomplete") {
    const message = `the type is external, but "${key}" is missing`;
    return tell("no-endpoint", "type", message, `Set "${key}".`);
  }
  if (address === undefined || form === "unknown") return;
  if (values.type === undefined) {
    const message = `"${key}" is set, but no type: binaries are fetched from the Internet`;
    return tell("no-type", key, message, 'Write "type: external".');
  }
  if (form !== "s3" && form !== "http") {
    const message = `"${key}" is not used: the type is ${values.type}`;
    return tell("unused-endpoint", key, message, 'Write "type: external" if it is to be used.');
  }
  const fault = endpointFault(address, key === OTHER_SPELLING ? "http" : form);
  if (fault !== undefined) {
    const [state, hint] = ENDPOINT_FAULTS[fault];
    const code = fault === "bucket" ? "bucket-in-endpoint" : "bad-endpoint";
    tell(code, key, `the endpoint "${shownEndpoint(address)}" cannot be used: ${state}`, hint);
  } else if (isLoopback(address)) {
    const message = `"${address}" is each node itself, not this host`;
    tell("loopback-endpoint", key, message, "Write the address at which nodes reach the server.");
  } else if (key === OTHER_SPELLING && form === "s3") judgeBucket(address, tell);
}

function judgeBucket(address: string, tell: Tell): void {
  const bucket = bucketIn(address);
  if (bucket === "") {
    const message = `"${OTHER_SPELLING}" has credentials of an S3 server, but names no bucket`;
    const hint = `Write the bucket behind it: ${withoutSlash(address)}/${DEFAULT_BUCKET}.`;
    tell("no-bucket", OTHER_SPELLING, message, hint);
  } else if (!isBucketName(bucket)) {
    const message = `"${OTHER_SPELLING}" names no bucket of S3: "${bucket}"`;
    tell("bad-endpoint", OTHER_SPELLING, message, NO_BUCKET);
  }
}

/** Nobody means these signs, in a password neither when they stand around it. */
function judgeSigns({ values }: Block, tell: Tell): void {
  for (const key of BLOCK_KEYS) {
    const value = values[key] ?? "";
    const looked = key === "externalRepoPassword" && !/^[“‘].*[”’]$/.test(value) ? "" : value;
    const slip = lookAlikeIn(looked);
    if (slip !== undefined) tell("full-width", key, `in "${key}" ${slip.state}`, slip.hint);
  }
}

function judgeCredentials({ values, form }: Block, tell: Tell): void {
  const { externalRepoUsername: username, externalRepoPassword: password } = values;
  const url = parseAddress(values.externalRepoEndpoint ?? "");
  if (form === "http" && url?.protocol === "https:" && url.port === "9000") {
    tell("https-without-credentials", "externalRepoEndpoint", NO_CREDENTIALS, ADD_CREDENTIALS);
  }
  if (form !== "s3") return;
  if (username === undefined || password === undefined) {
    const [there, missing] = username === undefined
      ? ["externalRepoPassword", "externalRepoUsername"] as const
      : ["externalRepoUsername", "externalRepoPassword"] as const;
    return tell("half-credentials", there, `"${there}" is given, but not "${missing}"`, BOTH);
  }
  const address = values.externalRepoEndpoint ?? "";
  if (url?.protocol === "http:" && usualServer(address) === "http") {
    tell("http-with-credentials", "externalRepoUsername", ON_WEB_PORT, STALE);
  }
}

const NO_CREDENTIALS = "port 9000 is MinIO's as a rule, but there are no credentials";
const ADD_CREDENTIALS = "If it is an S3 server, set externalRepoUsername and externalRepoPassword.";
const BOTH = "An S3 server wants both, a plain HTTP server neither.";
const ON_WEB_PORT = "credentials are given, but the port is one of web servers: " +
  'nodes add "/kubean" to the endpoint of an S3 server';
const STALE = "If it is a plain HTTP server, take both keys away; --online tells whether it is.";

/** What is wrong with `apiVersion` and `kind`. */
function identityFindings(cluster: ClusterDocument): LocatedFault[] {
  const version = topText(cluster, "apiVersion");
  const kind = topText(cluster, "kind");
  const found: LocatedFault[] = [];
  if (version === undefined || !API_VERSIONS.includes(version)) {
    found.push({
      code: "api-version",
      message: version === undefined ? "apiVersion is missing" : `apiVersion is "${version}"`,
      hint: `The installer reads ${API_VERSIONS.join(" and ")}.`,
      offset: offsetOf(cluster, "apiVersion"),
    });
  }
  if (kind !== KIND) {
    found.push({
      code: "kind",
      message: kind === undefined ? "kind is missing" : `kind is "${kind}"`,
      hint: `Write "kind: ${KIND}".`,
      offset: offsetOf(cluster, "kind"),
    });
  }
  return found;
}

function offsetOf({ root }: ClusterDocument, key: string): number {
  const pair = pairOf(root, key);
  return pair === undefined ? root.range?.[0] ?? 0 : keySpan(pair).start;
}
