/** The checks that every `put` and `stage` owes its caller, done once for all adapters. */
import type { PutOptions, PutSource } from "./adapter.ts";
import { abortable } from "./abortable.ts";
import { sha256, sha256Of } from "./digest.ts";
import { assertKey } from "./object_key.ts";
import { assertDigest, assertSize, exactChunks } from "./put_source.ts";

/**
 * The chunks of a source, for an adapter to store. Ends in an error with code `invalid-key` where
 * the key is none, `integrity` where there are more or fewer bytes than the source's size, or others
 * than `options.sha256` says, and in the signal's reason once that is aborted, even if the source
 * stalls.
 *
 * The last chunk comes when everything was found right and not before: whoever passes the chunks on
 * to a server that waits for all of them, as with `Content-Length`, cannot complete a wrong object.
 * A chunk is valid until the next one is asked for.
 */
export async function* checkedChunks(
  key: string,
  source: PutSource,
  { sha256: expected, signal }: PutOptions = {},
): AsyncGenerator<Uint8Array> {
  assertKey(key);
  const hash = expected === undefined || source.sha256 !== undefined ? undefined : sha256();
  let seen = 0;
  let last: Uint8Array | undefined;
  for await (const chunk of abortable(exactChunks(key, source), signal)) {
    seen += chunk.length;
    hash?.update(chunk);
    if (chunk.length === 0) continue;
    if (seen === source.size) last = new Uint8Array(chunk); // a copy: the source goes on
    else yield chunk;
  }
  signal?.throwIfAborted(); // a source without bytes gives no chance to notice
  assertDigest(key, expected, source.sha256?.() ?? hash?.digest("hex"));
  if (last !== undefined) yield last;
}

/**
 * The bytes of a source that has all of them in memory, after the same checks; `undefined` where it
 * has not. Valid until the caller waits for anything.
 */
export function checkedBytes(
  key: string,
  source: PutSource,
  { sha256: expected, signal }: PutOptions = {},
): Uint8Array | undefined {
  const bytes = source.bytes?.();
  if (bytes === undefined) return undefined;
  assertKey(key);
  signal?.throwIfAborted();
  assertSize(key, source.size, bytes.length);
  if (expected !== undefined) assertDigest(key, expected, source.sha256?.() ?? sha256Of(bytes));
  return bytes;
}
