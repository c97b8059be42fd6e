/** A small file that goes the whole way before gigabytes do. */
import type { CallOptions, StorageAdapter } from "./adapter.ts";
import { digestOf } from "./digest.ts";
import { BinimportError } from "./errors.ts";
import { STATE_FOLDER } from "./key.ts";
import { lookAgain } from "./look_again.ts";
import { type ProbeFinding, refused, somethingElse, unanswered } from "./probe_finding.ts";
import { bytesSource } from "./put_source.ts";
import type { Fetch } from "./verify.ts";

/** Some 3 KB that shrink well: servers that compress leave alone what is shorter than 20 to 1,024. */
const LINES = 64;

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
  const finding = hidden.code === "unavailable"
    ? hidden
    : await tryProbe(adapter, `binimport-${name}`, fetch, call);
  if (finding === undefined) return;
  const { code, state, hint } = finding;
  throw new BinimportError(code, `Cannot reach ${adapter.target} over its URL: ${state}`, { hint });
}

/** What was wrong; undefined when the file came back as it was written. */
async function tryProbe(
  adapter: StorageAdapter,
  key: string,
  fetch: Fetch,
  call: CallOptions,
): Promise<ProbeFinding | undefined> {
  const url = adapter.publicUrl?.(key);
  if (url === undefined || adapter.remove === undefined) return undefined;
  const bytes = new TextEncoder().encode(`${key}\n`.repeat(LINES));
  await adapter.put(key, bytesSource(bytes), call);
  try {
    return await lookAgain(() => lookAt(url, bytes, fetch, call), call.signal);
  } finally {
    await adapter.remove(key);
  }
}

async function lookAt(
  url: URL,
  expected: Uint8Array,
  fetch: Fetch,
  call: CallOptions,
): Promise<ProbeFinding | undefined> {
  try {
    const answer = await fetch(url, { method: "GET", ...call });
    if (answer.status !== 200) {
      answer.close();
      return refused(url, answer.status);
    }
    const { sha256 } = await digestOf(answer.body, call.signal);
    const wanted = await digestOf(ReadableStream.from([expected]));
    return sha256 === wanted.sha256 ? undefined : somethingElse(url, answer);
  } catch (error) {
    call.signal?.throwIfAborted();
    return unanswered(error);
  }
}
