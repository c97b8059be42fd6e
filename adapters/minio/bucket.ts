/** Makes the bucket ready: it exists, and nodes may download from it. */
import { SMALL } from "../../core/util/bounded_read.ts";
import { BinimportError, hasCode, messageOf } from "../../core/util/errors.ts";
import { at, isObject, type Json, listAt, parseJson, textAt } from "../../core/util/json.ts";
import { wildcard } from "../../core/util/wildcard.ts";
import type { Store } from "./store.ts";
import type { Attempt, Call } from "./connection.ts";
import { type Refusal, Refused, s3CodeOf } from "./refusal.ts";
import { reasonOf } from "./errors.ts";
import { sendForText } from "./requests.ts";

/** Makes the bucket if it is missing; one that is there stays as it is. */
export async function ensureBucket(store: Store, signal: AbortSignal | undefined): Promise<void> {
  const { bucket, server: place, connection } = store;
  const look: Call = { doing: `look for bucket "${bucket}" at`, place, signal };
  const there = await connection.call(look, (attempt) => {
    const told = { NoSuchBucket: false, NotFound: false, AccessDenied: true };
    return unlessS3Says(told, () => isThere(attempt, bucket));
  });
  if (there) return;
  const make: Call = { doing: `make bucket "${bucket}" at`, place, signal };
  await connection.call(make, (attempt) => {
    // Another import may have been faster. Some servers name any bucket that is there the second way.
    const told = { BucketAlreadyOwnedByYou: undefined, BucketAlreadyExists: undefined };
    return unlessS3Says(told, () => makeBucket(attempt, bucket));
  });
}

/** The usual region is the one that must not be named. */
async function makeBucket(attempt: Attempt, bucket: string): Promise<void> {
  const body = attempt.region === "us-east-1"
    ? ""
    : `<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">` +
      `<LocationConstraint>${attempt.region}</LocationConstraint></CreateBucketConfiguration>`;
  await sendForText(attempt, { method: "PUT", bucket, body });
}

/** HEAD tells it, too, but its answer has no body to say why it refuses. */
async function isThere(attempt: Attempt, bucket: string): Promise<true> {
  if (attempt.quirks.has("no-location")) {
    await sendForText(attempt, { method: "HEAD", bucket });
    return true;
  }
  const answer = await sendForText(attempt, { method: "GET", bucket, query: "location" });
  // Some servers take no notice of "location", and list what is in it.
  if (/<(LocationConstraint|ListBucketResult)\b/.test(answer.text)) return true;
  throw answer.refused();
}

/** What `work` gives, or the value named after the S3 error that it fails with. */
async function unlessS3Says<T, U>(
  values: Readonly<Record<string, U>>,
  work: () => Promise<T>,
): Promise<T | U> {
  try {
    return await work();
  } catch (error) {
    const s3Code = s3CodeOf(error);
    const expected = Object.entries(values).find(([code]) => code === s3Code);
    if (expected === undefined) throw error;
    return expected[1];
  }
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
  const body = JSON.stringify(allowDownload(before, bucket, prefix));
  await aboutPolicy(store, signal, async (attempt) => {
    await sendForText(attempt, { method: "PUT", bucket, query: "policy", body });
  });
  const after = await readPolicy(store, signal);
  if (after === undefined || anonymousDownload(after, bucket, prefix) !== "allowed") {
    throw cannotDownload(store, "the server took a policy that allows it, and shows another one");
  }
  store.host.debug(`Opened "${store.name}" for download without credentials`);
}

