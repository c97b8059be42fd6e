/** A small file that goes the whole way before gigabytes do. */
import type { CallOptions, StorageAdapter } from "./adapter.ts";
import { digestOf } from "./digest.ts";
import { BinimportError, messageOf } from "./errors.ts";
import { STATE_FOLDER } from "./key.ts";
import { bytesSource } from "./put_source.ts";
import type { Fetch } from "./verify.ts";

/**
 * Writes a small file into the target, fetches it over its URL without credentials, and takes it
 * away. Nothing is done for a target without a URL, or from which nothing can be removed. Throws
 * code `integrity` when the URL leads elsewhere, code `unavailable` when it leads nowhere.
 *
 * Many servers are told to hide names with a leading dot, which the packages do not have; so a
 * probe that cannot be fetched from `.binimport/` is tried once more beside it.
 */
export async function probe(
  adapter: StorageAdapter,
  fetch: Fetch,
  call: CallOptions = {},
): Promise<void> {
  const name = `probe-${crypto.randomUUID()}`;
  const hidden = await tryProbe(adapter, `${STATE_FOLDER}/${name}`, fetch, call);
  if (hidden === undefined) return;
  const plain = await tryProbe(adapter, `binimport-${name}`, fetch, call);
  if (plain === undefined) return;
  throw new BinimportError("integrity", `Cannot reach ${adapter.target} over its URL: ${plain}`, {
    hint:
      "A small file was written there and not found at that URL. Check that the server runs, that it serves this very place, and that nodes may fetch without credentials.",
  });
}

/** What was wrong; undefined when the file came back as it was written. */
async function tryProbe(
  adapter: StorageAdapter,
  key: string,
  fetch: Fetch,
  call: CallOptions,
): Promise<string | undefined> {
  const url = adapter.publicUrl?.(key);
  if (url === undefined || adapter.remove === undefined) return undefined;
  const bytes = new TextEncoder().encode(`${key}\n`);
  await adapter.put(key, bytesSource(bytes), call);
  try {
    return await lookAt(url, bytes, fetch, call);
  } finally {
    await adapter.remove(key);
  }
}

async function lookAt(
  url: URL,
  expected: Uint8Array,
  fetch: Fetch,
  call: CallOptions,
): Promise<string | undefined> {
  try {
    const answer = await fetch(url, { method: "GET", ...call });
    if (answer.status !== 200) {
      answer.close();
      return `${url.href} answers ${answer.status}`;
    }
    const { sha256 } = await digestOf(answer.body, call.signal);
    const wanted = await digestOf(ReadableStream.from([expected]));
    return sha256 === wanted.sha256 ? undefined : `${url.href} answers with something else`;
  } catch (error) {
    call.signal?.throwIfAborted();
    return messageOf(error);
  }
}
