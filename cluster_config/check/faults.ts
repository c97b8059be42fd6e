/** What is wrong with the block, where it stands, and with what is said beside it. */
import { isMap, isScalar, type Pair, Scalar, visit } from "yaml";
import { parseAddress } from "../../core/util/address.ts";
import { isExempt } from "../../core/util/no_proxy.ts";
import { nearest } from "../../core/util/hints.ts";
import { at, entriesAt, textAt } from "../../core/util/json.ts";
import { tried } from "../../core/util/tried.ts";
import { variablesIn } from "../ansible.ts";
import {
  addressOf,
  type Block,
  BLOCK_KEYS,
  type BlockKey,
  bucketIn,
  DEFAULT_BUCKET,
  ENDPOINT_FAULTS,
  endpointFault,
  isBucketName,
  isLoopback,
  NO_BUCKET,
  OTHER_SPELLING,
  shownEndpoint,
  usualServer,
  withoutSlash,
} from "../binaries.ts";
import { BLOCK_PATH, type ClusterDocument, misshapenKey } from "../document.ts";
import { lookAlikeIn } from "../typography.ts";
import { isMergeKey, isNull, keySpan, looksTyped, pairOf } from "../yaml_nodes.ts";
import type { Fault, FindingCode } from "./finding.ts";

const TOP_KEYS = ["apiVersion", "kind", "metadata", "spec", "status"];

/** What stands outside `spec`, or is of a wrong shape. */
export function* layoutFaults(cluster: ClusterDocument): Generator<Fault> {
  const { root, value } = cluster;
  const spec = root.get("spec");
  const right = isMap(spec) ? pairOf(spec, "binaries") : undefined;
  const strays = blocksIn(cluster).filter((pair) => pair !== right);
  for (const pair of strays) {
    const message = '"binaries" does not stand right under "spec": nothing reads it there';
    yield ["misplaced", keySpan(pair).start, message];
  }
  for (const pair of root.items) {
    const { key } = pair;
    if (!isScalar(key) || TOP_KEYS.includes(String(key.value))) continue;
    if (isMergeKey(key) || strays.includes(pair)) continue;
    yield ["outside-spec", keySpan(pair).start, `"${key}" stands outside "spec"`];
  }
  const key = misshapenKey(cluster);
  if (key !== undefined) {
    const path = BLOCK_PATH.slice(0, BLOCK_PATH.indexOf(key) + 1);
    return yield ["no-mapping", path, `"${key}" is no mapping`];
  }
  for (const [name, text] of entriesAt(value, ...BLOCK_PATH)) {
    const isOurs = BLOCK_KEYS.some((one) => one === name);
    const meant = isOurs ? undefined : nearest(name, BLOCK_KEYS);
    if (isOurs && text !== null && typeof text !== "string") {
      yield ["no-text", [...BLOCK_PATH, name], `"${name}" is no text`];
    } else if (meant !== undefined) {
      const message = `nothing reads ${JSON.stringify(name)}: did you mean "${meant}"?`;
      yield ["misspelled", [...BLOCK_PATH, name], message];
    }
  }
}

/** Every `binaries` with keys of ours; at the top also one without such keys. */
export function blocksIn({ root }: ClusterDocument): Pair[] {
  const found: Pair[] = [];
  visit(root, {
    Pair(_, pair) {
      const { key, value } = pair;
      if (!isScalar(key) || key.value !== "binaries") return;
      const isOurs = isMap(value) && BLOCK_KEYS.some((name) => pairOf(value, name));
      if (isOurs || pair === pairOf(root, "binaries")) found.push(pair);
    },
  });
  return found;
}

