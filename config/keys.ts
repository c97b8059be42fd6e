/** The four keys of `spec.binaries` that are ours to set, in the order in which they are written. */
import type { Repository } from "../core/repository.ts";

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

/** The values that stand for a repository. */
export function valuesOf({ endpoint, user }: Repository): BlockValues {
  const values = { type: "external", externalRepoEndpoint: endpoint };
  if (user === undefined) return values;
  const { username, password } = user;
  return { ...values, externalRepoUsername: username, externalRepoPassword: password };
}
