/** Expectations of conformance cases: each failure tells what was expected and what came. */
import { sha256Of } from "../../util/digest.ts";
import { errno } from "../../util/errno.ts";
import { BinimportError, type ErrorCode, hasCode, messageOf } from "../../util/errors.ts";
import type { ObjectInfo, StorageAdapter } from "../adapter.ts";

/** The failure of a case. */
export function mismatch(expected: string, got: string, hint?: string): BinimportError {
  return new BinimportError("difference", `expected ${expected}, got ${got}`, { hint });
}

/** Requires that exactly these bytes are stored under a key, by `stat`, `get` and `digest`. */
export async function expectObject(
  adapter: StorageAdapter,
  key: string,
  bytes: Uint8Array,
): Promise<void> {
  const info = await adapter.stat(key);
  if (info === undefined) throw mismatch(`stat(${quote(key)}) to find an object`, "undefined");
  if (info.key !== key) throw mismatch(`key ${quote(key)} from stat()`, quote(info.key));
  if (info.size !== bytes.length) {
    throw mismatch(`size ${bytes.length} from stat(${quote(key)})`, `${info.size}`);
  }
  let at = 0;
  for await (const chunk of await adapter.get(key)) {
    const differs = at + (firstDifference(chunk, bytes, at) ?? NaN);
    if (!Number.isNaN(differs)) {
      const got = `${differs < bytes.length ? "another byte" : "more"} at offset ${differs}`;
      throw mismatch(`the ${bytes.length} bytes that were stored under ${quote(key)}`, got);
    }
    at += chunk.length;
  }
  if (at !== bytes.length) throw mismatch(`${bytes.length} bytes from get(${quote(key)})`, `${at}`);
  const digest = await adapter.digest?.(key);
  if (digest === undefined) return; // it leaves that to get()
  const sha256 = sha256Of(bytes);
  if (digest.sha256 === sha256 && digest.size === bytes.length) return;
  const got = `${digest.sha256} of ${digest.size}`;
  throw mismatch(`SHA-256 ${sha256} of ${bytes.length} bytes from digest(${quote(key)})`, got);
}

/** Requires that a member tells of this key and this size. */
export function expectInfo(member: string, info: ObjectInfo, key: string, size: number): void {
  if (info.key === key && info.size === size) return;
  throw mismatch(`key ${quote(key)} and size ${size} from ${member}`, JSON.stringify(info));
}

/** Where a chunk first differs from what lies at an offset of the bytes. */
export function firstDifference(
  chunk: Uint8Array,
  bytes: Uint8Array,
  offset: number,
): number | undefined {
  for (let at = 0; at < chunk.length; at++) {
    if (chunk[at] !== bytes[offset + at]) return at;
  }
}

/** Requires that nothing is stored under a key, by `stat` and by `get`. */
export async function expectAbsent(adapter: StorageAdapter, key: string): Promise<void> {
  const info = await adapter.stat(key);
  if (info !== undefined) {
    throw mismatch(`nothing from stat(${quote(key)})`, `an object of ${info.size} bytes`);
  }
  await expectRejection(`get(${quote(key)}) of nothing`, async () => {
    await (await adapter.get(key)).cancel();
  }, "not-found");
}

/** Requires a rejection, of some code if given, and gives the error; a `mismatch` from inside goes on. */
export async function expectRejection(
  what: string,
  call: () => Promise<unknown>,
  code?: ErrorCode,
): Promise<unknown> {
  let error: unknown;
  try {
    await call();
  } catch (thrown) {
    if (hasCode(thrown, "difference")) throw thrown;
    error = thrown;
  }
  const wanted = code === undefined ? "" : ` with code ${quote(code)}`;
  if (error === undefined) throw mismatch(`${what} to reject${wanted}`, "success");
  if (code !== undefined && !hasCode(error, code)) {
    throw mismatch(
      `${what} to reject${wanted}`,
      `code ${quote(errno(error) ?? "none")}: ${messageOf(error)}`,
      `Throw host.error(${quote(code)}, "Cannot …: …").`,
    );
  }
  return error;
}

/** The keys of all objects whose key begins with a prefix, sorted; `undefined` without `list`. */
async function listed(adapter: StorageAdapter, prefix = "") {
  const keys = adapter.list && await Array.fromAsync(adapter.list(prefix), ({ key }) => key);
  return keys?.sort();
}

/** Requires that a failed or discarded call left nothing that is listed. */
export async function expectNothingNew(
  adapter: StorageAdapter,
  call: () => Promise<void>,
): Promise<void> {
  const before = new Set(await listed(adapter));
  await call();
  const left = new Set(await listed(adapter)).difference(before);
  if (left.size > 0) throw mismatch("nothing new to be listed", [...left].map(quote).join(", "));
}

/** Requires exactly these keys, where there is a list. */
export async function expectListed(
  adapter: StorageAdapter,
  prefix: string,
  wanted: readonly string[],
): Promise<void> {
  const keys = await listed(adapter, prefix);
  if (keys === undefined) return;
  const what = `list(${quote(prefix)})`;
  const missing = wanted.filter((key) => !keys.includes(key));
  const extra = keys.filter((key) => !wanted.includes(key));
  if (missing.length > 0) throw mismatch(`${what} to give ${some(missing)}`, some(keys));
  if (extra.length > 0) throw mismatch(`${what} not to give ${some(extra)}`, some(keys));
  if (keys.length !== wanted.length) {
    throw mismatch(`${what} to give ${wanted.length} keys, each once`, `${keys.length}`);
  }
}

/** A few of the keys, quoted. */
function some(keys: readonly string[]): string {
  const more = keys.length > 5 ? ` and ${keys.length - 5} more` : "";
  return keys.length === 0 ? "none" : keys.slice(0, 5).map(quote).join(", ") + more;
}

/** Text in quotes, with anything that cannot be printed escaped. */
export function quote(text: string): string {
  return JSON.stringify(text);
}
