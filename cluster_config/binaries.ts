/** Reads `spec.binaries`. */
import type { Repository } from "../core/storage/mod.ts";
import { parseAddress } from "../core/util/address.ts";
import { textAt } from "../core/util/json.ts";
import { BLOCK_PATH, type ClusterDocument, invalid } from "./document.ts";
import { endpointFault, isBucketName, withoutSlash } from "./endpoint.ts";

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
