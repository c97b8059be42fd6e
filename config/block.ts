/** Reads `spec.binaries`. */
import { isMap, type YAMLMap } from "yaml";
import type { ClusterDocument } from "./cluster_document.ts";
import type { Repository } from "../core/repository.ts";
import { BLOCK_KEYS, type BlockValues } from "./keys.ts";
import { withoutSlash } from "./endpoint.ts";
import { isNull, lookUp, resolve, textOf } from "./nodes.ts";
import { invalid } from "./source.ts";

/**
 * How nodes come by binaries: `s3`, from an S3 server (external, with credentials); `http`, from a
 * plain HTTP server (external, without); `builtin`, from the installer's own server; `official`,
 * from the Internet, which is also meant where nothing is said; `incomplete`, external without an
 * endpoint; `unknown`, a type that is none of these.
 */
export type Form = "s3" | "http" | "builtin" | "official" | "incomplete" | "unknown";

/** What the block says. */
export interface Block {
  /** Values of its keys. */
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

/** Takes a bucket off an address of the other spelling; what is no URL stays as it is. */
function splitBucket(address: string): Pick<Repository, "endpoint" | "bucket"> {
  const [, origin, bucket] = /^(https?:\/\/[^/]+)\/+([^/]+)\/*$/i.exec(address) ?? [];
  return origin === undefined || bucket === undefined
    ? { endpoint: withoutSlash(address) }
    : { endpoint: origin, bucket };
}

/**
 * The repository that the block names; undefined when it names none. Code `config-invalid` when a
 * user name or a password stands alone.
 */
export function repositoryOf({ values, form }: Block, name: string): Repository | undefined {
  const { externalRepoUsername: username, externalRepoPassword: password } = values;
  const address = addressOf(values);
  if (address === undefined || (form !== "s3" && form !== "http")) return undefined;
  if (username !== undefined && password !== undefined) {
    const isOther = values.externalRepoEndpoint === undefined;
    return {
      ...isOther ? splitBucket(address) : { endpoint: address },
      user: { username, password },
    };
  }
  if (username === password) return { endpoint: withoutSlash(address) };
  const missing = username === undefined ? "externalRepoUsername" : "externalRepoPassword";
  throw invalid(name, `"${missing}" is missing beside the other one`, "Set both, or neither.");
}
