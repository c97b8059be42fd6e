/** Bucket policies: whether nodes without credentials may fetch, and how to let them. */

import { wildcard } from "../../core/util/wildcard.ts";

/** One statement; others' statements are kept as they are, whatever they hold. */
export type Statement = Readonly<Record<string, unknown>>;

/** A bucket policy, as its JSON says. */
export interface Policy {
  /** Such as `Version` and `Id`. */
  readonly [member: string]: unknown;
  /** In JSON also a single one. */
  readonly Statement: readonly Statement[];
}

/** Reads a policy's JSON; `undefined` when it is none. */
export function parsePolicy(json: string): Policy | undefined {
  try {
    const value: unknown = JSON.parse(json);
    if (!isRecord(value)) return undefined;
    const statements = asList(value["Statement"]);
    return statements.every(isRecord) ? { ...value, Statement: statements } : undefined;
  } catch {
    return undefined;
  }
}

/** What a policy means for somebody without credentials. */
export type Download = "allowed" | "not-allowed" | "denied";

/**
 * Whether anybody may `s3:GetObject` everything under `bucket/prefix`. Statements with a
 * `Condition`, or with `NotAction`, `NotPrincipal` or `NotResource`, are passed over: they may
 * allow or deny some requests, and which ones cannot be told from here.
 */
export function anonymousDownload(policy: Policy, bucket: string, prefix: string): Download {
  const plain = policy.Statement.filter((statement) =>
    !("Condition" in statement) && isForAnybody(statement["Principal"]) &&
    matchesAny(statement["Action"], ["s3:GetObject"])
  );
  const names = sampleNames(bucket, prefix);
  const effect = (wanted: string) => plain.filter((statement) => statement["Effect"] === wanted);
  const denied = effect("Deny").some(({ Resource }) =>
    names.some((name) => matchesAny(Resource, [name]))
  );
  if (denied) return "denied";
  const allowed = effect("Allow").some(({ Resource }) => matchesAny(Resource, names));
  return allowed ? "allowed" : "not-allowed";
}

/** The policy with one more statement, which lets anybody fetch, but not list. */
export function allowDownload(
  policy: Policy | undefined,
  bucket: string,
  prefix: string,
): Policy {
  const statement = {
    Effect: "Allow",
    Principal: { AWS: ["*"] },
    Action: ["s3:GetObject"],
    Resource: [`arn:aws:s3:::${bucket}/${prefix}*`],
  };
  const rest = policy ?? { Version: "2012-10-17", Statement: [] };
  return { ...rest, Statement: [...rest.Statement, statement] };
}

/** Names so odd and so different in length that only a pattern for all names matches each. */
function sampleNames(bucket: string, prefix: string): string[] {
  return ["\x01", "\x02\x03/\x04"].map((rest) => `arn:aws:s3:::${bucket}/${prefix}${rest}`);
}

function isForAnybody(principal: unknown): boolean {
  const list = isRecord(principal) ? asList(principal["AWS"]) : asList(principal);
  return list.includes("*");
}

/** Whether one of the patterns matches all of the names. `*` and `?` are wildcards. */
function matchesAny(patterns: unknown, names: readonly string[]): boolean {
  return asList(patterns).some((pattern) => {
    if (typeof pattern !== "string") return false;
    return names.every(wildcard(pattern));
  });
}

function asList(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
