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
import { type CallOptions, objectDigest, type StorageAdapter } from "../storage/mod.ts";
import { concurrently } from "../util/concurrency.ts";
import { digestOf } from "../util/digest.ts";
import { hasCode, isRetryable, messageOf } from "../util/errors.ts";
import { refuseUnknown } from "../util/hints.ts";

/** What files are looked for in. */
export type ReadableTarget =
  & Pick<StorageAdapter, "target" | "get" | "stat" | "digest" | "list" | "publicUrl">
  & Partial<Pick<StorageAdapter, "capabilities">>;

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

/** Where and how to look, and what stops it. */
export interface VerifyOptions extends CallOptions {
  /** Ask the URL for its length, fetch it over the URL, or read it in the target. */
  readonly mode: "head" | "url" | "target";
  /** How URLs are fetched. */
  readonly fetch: Fetch;
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
  const { mode, fetch: given, ...call } = options;
  let looksAgain = MAX_LOOKS_AGAIN;
  const all = [...files];
  const few = all.reduce((bytes, { size = 0 }) => bytes + size, 0) < WORTH_WORKERS;
  const fetch: Fetch = few ? (url, how) => given(url, how) : given; // no digest()
  const look: Look = { adapter, mode, fetch, call };
  await concurrently(all, CONCURRENCY, async (file) => {
    call.signal?.throwIfAborted();
    const mayLookAgain = () => looksAgain-- > 0;
    const seen = await retryTransient(() => observe(look, file), call.signal, mayLookAgain);
    const { transient: _, ...finding } = seen;
    tell({ key: file.key, ...finding });
  });
}

/** All files together: a server that is down is not helped by more requests. */
const MAX_LOOKS_AGAIN = 20;

interface Look extends Pick<VerifyOptions, "mode" | "fetch"> {
  readonly adapter: ReadableTarget;
  readonly call: CallOptions;
}

type FileObservation = Observation & Omit<Finding, "key">;

async function observe(look: Look, file: WantedFile): Promise<FileObservation> {
  const { adapter, mode, call } = look;
  const { key, size, sha256 } = file;
  try {
    const url = mode === "target" ? undefined : adapter.publicUrl?.(key);
    if (url !== undefined) {
      const onlyHead = mode === "head" || sha256 === undefined;
      return await (onlyHead ? observeHead(look, url, file) : observeBody(look, url, file));
    }
    const seen = sha256 === undefined
      ? await adapter.stat(key, call)
      : await objectDigest(adapter, key, call, size);
    if (seen === undefined) {
      return { state: "missing", detail: `${adapter.target} has no such file` };
    }
    const found = compare(file, seen, adapter.target);
    if (found.state !== "ok" || !seen.isClosed) return found;
    return { state: "unreadable", detail: "its permissions keep the server's user from it" };
  } catch (error) {
    call.signal?.throwIfAborted();
    if (hasCode(error, "not-found")) return { state: "missing", detail: messageOf(error) };
    // A connection may also be cut in the middle of a body.
    const transient = isRetryable(error) || socketState(error) !== undefined;
    return { state: "unreadable", detail: messageOf(error), transient };
  }
}

async function observeBody({ fetch, call }: Look, url: URL, file: WantedFile) {
  const { size } = file;
  const inWorker = size === undefined || size >= LONG_BODY;
  const digest = inWorker ? await fetch.digest?.(url, call.signal, size) : undefined;
  if (digest !== undefined) return compare(file, digest, url.href);
  const answer = await fetch(url, { method: "GET", ...call });
  const refused = refusal(url, answer);
  if (refused === undefined) {
    return compare(file, await digestOf(answer.body, call.signal, size), url.href);
  }
  answer.close();
  return refused;
}

async function observeHead(look: Look, url: URL, file: WantedFile): Promise<FileObservation> {
  let answer = await look.fetch(url, { method: "HEAD", ...look.call });
  answer.close();
  if (answer.status === 405 || answer.status === 501) { // nodes do without HEAD
    answer = await look.fetch(url, { method: "GET", ...look.call });
    answer.close();
  }
  const refused = refusal(url, answer);
  if (refused !== undefined) return refused;
  const length = answer.header("content-length");
  // Without a length, only the body can tell.
  if (length === undefined && file.size !== undefined) return await observeBody(look, url, file);
  // A login page, a list of a folder or a page for what is missing, sent as if all were well.
  const isPage = /^text\/html\b/i.test(answer.header("content-type") ?? "");
  if (file.size === undefined && isPage && !/\.html?$/i.test(file.key)) {
    return { state: "different", detail: `${url.href} is answered with a web page` };
  }
  if (length === undefined) return { state: "ok" };
  return compare(file, { size: Number(length) }, url.href);
}

/** Why an answer is not the file, going by its status and headers. */
function refusal(url: URL, { status, header }: FetchAnswer): FileObservation | undefined {
  const detail = `${url.href} answers ${status}`;
  if (status === 404 || status === 410) return { state: "missing", detail };
  if (status !== 200) return { state: "unreadable", detail, transient: isTransientStatus(status) };
  const encoding = header("content-encoding");
  if (encoding === undefined || encoding === "identity") return undefined;
  return { state: "different", detail: `${url.href} is sent with content-encoding ${encoding}` };
}

/** Compares digests where both are known, else lengths; a file of no known length has some bytes. */
function compare(
  { size, sha256 }: WantedFile,
  seen: { readonly size: number; readonly sha256?: string },
  where: string,
): FileObservation {
  const byDigest = sha256 !== undefined && seen.sha256 !== undefined;
  const isSameLength = size === undefined ? seen.size > 0 : seen.size === size;
  if (byDigest ? seen.sha256 === sha256 : isSameLength) return { state: "ok" };
  const wanted = size === undefined ? "" : ` instead of ${size}`;
  const state = byDigest && (size === undefined || seen.size === size)
    ? `SHA-256 ${seen.sha256} instead of ${sha256}`
    : byDigest && seen.size > (size ?? 0)
    ? `more than ${size} bytes` // it was not read to its end
    : `${seen.size} bytes${wanted}`;
  return { state: "different", detail: `${where} has ${state}` };
}
