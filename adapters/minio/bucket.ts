/** Makes the bucket ready: it exists, and nodes may download from it. */
import { BinimportError, hasCode, messageOf } from "../../core/util/errors.ts";
import { wildcard } from "../../core/util/wildcard.ts";
import type { Store } from "./bucket_context.ts";
import type { Attempt, Call } from "./connection.ts";
import { refusalOf, s3CodeOf } from "./errors.ts";
import { reasonOf } from "./refusals.ts";
import type { Refusal } from "./quirks.ts";
import { NotS3Error, sendForText } from "./requests.ts";

/** Makes the bucket if it is missing; one that is there stays as it is. */
export async function ensureBucket(store: Store, signal: AbortSignal | undefined): Promise<void> {
  const { bucket, server: place, connection } = store;
  const look: Call = { doing: `look for bucket "${bucket}" at`, place, signal };
  const there = await connection.call(
    look,
    (attempt) =>
      unlessS3Says(attempt, { NoSuchBucket: false, NotFound: false, AccessDenied: true }, () => {
        return isThere(attempt, bucket);
      }),
  );
  if (there) return;
  const make: Call = { doing: `make bucket "${bucket}" at`, place, signal };
  await connection.call(make, (attempt) =>
    // Another import may have been faster.
    unlessS3Says(attempt, { BucketAlreadyOwnedByYou: undefined }, () =>
      attempt.client.makeBucket(bucket, attempt.region)));
}

/** HEAD tells it, too, but its answer has no body to say why it refuses. */
async function isThere(attempt: Attempt, bucket: string): Promise<true> {
  if (attempt.quirks.has("no-location")) {
    await sendForText(attempt, { method: "HEAD", bucket });
    return true;
  }
  const { text } = await sendForText(attempt, { method: "GET", bucket, query: "location" });
  // Some servers take no notice of "location", and list what is in it.
  if (/<(LocationConstraint|ListBucketResult)\b/.test(text)) return true;
  throw new NotS3Error("the answer is no location");
}

/**
 * Lets anybody fetch everything under the prefix, but not list it. The bucket's policy is changed
 * only if it does not allow that already; then a statement is added to those that are there. Where
 * that cannot be done it is no error if nodes can fetch even so, as `canFetch` tells.
 */
export async function ensureDownload(
  store: Store,
  canFetch: () => Promise<boolean>,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    await openDownload(store, signal);
  } catch (error) {
    const isRefused = hasCode(error, "forbidden") || hasCode(error, "unsupported");
    if (!isRefused || !await canFetch()) throw error;
    store.host.debug(`${messageOf(error)}; nodes can fetch even so`);
  }
}

async function openDownload(store: Store, signal: AbortSignal | undefined): Promise<void> {
  const { bucket, prefix } = store;
  const before = await readPolicy(store, signal);
  const state = before === undefined ? "not-allowed" : anonymousDownload(before, bucket, prefix);
  if (state === "allowed") return;
  if (state === "denied") {
    throw cannotDownload(store, "a statement of the bucket's policy denies it");
  }
  const policy = JSON.stringify(allowDownload(before, bucket, prefix));
  await aboutPolicy(store, signal, async ({ client, quirks }) => {
    if (quirks.has("no-policies")) throw noPolicies(store);
    await client.setBucketPolicy(bucket, policy);
  });
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
        if (attempt.quirks.has("no-policies")) throw noPolicies(store);
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
  let refusal: Refusal | undefined;
  const call: Call = { doing: DOWNLOAD, place: store.name, signal };
  try {
    return await store.connection.call(call, (attempt) =>
      work(attempt).catch((error) => {
        refusal = refusalOf(error, attempt.exchange.head());
        throw error;
      }));
  } catch (error) {
    if (refusal?.code !== "AccessDenied" || reasonOf(refusal) !== undefined) throw error;
    const words = refusal.message === "" ? "" : `: ${refusal.message}`;
    throw cannotDownload(store, `this user may not read and change the bucket's policy${words}`);
  }
}

function noPolicies(store: Store): BinimportError {
  return new BinimportError(
    "unsupported",
    `Cannot ${DOWNLOAD} "${store.name}": the server knows no bucket policies`,
    {
      hint: "Its administrator opens the bucket by the server's own means, such as a website or " +
        "an ACL (docs/s3.md). Where nodes read by another address, give it as --url; " +
        "--anonymous-download keep asks for no policy.",
    },
  );
}

const DOWNLOAD = "let nodes download without credentials from";

function cannotDownload({ name, bucket, prefix }: Store, state: string): BinimportError {
  return new BinimportError("forbidden", `Cannot ${DOWNLOAD} "${name}": ${state}`, {
    hint:
      `An administrator can run "mc anonymous set download ALIAS/${bucket}/${prefix}", or give ` +
      "this user s3:GetBucketPolicy and s3:PutBucketPolicy. --anonymous-download keep leaves the " +
      "policy as it is.",
  });
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
