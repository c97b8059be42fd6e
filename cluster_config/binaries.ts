/** Reads `spec.binaries`. */
import { isMap, type YAMLMap } from "yaml";
import { downloadUrls, mirrorVariables } from "../core/expected/mod.ts";
import type { Repository } from "../core/storage/mod.ts";
import { parseAddress, requireAddress } from "../core/util/address.ts";
import { type ClusterDocument, invalid } from "./document.ts";
import { endpointFault, isBucketName, withoutSlash } from "./endpoint.ts";
import { isNull, lookUp, resolve, textOf } from "./yaml_nodes.ts";

/**
 * How nodes come by binaries: `s3`, from an S3 server (external, with credentials); `http`, from a
 * plain HTTP server (external, without); `builtin`, from the installer's own server; `official`,
 * from the Internet, which is also meant where nothing is said; `incomplete`, external without an
 * endpoint; `unknown`, a type that is none of these.
 */
export type Form = "s3" | "http" | "builtin" | "official" | "incomplete" | "unknown";

export interface Block {
  readonly values: BlockValues;
  /** What all of it comes to. */
  readonly form: Form;
}

/** The block of a document; one that is absent says nothing. */
export function readBlock(cluster: ClusterDocument): Block {
  const map = blockMap(cluster);
  const read = (key: string) =>
    map === undefined ? undefined : textOf(lookUp(map, key, cluster.document));
  const entries = BLOCK_KEYS.map((key) => [key, read(key)] as const);
  const values: BlockValues = Object.fromEntries(
    entries.filter(([, value]) => value !== undefined && value !== ""),
  );
  return { values, form: formOf(values) };
}

/** The mapping that is `spec.binaries`, wherever it is written. Refuses a value of another kind. */
function blockMap({ source, document, root }: ClusterDocument): YAMLMap | undefined {
  let map = root;
  for (const key of ["spec", "binaries"]) {
    const node = resolve(lookUp(map, key, document), document);
    if (isNull(node)) return undefined;
    if (!isMap(node)) throw invalid(source.name, `the value of "${key}" is no mapping`);
    map = node;
  }
  return map;
}

function formOf(values: BlockValues): Form {
  switch (values.type) {
    case undefined:
    case "official-service":
      return "official";
    case "builtin":
      return "builtin";
    case "external": {
      if (addressOf(values) === undefined) return "incomplete";
      const { externalRepoUsername, externalRepoPassword } = values;
      return externalRepoUsername ?? externalRepoPassword ? "s3" : "http";
    }
    default:
      return "unknown";
  }
}

/** The value that names the server, in whichever spelling. */
export function addressOf(
  { externalRepoEndpoint, externalRepository }: BlockValues,
): string | undefined {
  return externalRepoEndpoint ?? externalRepository;
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
  if (username !== undefined && password !== undefined) {
    const user = { username, password };
    const bucket = values.externalRepoEndpoint === undefined ? bucketIn(address) : "";
    // What is no URL at all is refused by whoever looks at the endpoint.
    if (bucket === "" || endpointFault(address, "http")) return { endpoint: address, user };
    if (isBucketName(bucket)) {
      return { endpoint: requireAddress(address, "use").origin, bucket, user };
    }
    throw invalid(name, `"${OTHER_SPELLING}" names no bucket of S3: "${bucket}"`, NO_BUCKET);
  }
  if (username === password) return { endpoint: withoutSlash(address) };
  const missing = username === undefined ? "externalRepoUsername" : "externalRepoPassword";
  throw invalid(name, `"${missing}" is missing beside the other one`, "Set both, or neither.");
}

/** What stands behind the server in the other spelling. */
export const NO_BUCKET =
  "Write https://HOST:PORT/BUCKET; a bucket's name has neither / nor capitals.";

/** The name of one of them. */
export type BlockKey =
  | "type"
  | "externalRepoEndpoint"
  | "externalRepository"
  | "externalRepoUsername"
  | "externalRepoPassword";

/** What most published samples write instead of an endpoint: of an S3 server with its bucket. */
export const OTHER_SPELLING = "externalRepository";

export const BLOCK_KEYS: readonly BlockKey[] = [
  "type",
  "externalRepoEndpoint",
  OTHER_SPELLING,
  "externalRepoUsername",
  "externalRepoPassword",
];

/** Their values; a key that is absent, or whose value is null, has none. */
export type BlockValues = { readonly [Key in BlockKey]?: string };

/** The bucket that kubean's documents use. */
export const DEFAULT_BUCKET = "kubean";

/** The four keys that an edit to these values writes or takes away; the other spelling stays. */
export function keysFor({ externalRepository }: BlockValues): readonly BlockKey[] {
  const other = externalRepository === undefined ? OTHER_SPELLING : "externalRepoEndpoint";
  return BLOCK_KEYS.filter((key) => key !== other);
}

/**
 * The values that stand for a repository in a block that has these values now: in the other
 * spelling where that one stands there alone.
 */
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

/** Variables, and what there is to know about them. */
export interface RepositoryVariables {
  readonly variables: Readonly<Record<string, string>>;
  /** Sentences, and lines to copy. */
  readonly notes: readonly string[];
}

/**
 * The variables for a repository; `bucket` counts for an S3 server only. kubespray reads those of
 * hosts from v2.25 on; `release`, such as `v2.24.3`, says which it is when that is known.
 *
 * @example
 * ```ts no-eval
 * import { repositoryVariables } from "../config/mod.ts";
 *
 * repositoryVariables({ endpoint: "http://10.0.1.1:8080" }, "kubean").variables["github_url"];
 * // http://10.0.1.1:8080/github.com
 * ```
 */
export function repositoryVariables(
  repository: Repository,
  bucket: string,
  release?: string,
): RepositoryVariables {
  const base = fetchBase(repository, bucket);
  const mirror = mirrorVariables(base);
  const [, major = 2, minor = Infinity] = /^v?(\d+)\.(\d+)/.exec(release ?? "")?.map(Number) ?? [];
  const isOld = major < 2 || (major === 2 && minor < 25);
  const variables = isOld ? { files_repo: base, ...downloadUrls() } : mirror;
  const notes = [
    ...(release === undefined ? [OLD_RELEASES] : []),
    ...(base.startsWith("https:") ? [CERTIFICATES] : []),
    ...(isOld ? [] : [ARGOCD]),
  ];
  return { variables, notes };
}

const OLD_RELEASES =
  "kubespray v2.24 and older read none but files_repo in your own lines: --kubespray v2.24 prints those.";

const CERTIFICATES =
  "If a certificate authority of your own signed for it, put that into the nodes' trust store, or set\ndownload_validate_certs: false";

const ARGOCD = `With argocd_enabled, what no variable of these reaches:
argocd_install_url: "{{ files_repo }}/raw.githubusercontent.com/argoproj/argo-cd/v{{ argocd_version }}/manifests/install.yaml"`;