function readPolicy(store: Store, signal: AbortSignal | undefined): Promise<Policy | undefined> {
  const { bucket } = store;
  return aboutPolicy(
    store,
    signal,
    (attempt) =>
      unlessS3Says({ NoSuchBucketPolicy: undefined }, async () => {
        const answer = await sendForText(attempt, { method: "GET", bucket, query: "policy" });
        const policy = parsePolicy(answer.text);
        if (policy === undefined) throw answer.refused();
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
    return await store.connection.call(call, async (attempt) => {
      if (attempt.quirks.has("no-policies")) throw noPolicies(store);
      return await work(attempt).catch((error) => {
        refusal = error instanceof Refused ? error.refusal : undefined;
        throw error;
      });
    });
  } catch (error) {
    if (refusal?.code !== "AccessDenied" || reasonOf(refusal) !== undefined) throw error;
    const words = refusal.message === "" ? "" : `: ${refusal.message}`;
    throw cannotDownload(store, `this user may not read and change the bucket's policy${words}`);
  }
}

const DOWNLOAD = "let nodes download without credentials from";

function noPolicies({ name }: Store): BinimportError {
  return new BinimportError(
    "unsupported",
    `Cannot ${DOWNLOAD} "${name}": the server knows no bucket policies`,
    {
      hint: "Its administrator opens the bucket by the server's own means, such as a website or " +
        "an ACL (docs/s3.md). Where nodes read by another address, give it as --url; " +
        "--anonymous-download keep asks for no policy.",
    },
  );
}

function cannotDownload({ name, bucket, prefix }: Store, state: string): BinimportError {
  return new BinimportError("forbidden", `Cannot ${DOWNLOAD} "${name}": ${state}`, {
    hint:
      `An administrator can run "mc anonymous set download ALIAS/${bucket}/${prefix}", or give ` +
      "this user s3:GetBucketPolicy and s3:PutBucketPolicy. --anonymous-download keep leaves the " +
      "policy as it is.",
  });
}

export interface Policy {
  readonly [member: string]: Json;
  /** In JSON also a single one; kept as they are, whatever they hold. */
  readonly Statement: readonly Json[];
}

/** Reads a policy's JSON; `undefined` when it is none. */
export function parsePolicy(json: string): Policy | undefined {
  const value = json.length > SMALL ? undefined : parseJson(json);
  const statements = asList(at(value, "Statement"));
  return isObject(value) && statements.every(isObject)
    ? { ...value, Statement: statements }
    : undefined;
}

export type Download = "allowed" | "not-allowed" | "denied";

/**
 * Whether anybody may `s3:GetObject` everything under `bucket/prefix`. Statements with a
 * `Condition`, or with `NotAction`, `NotPrincipal` or `NotResource`, are passed over: they may
 * allow or deny some requests, and which ones cannot be told from here.
 */
export function anonymousDownload(policy: Policy, bucket: string, prefix: string): Download {
  // So odd and so different in length that only a pattern for all names matches both.
  const names = ["\x01", "\x02\x03/\x04"].map((rest) => `arn:aws:s3:::${bucket}/${prefix}${rest}`);
  const plain = policy.Statement.filter((statement) =>
    at(statement, "Condition") === undefined && isForAnybody(at(statement, "Principal")) &&
    matchesAll(at(statement, "Action"), ["s3:GetObject"])
  );
  const by = (effect: string) => plain.filter((one) => textAt(one, "Effect") === effect);
  const covers = (statement: Json, some: readonly string[]) =>
    matchesAll(at(statement, "Resource"), some);
  if (by("Deny").some((one) => names.some((name) => covers(one, [name])))) return "denied";
  return by("Allow").some((one) => covers(one, names)) ? "allowed" : "not-allowed";
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

function isForAnybody(principal: Json | undefined): boolean {
  return asList(isObject(principal) ? at(principal, "AWS") : principal).includes("*");
}

/** Whether one of the patterns matches all of the names. `*` and `?` are wildcards. */
function matchesAll(patterns: Json | undefined, names: readonly string[]): boolean {
  return asList(patterns).some((pattern) =>
    typeof pattern === "string" && names.every(wildcard(pattern))
  );
}

function asList(value: Json | undefined): readonly Json[] {
  return value === undefined || Array.isArray(value) ? listAt(value) : [value];
}
