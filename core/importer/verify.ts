/** Whether a target has what it should have, and serves it. */
import {
  type Fetch,
  type FetchAnswer,
  isTransientStatus,
  type Observation,
  retryTransient,
  socketState,
} from "../http/mod.ts";
import type { WantedFile } from "../packages/mod.ts";
import { objectDigest, type StorageAdapter } from "../storage/mod.ts";
import { concurrently } from "../util/concurrency.ts";
import { type BodyDigest, digestOf } from "../util/digest.ts";
import { hasCode, isRetryable, messageOf } from "../util/errors.ts";
import { refuseUnknown } from "../util/hints.ts";

/** What files are looked for in. */
export type ReadableTarget = Pick<
  StorageAdapter,
  "target" | "get" | "stat" | "digest" | "list" | "publicUrl"
>;

/** What a file is. */
export type FileState = "ok" | "missing" | "different" | "unreadable";

/** What was found of one file. */
export interface Finding {
  /** Its key. */
  readonly key: string;
  /** What it is. */
  readonly state: FileState;
  /** What was seen instead; absent when it is as it should be. */
  readonly detail?: string;
}

/** How many requests run side by side. */
const CONCURRENCY = 16;

/** In bytes. A shorter body is not worth the way into a worker. */
const LONG_BODY = 1024 * 1024;

/** In bytes, all bodies together: so many are fetched and hashed here while workers start. */
const WORTH_WORKERS = 32 * 1024 * 1024;

/** Where and how to look. */
export interface VerifyOptions {
  /** Ask the URL for its length, fetch it over the URL, or read it in the target. */
  readonly mode: "head" | "url" | "target";
  /** How URLs are fetched. */
  readonly fetch: Fetch;
  /** Stops the looking. */
  readonly signal?: AbortSignal;
}

/**
 * Looks at every file, several at a time, and tells each finding.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { httpFetch, openAdapter, verifyFiles } from "binimport";
 *
 * await using target = await openAdapter("memory");
 * using fetch = httpFetch();
 * const expected = [{ key: "kubelet", size: 3, sha256: "…" }];
 * await verifyFiles(target, expected, { mode: "target", fetch }, ({ state }) => {
 *   assert(state === "missing");
 * });
 * ```
 */
export async function verifyFiles(
  adapter: ReadableTarget,
  files: Iterable<WantedFile>,
  options: VerifyOptions,
  tell: (finding: Finding) => void,
): Promise<void> {
  refuseUnknown("verify files", options, ["mode", "fetch", "signal"]);
  let looksAgain = MAX_LOOKS_AGAIN;
  const all = [...files];
  const few = all.reduce((bytes, { size = 0 }) => bytes + size, 0) < WORTH_WORKERS;
  const fetch: Fetch = few ? (url, how) => options.fetch(url, how) : options.fetch; // no digest()
  const looking = { ...options, fetch };
  await concurrently(all, CONCURRENCY, async (file) => {
    options.signal?.throwIfAborted();
    const { transient: _, ...finding } = await retryTransient(
      () => look(adapter, file, looking),
      options.signal,
      () => looksAgain-- > 0,
    );
    tell({ key: file.key, ...finding });
  });
}

/** All files together: a server that is down is not helped by more requests. */
const MAX_LOOKS_AGAIN = 20;

type FileObservation = Observation & Omit<Finding, "key">;