/** What is said beside the block that keeps nodes from it, or sends them to the Internet. */
export function* siteFaults({ source, value }: ClusterDocument, block: Block): Generator<Fault> {
  const { form } = block;
  const isOffline = form === "s3" || form === "http";
  if (isOffline && textAt(value, "spec", "osRepos", "type") === "official-service") {
    const message =
      "binaries come from a server of the site, packages of the system from the Internet";
    yield ["online-os-repos", ["spec", "osRepos", "type"], message];
  }
  if (isOffline) yield* kubeanFaults(source.name, textAt(value, "spec", "kubeanConfig"), block);
  // A file without nodes is a piece of one, to be completed.
  const isWhole = at(value, "spec", "masterNodes") !== undefined;
  if ((isOffline || form === "builtin") && isWhole && !textAt(value, "spec", "fullPackagePath")) {
    const message =
      '"fullPackagePath" is missing: an offline installation needs the unpacked package';
    yield ["no-package-path", ["spec", "masterNodes"], message];
  }
  const images = textAt(value, "spec", "imagesAndCharts", "type");
  if ((form === "builtin" || form === "official") && images === "external") {
    const from = form === "builtin" ? "the installer's own server" : "the Internet";
    const message = `images come from a registry of the site, but binaries from ${from}`;
    yield ["mixed-sources", ["spec", "imagesAndCharts", "type"], message];
  }
}

/** Names of hosts that only a site with the Internet reaches. */
const PUBLIC =
  /(?:^|\.)(?:k8s\.io|github\.com|githubusercontent\.com|googleapis\.com|helm\.sh|docker\.(?:com|io)|quay\.io|gcr\.io|ghcr\.io|daocloud\.io|aliyun(?:cs)?\.com|edu\.cn|163\.com|huaweicloud\.com|(?:centos|debian|fedoraproject|rockylinux|opensuse)\.org|ubuntu\.com)$/i;

function* kubeanFaults(name: string, text: string, { values }: Block): Generator<Fault> {
  const where = ["spec", "kubeanConfig"];
  const variables = variablesOf(name, text);
  for (const [name, value] of variables) {
    const host = parseAddress(value)?.hostname ?? "";
    if (/proxy$/i.test(name) || !PUBLIC.test(host)) continue;
    yield ["online-address", where, `kubeanConfig sends nodes to ${host} for "${name}"`];
  }
  const { protocol, hostname = "" } = parseAddress(addressOf(values) ?? "") ?? {};
  const proxy = protocol === "https:" ? "https_proxy" : "http_proxy";
  const exempt = ["no_proxy", "additional_no_proxy"].map((one) => variables.get(one) ?? "");
  if (hostname === "" || !variables.get(proxy) || isExempt(hostname, exempt.join(","))) return;
  const message = `kubeanConfig sets ${proxy}, and no_proxy does not name ${hostname}`;
  yield ["proxy-catches", where, message];
}

/** What is no YAML in there is the installer's to refuse. */
function variablesOf(name: string, text: string) {
  return tried(() => variablesIn(name, text)) ?? new Map<string, string>();
}

type KeyFault = readonly [code: FindingCode, key: BlockKey, message: string, hint?: string];

/** What is wrong with each value, and with what they say together. */
export function* blockFaults({ root }: ClusterDocument, block: Block): Generator<Fault> {
  for (const judge of [addressFaults, credentialFaults, signFaults]) {
    for (const [code, key, ...said] of judge(block)) yield [code, [...BLOCK_PATH, key], ...said];
  }
  for (const key of BLOCK_KEYS) {
    const node = root.getIn([...BLOCK_PATH, key], true);
    if (!isScalar(node) || isNull(node) || node.type !== Scalar.PLAIN) continue;
    if (!looksTyped(String(node.value))) continue;
    const message = `a reader may take the value of "${key}" for a number or the like`;
    yield ["unquoted", [...BLOCK_PATH, key], message];
  }
}

