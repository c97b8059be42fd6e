/** The four keys of `spec.binaries` that are ours to set, in the order in which they are written. */

/** The name of one of them. */
export type BlockKey =
  | "type"
  | "externalRepoEndpoint"
  | "externalRepoUsername"
  | "externalRepoPassword";

/** All of them. */
export const BLOCK_KEYS: readonly BlockKey[] = [
  "type",
  "externalRepoEndpoint",
  "externalRepoUsername",
  "externalRepoPassword",
];

/** What some published samples write instead of endpoint: the bucket stands in its path. */
export const OTHER_SPELLING = "externalRepository";

/** The values of the four keys; a key that is absent, or whose value is null, has none. */
export type BlockValues = { readonly [Key in BlockKey]?: string };

/** A user of an S3 server. */
export interface RepositoryUser {
  /** The user, or access key. */
  readonly username: string;
  /** The password, or secret key. */
  readonly password: string;
}

/** Where nodes fetch binaries from. */
export interface Repository {
  /** An http(s) URL; of an S3 server without a bucket. */
  readonly endpoint: string;
  /** Given for an S3 server, absent for a plain HTTP server. */
  readonly user?: RepositoryUser;
}

/** The values that stand for a repository. */
export function valuesOf({ endpoint, user }: Repository): BlockValues {
  const values = { type: "external", externalRepoEndpoint: endpoint };
  if (user === undefined) return values;
  const { username, password } = user;
  return { ...values, externalRepoUsername: username, externalRepoPassword: password };
}