async function look(
  adapter: ReadableTarget,
  file: WantedFile,
  options: VerifyOptions,
): Promise<FileObservation> {
  try {
    const url = options.mode === "target" ? undefined : adapter.publicUrl?.(file.key);
    if (url === undefined) return await verifyInTarget(adapter, file, options);
    if (options.mode === "head" || file.sha256 === undefined) {
      return await verifyHead(url, file, options);
    }
    return await verifyBody(url, file, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (hasCode(error, "not-found")) return { state: "missing", detail: messageOf(error) };
    // A connection may also be cut in the middle of a body.
    const mayPass = isRetryable(error) || socketState(error) !== undefined;
    return { state: "unreadable", detail: messageOf(error), transient: mayPass };
  }
}

async function verifyInTarget(
  adapter: ReadableTarget,
  file: WantedFile,
  options: VerifyOptions,
): Promise<FileObservation> {
  if (file.sha256 === undefined) {
    const info = await adapter.stat(file.key, signalOf(options));
    if (info === undefined) {
      return { state: "missing", detail: `${adapter.target} has no such file` };
    }
    return compareSize(file, info.size, adapter.target);
  }
  const seen = await objectDigest(adapter, file.key, signalOf(options), file.size);
  return compare(file, seen, adapter.target);
}

async function verifyBody(
  url: URL,
  file: WantedFile,
  options: VerifyOptions,
): Promise<FileObservation> {
  const { fetch, signal } = options;
  const digest = file.size !== undefined && file.size < LONG_BODY
    ? undefined
    : await fetch.digest?.(url, signal, file.size);
  if (digest !== undefined) return compare(file, digest, url.href);
  const answer = await options.fetch(url, { method: "GET", ...signalOf(options) });
  const refused = refusal(url, answer);
  if (refused !== undefined) {
    answer.close();
    return refused;
  }
  return compare(file, await digestOf(answer.body, options.signal, file.size), url.href);
}

async function verifyHead(
  url: URL,
  file: WantedFile,
  options: VerifyOptions,
): Promise<FileObservation> {
  const answer = await options.fetch(url, { method: "HEAD", ...signalOf(options) });
  answer.close();
  const refused = refusal(url, answer);
  if (refused !== undefined) return refused;
  const length = answer.header("content-length");
  // Without a length, only the body can tell.
  if (length === undefined && file.size !== undefined) return await verifyBody(url, file, options);
  if (file.size === undefined && isPage(answer, file)) {
    return { state: "different", detail: `${url.href} is answered with a web page` };
  }
  return length === undefined ? { state: "ok" } : compareSize(file, Number(length), url.href);
}

/** A login page, a list of a folder or a page for what is missing, sent as if all were well. */
function isPage({ header }: FetchAnswer, { key }: WantedFile): boolean {
  return /^text\/html\b/i.test(header("content-type") ?? "") && !/\.html?$/i.test(key);
}

function compareSize({ size }: WantedFile, seen: number, where: string): FileObservation {
  if (size === undefined ? seen > 0 : seen === size) return { state: "ok" };
  const wanted = size === undefined ? "" : ` instead of ${size}`;
  return { state: "different", detail: `${where} has ${seen} bytes${wanted}` };
}

function signalOf({ signal }: VerifyOptions): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

/** Why an answer is not the file, going by its status and headers. */
function refusal(url: URL, { status, header }: FetchAnswer): FileObservation | undefined {
  if (status === 404 || status === 410) {
    return { state: "missing", detail: `${url.href} answers ${status}` };
  }
  if (status !== 200) {
    const mayPass = isTransientStatus(status);
    return { state: "unreadable", detail: `${url.href} answers ${status}`, transient: mayPass };
  }
  const encoding = header("content-encoding");
  if (encoding === undefined || encoding === "identity") return undefined;
  return { state: "different", detail: `${url.href} is sent with content-encoding ${encoding}` };
}

function compare(
  file: WantedFile,
  seen: BodyDigest,
  where: string,
): FileObservation {
  if (file.sha256 === undefined) return compareSize(file, seen.size, where);
  if (seen.sha256 === file.sha256) return { state: "ok" };
  const state = file.size === undefined || seen.size === file.size
    ? `SHA-256 ${seen.sha256} instead of ${file.sha256}`
    : seen.size > file.size
    ? `more than ${file.size} bytes`
    : `${seen.size} bytes instead of ${file.size}`;
  return { state: "different", detail: `${where} has ${state}` };
}
