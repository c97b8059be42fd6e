/** Checks a file for all that is known to go wrong with it, without any network. */
import { isScalar, Scalar } from "yaml";
import { parseAddress } from "../../core/util/address.ts";
import {
  addressOf,
  type Block,
  BLOCK_KEYS,
  type BlockKey,
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
  KIND,
  lineOf,
  mapAt,
  mappings,
  noCluster,
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
import { isNull, looksTyped, lookUp, offsetOf } from "../yaml_nodes.ts";
import { type Fault, type Finding, type FindingCode, FINDINGS } from "./finding.ts";
import { blocksIn, layoutFaults } from "./layout.ts";
import { siteFaults } from "./site_rules.ts";

export type { Finding };

/**
 * Everything that is found, in the order of the text. Code `config-invalid` when no document looks
 * as if it were meant to be a ClusterConfig.
 */
export function checkSource(source: YamlSource): Finding[] {
  return [...faultsIn(source)].sort((a, b) => a.offset - b.offset)
    .map(({ code, message, hint, offset }) => {
      const [severity, usual] = FINDINGS[code];
      return { code, severity, message, hint: hint ?? usual, line: lineOf(source.text, offset) };
    });
}

function* faultsIn(source: YamlSource): Generator<Fault> {
  const clusters = meant(source);
  for (const { key, offset } of source.duplicates) {
    const message = `the key ${JSON.stringify(key)} stands there a second time`;
    yield { code: "duplicate-key", message, offset };
  }
  yield* slipsIn(source);
  for (const { root } of clusters.slice(1)) {
    const message = "it is another document of the same kind";
    yield { code: "second-document", message, offset: root.range?.[0] ?? 0 };
  }
  for (const cluster of clusters) {
    yield* identityFaults(cluster);
    yield* layoutFaults(cluster);
    const block = blockOf(cluster);
    if (block === undefined) continue; // its shape is told
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

function blockOf(cluster: ClusterDocument): Block | undefined {
  try {
    return readBlock(cluster);
  } catch {
    return undefined;
  }
}

/** Keys of ours that look-alikes around them make others; dots that end the document. */
function* slipsIn({ text }: YamlSource): Generator<Fault> {
  const keys = `apiVersion|kind|metadata|spec|binaries|${BLOCK_KEYS.join("|")}`;
  const told = (code: FindingCode, { state, hint, offset }: Slip): Fault => ({
    code,
    message: state,
    hint,
    offset,
  });
  // Blanks, and what nobody sees.
  const blank = "(?:[^\\S\\n]|[\\u200b-\\u200d\\u2060])*";
  const starts = text.matchAll(new RegExp(`^${blank}(?:${keys})${blank}[:：]${blank}`, "gm"));
  for (const { 0: start, index } of starts) {
    const slip = lookAlikeIn(start, index);
    if (slip !== undefined) yield told("full-width", slip);
  }
  const cut = cutOff(text);
  if (cut !== undefined) yield told("dots", cut);
}

/** What is wrong with `apiVersion` and `kind`. */
function* identityFaults(cluster: ClusterDocument): Generator<Fault> {
  const known: readonly (readonly [key: string, code: FindingCode, values: readonly string[]])[] = [
    ["apiVersion", "api-version", API_VERSIONS],
    ["kind", "kind", [KIND]],
  ];
  for (const [key, code, values] of known) {
    const value = topText(cluster, key);
    if (value !== undefined && values.includes(value)) continue;
    const message = value === undefined ? `${key} is missing` : `${key} is "${value}"`;
    yield { code, message, offset: offsetOf(cluster.root, key) };
  }
}

/** A fault of one key of the block. */
interface KeyFault extends Omit<Fault, "offset"> {
  readonly key: BlockKey;
}

/** What is wrong with the values of the block. */
function* blockFaults(cluster: ClusterDocument, block: Block): Generator<Fault> {
  const map = mapAt(cluster, "spec", "binaries");
  if (map === undefined) return;
  const faults = [typeFaults, spellingFaults, endpointFaults, credentialFaults, signFaults];
  for (const { key, ...fault } of faults.flatMap((judge) => [...judge(block)])) {
    yield { ...fault, offset: offsetOf(map, key) };
  }
  for (const key of BLOCK_KEYS) {
    const node = lookUp(map, key, cluster.document);
    if (!isScalar(node) || isNull(node) || node.type !== Scalar.PLAIN) continue;
    if (!looksTyped(String(node.value))) continue;
    const message = `a reader may take the value of "${key}" for a number or the like`;
    yield { code: "unquoted", message, offset: offsetOf(map, key) };
  }
}

function* typeFaults({ values, form }: Block): Generator<KeyFault> {
  if (form !== "unknown") return;
  yield { code: "unknown-type", key: "type", message: `the type "${values.type}" is not known` };
}

function* spellingFaults({ values, form }: Block): Generator<KeyFault> {
  const { externalRepository: other, externalRepoEndpoint: endpoint } = values;
  if (other === undefined || endpoint === undefined) return;
  const plain = withoutSlash(endpoint);
  const same = withoutSlash(other) === (form === "s3" ? `${plain}/${DEFAULT_BUCKET}` : plain);
  const message = `"${OTHER_SPELLING}" and "externalRepoEndpoint" stand side by side`;
  yield same
    ? { code: "other-spelling", key: OTHER_SPELLING, message: `${message} and say the same` }
    : { code: "two-spellings", key: OTHER_SPELLING, message };
}

function* endpointFaults({ values, form }: Block): Generator<KeyFault> {
  const address = addressOf(values);
  const isOther = values.externalRepoEndpoint === undefined && address !== undefined;
  const key = isOther ? OTHER_SPELLING : "externalRepoEndpoint";
  if (form === "incomplete") {
    const message = `the type is external, but "${key}" is missing`;
    return yield { code: "no-endpoint", key: "type", message };
  }
  if (address === undefined || form === "unknown") return;
  if (values.type === undefined) {
    const message = `"${key}" is set, but no type: binaries are fetched from the Internet`;
    return yield { code: "no-type", key, message };
  }
  if (form !== "s3" && form !== "http") {
    const message = `"${key}" is not used: the type is ${values.type}`;
    return yield { code: "unused-endpoint", key, message };
  }
  const fault = endpointFault(address, isOther ? "http" : form);
  if (fault !== undefined) {
    const [state, hint] = ENDPOINT_FAULTS[fault];
    const code = fault === "bucket" ? "bucket-in-endpoint" : "bad-endpoint";
    const message = `the endpoint "${shownEndpoint(address)}" cannot be used: ${state}`;
    yield { code, key, message, hint };
  } else if (isLoopback(address)) {
    const message = `"${address}" is each node itself, not this host`;
    yield { code: "loopback-endpoint", key, message };
  } else if (isOther && form === "s3") yield* bucketFaults(address);
}

function* bucketFaults(address: string): Generator<KeyFault> {
  const bucket = bucketIn(address);
  if (isBucketName(bucket)) return;
  const key = OTHER_SPELLING;
  if (bucket !== "") {
    const message = `"${key}" names no bucket of S3: "${bucket}"`;
    return yield { code: "bad-endpoint", key, message, hint: NO_BUCKET };
  }
  const message = `"${key}" has credentials of an S3 server, but names no bucket`;
  const hint = `Write the bucket behind it: ${withoutSlash(address)}/${DEFAULT_BUCKET}.`;
  yield { code: "no-bucket", key, message, hint };
}

function* credentialFaults({ values, form }: Block): Generator<KeyFault> {
  const { externalRepoUsername, externalRepoPassword, externalRepoEndpoint = "" } = values;
  const url = parseAddress(externalRepoEndpoint);
  if (form === "http" && url?.protocol === "https:" && url.port === "9000") {
    const message = "port 9000 is MinIO's as a rule, but there are no credentials";
    yield { code: "https-without-credentials", key: "externalRepoEndpoint", message };
  }
  if (form !== "s3") return;
  if (externalRepoUsername === undefined || externalRepoPassword === undefined) {
    const keys = ["externalRepoUsername", "externalRepoPassword"] as const;
    const [key, missing] = externalRepoUsername === undefined ? keys.toReversed() : keys;
    const message = `"${key}" is given, but not "${missing}"`;
    yield { code: "half-credentials", key: key ?? "externalRepoUsername", message };
  } else if (url?.protocol === "http:" && usualServer(externalRepoEndpoint) === "http") {
    const message = "credentials are given, but the port is one of web servers: " +
      'nodes add "/kubean" to the endpoint of an S3 server';
    yield { code: "http-with-credentials", key: "externalRepoUsername", message };
  }
}

/** Nobody means these signs, in a password neither when they stand around it. */
function* signFaults({ values }: Block): Generator<KeyFault> {
  for (const key of BLOCK_KEYS) {
    const value = values[key] ?? "";
    const looked = key === "externalRepoPassword" && !/^[“‘].*[”’]$/.test(value) ? "" : value;
    const slip = lookAlikeIn(looked);
    if (slip === undefined) continue;
    yield { code: "full-width", key, message: `in "${key}" ${slip.state}`, hint: slip.hint };
  }
}
