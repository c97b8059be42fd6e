/** The keys of `spec.binaries` that are ours, in the order in which they are written. */
import type { Repository } from "../core/repository.ts";

/** The name of one of them. */
export type BlockKey =
  | "type"
  | "externalRepoEndpoint"
  | "externalRepository"
  | "externalRepoUsername"
  | "externalRepoPassword";

/** What most published samples write instead of an endpoint: of an S3 server with its bucket. */
export const OTHER_SPELLING = "externalRepository";

/** All of them. */
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