function* addressFaults({ values, form }: Block): Generator<KeyFault> {
  const { type, externalRepository: other, externalRepoEndpoint: endpoint } = values;
  if (other !== undefined && endpoint !== undefined) {
    const plain = withoutSlash(endpoint);
    const same = withoutSlash(other) === (form === "s3" ? `${plain}/${DEFAULT_BUCKET}` : plain);
    const message = `"${OTHER_SPELLING}" and "externalRepoEndpoint" stand side by side`;
    yield same
      ? ["other-spelling", OTHER_SPELLING, `${message} and say the same`]
      : ["two-spellings", OTHER_SPELLING, message];
  }
  const address = addressOf(values);
  const isOther = endpoint === undefined && other !== undefined;
  const key = isOther ? OTHER_SPELLING : "externalRepoEndpoint";
  if (form === "unknown") return yield ["unknown-type", "type", `the type "${type}" is not known`];
  if (form === "incomplete") {
    return yield ["no-endpoint", "type", `the type is external, but "${key}" is missing`];
  }
  if (address === undefined) return;
  if (type === undefined) {
    const message = `"${key}" is set, but no type: binaries are fetched from the Internet`;
    return yield ["no-type", key, message];
  }
  if (form !== "s3" && form !== "http") {
    return yield ["unused-endpoint", key, `"${key}" is not used: the type is ${type}`];
  }
  const fault = endpointFault(address, isOther ? "http" : form);
  const bucket = bucketIn(address);
  if (fault !== undefined) {
    const [state, hint] = ENDPOINT_FAULTS[fault];
    const code = fault === "bucket" ? "bucket-in-endpoint" : "bad-endpoint";
    yield [code, key, `the endpoint "${shownEndpoint(address)}" cannot be used: ${state}`, hint];
  } else if (isLoopback(address)) {
    yield ["loopback-endpoint", key, `"${address}" is each node itself, not this host`];
  } else if (isOther && form === "s3" && bucket === "") {
    const message = `"${key}" has credentials of an S3 server, but names no bucket`;
    const hint = `Write the bucket behind it: ${withoutSlash(address)}/${DEFAULT_BUCKET}.`;
    yield ["no-bucket", key, message, hint];
  } else if (isOther && form === "s3" && !isBucketName(bucket)) {
    yield ["bad-endpoint", key, `"${key}" names no bucket of S3: "${bucket}"`, NO_BUCKET];
  }
}

function* credentialFaults({ values, form }: Block): Generator<KeyFault> {
  const { externalRepoUsername, externalRepoPassword, externalRepoEndpoint = "" } = values;
  const url = parseAddress(externalRepoEndpoint);
  if (form === "http" && url?.protocol === "https:" && url.port === "9000") {
    const message = "port 9000 is MinIO's as a rule, but there are no credentials";
    yield ["https-without-credentials", "externalRepoEndpoint", message];
  }
  if (form !== "s3") return;
  if (externalRepoPassword === undefined) {
    const message = '"externalRepoUsername" is given, but not "externalRepoPassword"';
    yield ["half-credentials", "externalRepoUsername", message];
  } else if (externalRepoUsername === undefined) {
    const message = '"externalRepoPassword" is given, but not "externalRepoUsername"';
    yield ["half-credentials", "externalRepoPassword", message];
  } else if (url?.protocol === "http:" && usualServer(externalRepoEndpoint) === "http") {
    const message = "credentials are given, but the port is one of web servers: " +
      'nodes add "/kubean" to the endpoint of an S3 server';
    yield ["http-with-credentials", "externalRepoUsername", message];
  }
}

/** Nobody means these signs, in a password neither when they stand around it. */
function* signFaults({ values }: Block): Generator<KeyFault> {
  for (const key of BLOCK_KEYS) {
    const value = values[key] ?? "";
    const looked = key === "externalRepoPassword" && !/^[“‘].*[”’]$/.test(value) ? "" : value;
    const slip = lookAlikeIn(looked);
    if (slip !== undefined) yield ["full-width", key, `in "${key}" ${slip.state}`, slip.hint];
  }
}
