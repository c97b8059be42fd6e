/** A small file that goes the whole way before gigabytes do. */
import { type Fetch, isTransientStatus, retryTransient, socketState } from "../http/mod.ts";
import {
  bytesSource,
  type CallOptions,
  STATE_FOLDER,
  type StorageAdapter,
} from "../storage/mod.ts";
import { digestOf, sha256Of } from "../util/digest.ts";
import { BinimportError, messageOf } from "../util/errors.ts";

/** Some 3 KB that shrink well: servers that compress leave alone what is shorter than 20 to 1,024. */
const LINES = 64;

/**
 * Writes a small file into the target, fetches it over its URL without credentials, and takes it
 * away. Nothing is done for a target without a URL, or from which nothing can be removed. Throws
 * code `integrity` when the URL leads elsewhere, code `unavailable` when it leads nowhere.
 */
export async function probe(
  adapter: StorageAdapter,
  fetch: Fetch,
  call: CallOptions = {},
): Promise<void> {
  const name = `probe-${crypto.randomUUID()}`;
  const hidden = await tryProbe(adapter, `${STATE_FOLDER}/${name}`, fetch, call);
  if (hidden === undefined) return;
  // Many servers are told to hide names with a leading dot, which the packages do not have.
  const finding = hidden.code === "unavailable"
    ? hidden
    : await tryProbe(adapter, `binimport-${name}`, fetch, call);
  if (finding === undefined) return;
  const { code, state, hint } = finding;
  throw new BinimportError(code, `Cannot reach ${adapter.target} over its URL: ${state}`, { hint });
}

/** What was wrong; undefined when the file came back as it was written. */
async function tryProbe(adapter: StorageAdapter, key: string, fetch: Fetch, call: CallOptions) {
  const url = adapter.publicUrl?.(key);
  if (url === undefined || adapter.remove === undefined) return undefined;
  const bytes = new TextEncoder().encode(`${key}\n`.repeat(LINES));
  await adapter.put(key, bytesSource(bytes), call);
  try {
    return await retryTransient(() => lookAt(url, bytes, fetch, call), call.signal);
  } finally {
    await adapter.remove(key);
  }
}

async function lookAt(url: URL, bytes: Uint8Array, fetch: Fetch, call: CallOptions) {
  const wrong = (state: string, hint: string, transient = false) => {
    return { code: "integrity", state: `${url.href} ${state}`, hint, transient } as const;
  };
  try {
    const answer = await fetch(url, { method: "GET", ...call });
    using _ = { [Symbol.dispose]: () => answer.close() };
    const { status, header } = answer;
    if (status !== 200) {
      const hint = HINTS[status] ?? "See the server's log for the reason.";
      return wrong(`answers ${status}`, hint, isTransientStatus(status));
    }
    const { sha256 } = await digestOf(answer.body, call.signal, bytes.length);
    if (sha256 === sha256Of(bytes)) return undefined;
    const encoding = header("content-encoding") ?? "identity";
    if (encoding !== "identity") {
      return wrong(
        `is sent with content-encoding ${encoding}, which was not asked for`,
        "Nodes would get other bytes: switch compression off for these files.",
      );
    }
    const type = header("content-type");
    return wrong(
      `answers with something else${type === undefined ? "" : ` of type "${type}"`}`,
      "A fallback page, a login page, a cache or another virtual host answers in place of the file: check which one serves that URL.",
    );
  } catch (error) {
    call.signal?.throwIfAborted();
    const told = error instanceof BinimportError ? error.cause : error;
    return {
      code: "unavailable" as const,
      state: socketState(error) ?? messageOf(error),
      transient: socketState(told) !== undefined, // who was silent has been waited for long enough
      hint: (error instanceof BinimportError ? error.hint : undefined) ??
        "Check that the server runs and listens there, and firewalls between. Without a URL, files are written and not fetched.",
    };
  }
}

const NOT_FOUND =
  "A file was written and is not found at that URL, so the URL shows another place: check the server's root, the path in the URL, and which virtual host answers to its name.";

const HINTS: Readonly<Record<number, string>> = {
  401: "Nodes have no credentials: let everybody read there, without a password.",
  403:
    "A file was written and may not be read: check the server's rules for anonymous readers and, for a folder, the permissions of all folders above it and SELinux.",
  404: NOT_FOUND,
  410: NOT_FOUND,
};
