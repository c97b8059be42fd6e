/** What is wrong with the values of the block. */
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
} from "../binaries.ts";
import { BLOCK_PATH, type ClusterDocument } from "../document.ts";
import {
  ENDPOINT_FAULTS,
  endpointFault,
  isBucketName,
  isLoopback,
  shownEndpoint,
  usualServer,
  withoutSlash,
} from "../endpoint.ts";
import { lookAlikeIn } from "../typography.ts";
import { isNull, looksTyped } from "../yaml_nodes.ts";
import type { Fault, FindingCode } from "./finding.ts";

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
