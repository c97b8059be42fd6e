/** Reads `spec.binaries`, and tells what can be said of an endpoint by looking at it. */
import type { Repository } from "../core/storage/mod.ts";
import { parseAddress } from "../core/util/address.ts";
import { textAt } from "../core/util/json.ts";
import { BLOCK_PATH, type ClusterDocument, invalid } from "./document.ts";

/** What most published samples write instead of an endpoint: of an S3 server with its bucket. */
export const OTHER_SPELLING = "externalRepository";

/** The keys of the block, as they follow each other. */
export const BLOCK_KEYS = [
  "type",
  "externalRepoEndpoint",
  OTHER_SPELLING,
  "externalRepoUsername",
  "externalRepoPassword",
] as const;

/** The name of one of them. */
export type BlockKey = typeof BLOCK_KEYS[number];

/** Their values; a key that is absent, or whose value is null, has none. */
export type BlockValues = { readonly [Key in BlockKey]?: string };

/** The bucket that kubean's documents use. */
export const DEFAULT_BUCKET = "kubean";

/** What `spec.binaries` says. */
export interface Block {
  readonly values: BlockValues;
  /**
   * Where nodes get binaries: `s3` and `http` are external, with and without credentials; `builtin`
   * is the installer's own server; `official`, also where nothing is said, the Internet;
   * `incomplete` is external without an endpoint.
   */
  readonly form: "s3" | "http" | "builtin" | "official" | "incomplete" | "unknown";
}

/** The block of a document; one that is absent, or no mapping, says nothing. */
export function readBlock({ value }: ClusterDocument): Block {
  const entries = BLOCK_KEYS.map((key) => [key, textAt(value, ...BLOCK_PATH, key)] as const);
  const values: BlockValues = Object.fromEntries(entries.filter(([, text]) => text !== ""));
  return { values, form: formOf(values) };
}

function formOf(values: BlockValues): Block["form"] {
  const { type = "official-service", externalRepoUsername, externalRepoPassword } = values;
  if (type === "official-service") return "official";
  if (type !== "external") return type === "builtin" ? "builtin" : "unknown";
  if (addressOf(values) === undefined) return "incomplete";
  return externalRepoUsername ?? externalRepoPassword ? "s3" : "http";
}

/** The value that names the server, in whichever spelling. */
export function addressOf(values: BlockValues): string | undefined {
  return values.externalRepoEndpoint ?? values.externalRepository;
}

/** The path of an address without slashes around it: in the other spelling, the bucket. */
export function bucketIn(address: string): string {
  return (parseAddress(address)?.pathname ?? "").replace(/^\/+|\/+$/g, "");
}

/**
 * The repository that the block names; undefined when it names none. Code `config-invalid` when a
 * user name or a password stands alone, or what stands for a bucket can be none.
 */
export function repositoryOf({ values, form }: Block, name: string): Repository | undefined {
  const { externalRepoUsername: username, externalRepoPassword: password } = values;
  const address = addressOf(values);
  if (address === undefined || (form !== "s3" && form !== "http")) return undefined;
  if (form === "http") return { endpoint: withoutSlash(address) };
  if (username === undefined || password === undefined) {
    const missing = username === undefined ? "externalRepoUsername" : "externalRepoPassword";
    throw invalid(name, `"${missing}" is missing beside the other one`, "Set both, or neither.");
  }
  const user = { username, password };
  const bucket = values.externalRepoEndpoint === undefined ? bucketIn(address) : "";
  const url = parseAddress(address);
  // What is no good URL is refused by whoever looks at the endpoint.
  if (bucket === "" || url === undefined || endpointFault(address, "http")) {
    return { endpoint: address, user };
  }
  if (isBucketName(bucket)) return { endpoint: url.origin, bucket, user };
  throw invalid(name, `"${OTHER_SPELLING}" names no bucket of S3: "${bucket}"`, NO_BUCKET);
}

/** What stands behind the server in the other spelling. */
export const NO_BUCKET =
  "Write https://HOST:PORT/BUCKET; a bucket's name has neither / nor capitals.";

/** The four keys that an edit to these values writes or takes away; the other spelling stays. */
export function keysFor({ externalRepository }: BlockValues): readonly BlockKey[] {
  const other = externalRepository === undefined ? OTHER_SPELLING : "externalRepoEndpoint";
  return BLOCK_KEYS.filter((key) => key !== other);
}

