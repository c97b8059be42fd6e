/** Makes the bucket ready: it exists, and nodes may download from it. */
import { SMALL } from "../../core/util/bounded_read.ts";
import { hasCode, messageOf } from "../../core/util/errors.ts";
import { at, isObject, type Json, listAt, parseJson, textAt } from "../../core/util/json.ts";
import { wildcard } from "../../core/util/wildcard.ts";
import { failure, reasonOf } from "./errors.ts";
import type { Refusal } from "./refusal.ts";
import { ask, type Store } from "./store.ts";

/** Makes the bucket if it is missing; one that is there stays as it is. */
export async function ensureBucket(store: Store, signal: AbortSignal | undefined): Promise<void> {
  const { bucket, server, connection } = store;
  const look = `look for bucket "${bucket}" at`;
  const { code, text, unexpected } = await ask({ store, signal }, look, ({ quirks }) => ({
    // HEAD tells it, too, but its answer has no body to say why it refuses.
    ...(quirks.has("no-location")
      ? { method: "HEAD" }
      : { method: "GET", query: { location: true } }),
    expects: saying("NoSuchBucket", "NotFound", "AccessDenied"),
  }), { place: server.origin });
  if (code === "NoSuchBucket" || code === "NotFound") return await makeBucket(store, signal);
  // Some servers take no notice of "location", and list what is in it.
  const isThere = code !== undefined || connection.spoken.quirks.has("no-location") ||
    /<(LocationConstraint|ListBucketResult)\b/.test(text);
  if (!isThere) throw unexpected();
}

async function makeBucket(store: Store, signal: AbortSignal | undefined): Promise<void> {
  await ask({ store, signal }, `make bucket "${store.bucket}" at`, ({ region }) => ({
    method: "PUT",
    // The usual region is the one that must not be named.
    body: region === "us-east-1"
      ? ""
      : `<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">` +
        `<LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`,
    // Another import may have been faster. Some servers name any bucket that is there the second way.
    expects: saying("BucketAlreadyOwnedByYou", "BucketAlreadyExists"),
  }), { place: store.server.origin });
}

const saying = (...codes: string[]) => ({ code = "" }: Refusal) => codes.includes(code);

/** Lets anybody fetch, but not list, all under the prefix; `canFetch` decides where no policy can. */
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
  const before = await policy(store, signal);
  const state = anonymousDownload(before, bucket, prefix);
  if (state === "allowed") return;
  if (state === "denied") {
    throw cannotDownload(store, "a statement of the bucket's policy denies it");
  }
  await policy(store, signal, JSON.stringify(allowDownload(before, bucket, prefix)));
  if (anonymousDownload(await policy(store, signal), bucket, prefix) !== "allowed") {
    throw cannotDownload(store, "the server took a policy that allows it, and shows another one");
  }
  store.host.debug(`Opened "${store.name}" for download without credentials`);
}

const DOWNLOAD = "let nodes download without credentials from";

async function policy(store: Store, signal: AbortSignal | undefined, body?: string) {
  const { code, text, unexpected } = await ask({ store, signal }, DOWNLOAD, {
    ...(body === undefined ? { method: "GET" } : { method: "PUT", body }),
    query: { policy: true },
    unless: "no-policies",
    expects: (refusal) =>
      refusal.code === "NoSuchBucketPolicy" ||
      refusal.code === "AccessDenied" && reasonOf(refusal) === undefined,
  });
  if (code === "AccessDenied") {
    const state = "this user may not read and change the bucket's policy";
    throw cannotDownload(store, text === "" ? state : `${state}: ${text}`);
  }
  if (code === "no-policies") {
    throw failure({ doing: DOWNLOAD, place: store.name }, {
      code: "unsupported",
      state: "the server knows no bucket policies",
      hint: "Its administrator opens the bucket by the server's own means, such as a website or " +
        "an ACL (docs/s3.md). Where nodes read by another address, give it as --url; " +
        "--anonymous-download keep asks for no policy.",
    });
  }
  if (code !== undefined || body !== undefined) return undefined;
  const found = parsePolicy(text);
  if (found === undefined) throw unexpected();
  return found;
}

function cannotDownload({ name, bucket, prefix }: Store, state: string): Error {
  return failure({ doing: DOWNLOAD, place: name }, {
    code: "forbidden",
    state,
    hint:
      `An administrator can run "mc anonymous set download ALIAS/${bucket}/${prefix}", or give ` +
      "this user s3:GetBucketPolicy and s3:PutBucketPolicy. --anonymous-download keep leaves the " +
      "policy as it is.",
  });
}

export interface Policy {
  readonly [member: string]: Json;
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

/**
 * Whether anybody may `s3:GetObject` everything under `bucket/prefix`. Statements with a `Condition`
 * or `Not…` are passed over: which requests they allow or deny cannot be told from here.
 */
export function anonymousDownload(
  policy: Policy | undefined,
  bucket: string,
  prefix: string,
): "allowed" | "not-allowed" | "denied" {
  // So odd and so different in length that only a pattern for all names matches both.
  const names = ["\x01", "\x02\x03/\x04"].map((rest) => `arn:aws:s3:::${bucket}/${prefix}${rest}`);
  const some = (effect: string, covered: readonly string[]) =>
    policy?.Statement.some((statement) => {
      const principal = at(statement, "Principal");
      const whom = asList(isObject(principal) ? at(principal, "AWS") : principal);
      return textAt(statement, "Effect") === effect && whom.includes("*") &&
        at(statement, "Condition") === undefined &&
        matchesAll(at(statement, "Action"), ["s3:GetObject"]) &&
        matchesAll(at(statement, "Resource"), covered);
    });
  if (names.some((name) => some("Deny", [name]))) return "denied";
  return some("Allow", names) ? "allowed" : "not-allowed";
}

/** The policy with one more statement, which lets anybody fetch, but not list. */
export function allowDownload(
  { Statement, ...policy }: Policy = { Version: "2012-10-17", Statement: [] },
  bucket: string,
  prefix: string,
): Policy {
  const Resource = [`arn:aws:s3:::${bucket}/${prefix}*`];
  const allow = { Effect: "Allow", Principal: { AWS: ["*"] }, Action: ["s3:GetObject"], Resource };
  return { ...policy, Statement: [...Statement, allow] };
}

function matchesAll(patterns: Json | undefined, names: readonly string[]): boolean {
  return asList(patterns).some((pattern) =>
    typeof pattern === "string" && names.every(wildcard(pattern))
  );
}

function asList(value: Json | undefined): readonly Json[] {
  return value === undefined || Array.isArray(value) ? listAt(value) : [value];
}
