/** Makes the bucket ready: it exists, and nodes may download from it. */
import { BinimportError, type ErrorDetails } from "../../core/util/errors.ts";
import { wildcard } from "../../core/util/wildcard.ts";
import type { Store } from "./bucket_context.ts";
import type { Attempt, Call } from "./connection.ts";
import { s3CodeOf } from "./errors.ts";
import { NotS3Error, sendForText } from "./requests.ts";

/** Makes the bucket if it is missing; one that is there stays as it is. */
export async function ensureBucket(
  store: Store,
  region: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { bucket, server: place, connection } = store;
  const look: Call = { doing: `look for bucket "${bucket}" at`, place, signal };
  // Not HEAD, whose answer has no body to say why it refuses.
  const there = await connection.call(
    look,
    (attempt) =>
      unlessS3Says(attempt, { NoSuchBucket: false, AccessDenied: true }, async () => {
        const { text } = await sendForText(attempt, { method: "GET", bucket, query: "location" });
        if (!text.includes("LocationConstraint")) throw new NotS3Error("the answer is no location");
        return true;
      }),
  );
  if (there) return;
  const make: Call = { doing: `make bucket "${bucket}" at`, place, signal };
  await connection.call(make, (attempt) =>
    // Another import may have been faster.
    unlessS3Says(attempt, { BucketAlreadyOwnedByYou: undefined }, () =>
      attempt.client.makeBucket(bucket, region)));
}

/**
 * Lets anybody fetch everything under the prefix, but not list it. The bucket's policy is changed
 * only if it does not allow that already; then a statement is added to those that are there.
 */
export async function ensureDownload(store: Store, signal: AbortSignal | undefined): Promise<void> {
  const { bucket, prefix } = store;
  const before = await readPolicy(store, signal);
  const state = before === undefined ? "not-allowed" : anonymousDownload(before, bucket, prefix);
  if (state === "allowed") return;
  if (state === "denied") {
    throw cannotDownload(store, "a statement of the bucket's policy denies it");
  }
  const policy = JSON.stringify(allowDownload(before, bucket, prefix));
  await aboutPolicy(store, signal, ({ client }) => client.setBucketPolicy(bucket, policy));
  const after = await readPolicy(store, signal);
  if (after === undefined || anonymousDownload(after, bucket, prefix) !== "allowed") {
    throw cannotDownload(store, "the server took a policy that allows it, and shows another one");
  }
  store.host.debug(`Opened "${store.name}" for download without credentials`);
}

function readPolicy(store: Store, signal: AbortSignal | undefined): Promise<Policy | undefined> {
  return aboutPolicy(
    store,
    signal,
    (attempt) =>
      unlessS3Says(attempt, { NoSuchBucketPolicy: undefined }, async () => {
        const policy = parsePolicy(await attempt.client.getBucketPolicy(store.bucket));
        if (policy === undefined) throw new NotS3Error("the answer is no policy");
        return policy;
      }),
  );
}

async function aboutPolicy<T>(
  store: Store,
  signal: AbortSignal | undefined,
  work: (attempt: Attempt) => Promise<T>,
): Promise<T> {
  let s3Code: string | undefined;
  const call: Call = { doing: DOWNLOAD, place: store.name, signal };
  try {
    return await store.connection.call(call, (attempt) =>
      work(attempt).catch((error) => {
        s3Code = s3CodeOf(error, attempt.exchange.head());
        throw error;
      }));
  } catch (error) {
    if (s3Code === "AccessDenied") {
      throw cannotDownload(store, "this user may not read and change the bucket's policy", error);
    }
    if (s3Code === "NotImplemented" || s3Code === "MethodNotAllowed") {
      throw cannotDownload(store, "the server knows no bucket policies", error, "unsupported");
    }
    throw error;
  }
}

const DOWNLOAD = "let nodes download without credentials from";

function cannotDownload(
  { name, bucket, prefix }: Store,
  state: string,
  cause?: unknown,
  code: "forbidden" | "unsupported" = "forbidden",
): BinimportError {
  const details: ErrorDetails = {
    hint:
      `An administrator can run "mc anonymous set download ALIAS/${bucket}/${prefix}", or give ` +
      "this user s3:GetBucketPolicy and s3:PutBucketPolicy. --anonymous-download keep leaves the " +
      "policy as it is.",
    cause,
  };
  return new BinimportError(code, `Cannot ${DOWNLOAD} "${name}": ${state}`, details);
}

/** What `work` gives, or the value named after the S3 error that it fails with. */
async function unlessS3Says<T, U>(
  { exchange }: Attempt,
  values: Readonly<Record<string, U>>,
  work: () => Promise<T>,
): Promise<T | U> {
  try {
    return await work();
  } catch (error) {
    const s3Code = s3CodeOf(error, exchange.head());
    const expected = Object.entries(values).find(([code]) => code === s3Code);
    if (expected === undefined) throw error;
    return expected[1];
  }
}

/** One statement; others' statements are kept as they are, whatever they hold. */
export type Statement = Readonly<Record<string, unknown>>;

/** A bucket policy, as its JSON says. */
export interface Policy {
  /** Such as `Version` and `Id`. */
  readonly [member: string]: unknown;
  /** In JSON also a single one. */
  readonly Statement: readonly Statement[];
}

/** In characters. AWS and MinIO take 20 KiB. */
const MAX_LENGTH = 1024 * 1024;

/** Reads a policy's JSON; `undefined` when it is none. */
export function parsePolicy(json: string): Policy | undefined {
  if (json.length > MAX_LENGTH) return undefined;
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