/** The values that stand for a repository: in the other spelling where that one stands alone now. */
export function valuesOf(
  { endpoint, bucket, user }: Repository,
  { externalRepoEndpoint, externalRepository }: BlockValues,
): BlockValues {
  const url = user === undefined ? endpoint : `${endpoint}/${bucket ?? DEFAULT_BUCKET}`;
  const isOther = externalRepository !== undefined && externalRepoEndpoint === undefined;
  const where = isOther ? { externalRepository: url } : { externalRepoEndpoint: endpoint };
  const values = { type: "external", ...where };
  if (user === undefined) return values;
  const { username, password } = user;
  return { ...values, externalRepoUsername: username, externalRepoPassword: password };
}

/** What nodes fetch from: the endpoint, and of an S3 server its bucket. */
export function fetchBase({ endpoint, user }: Repository, bucket: string): string {
  return withoutSlash(endpoint) + (user === undefined ? "" : `/${bucket}`);
}

/** An endpoint fit to print: what stands before an `@` could be a password, and so could a query. */
export function shownEndpoint(endpoint: string): string {
  return endpoint.replace(/^([a-z][a-z0-9+.-]*:\/*)?.*@/is, "$1***@").replace(/\?.*/s, "?***");
}

/** What can be wrong with an endpoint, as half a sentence, and what to do about it. */
export const ENDPOINT_FAULTS = {
  "no-url": ["it is no http(s) URL", 'Write "http://HOST:PORT" or "https://HOST:PORT".'],
  "credentials": ["it holds a user name or a password", "Give them as user name and password."],
  "query": ['it has a "?" or "#"', "Leave out what follows the host, the port and the path."],
  "bucket": [
    "it names a bucket",
    'Nodes add "/kubean" to the endpoint of an S3 server: leave the path out.',
  ],
} as const;

/** What is wrong with an endpoint. That of an S3 server has no path: it would name a bucket. */
export function endpointFault(
  endpoint: string,
  kind: "s3" | "http",
): keyof typeof ENDPOINT_FAULTS | undefined {
  if (endpoint.includes("@")) return "credentials";
  const url = /[\s\\]/u.test(endpoint) ? undefined : parseAddress(endpoint);
  if (url === undefined || !/^https?:\/\/[^/]/i.test(endpoint)) return "no-url";
  // Two addresses with a comma between them would pass for one of a strange host.
  if (!/^(?:[\w.-]+|\[.*\])$/.test(url.hostname)) return "no-url";
  if (/[?#]/.test(endpoint)) return "query";
  return kind === "s3" && !/^\/+$/.test(url.pathname) ? "bucket" : undefined;
}

/**
 * What serves an endpoint as a rule, by its port or name: MinIO 9000 and around it, Ceph 7480,
 * SeaweedFS 8333, Garage 3900; web servers 80, 8080 and around it.
 */
export function usualServer(endpoint: string): "s3" | "http" | undefined {
  const { protocol, hostname, port } = parseAddress(endpoint) ?? { hostname: "", port: "" };
  if (/^(?:9\d\d\d|7480|8333|3900)$/.test(port)) return "s3";
  if (/(?:^|[.-])(?:s3|minio|oss|obs|cos)(?:[.-]|$)/i.test(hostname)) return "s3";
  const isWebPort = port === "" ? protocol === "http:" : /^(?:8[18]?|80\d\d|8888)$/.test(port);
  return isWebPort ? "http" : undefined;
}

/** Whether an endpoint is on the host of whoever asks. */
export function isLoopback(endpoint: string): boolean {
  const { hostname = "" } = parseAddress(endpoint) ?? {};
  return /^(?:(?:.*\.)?localhost|localhost\.localdomain|ip6-localhost|127\.\d+\.\d+\.\d+|\[::1?\]|0\.0\.0\.0)$/
    .test(hostname);
}

/** The endpoint without slashes at its end: what is appended to it begins with one. */
export function withoutSlash(endpoint: string): string {
  return endpoint.replace(/\/+$/, "");
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export function isBucketName(name: string): boolean {
  return /^(?!.*(\.\.|\d\.\d+\.\d+\.\d))[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name);
}
