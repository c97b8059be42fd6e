/** A package's bytes from an address on the site's own network. */
import type { ByteSource } from "./byte_source.ts";
import { BinimportError, messageOf } from "./errors.ts";
import type { Fetch, FetchAnswer } from "./verify.ts";

/** Whether a location is an address. */
export function isHttpAddress(location: string): boolean {
  return /^https?:\/\//i.test(location);
}

/**
 * A source over what a server answers. It counts as one that can be read once: a second answer need
 * not be the first one again. Errors: code `package-unreadable`, also when the server says 404.
 */
export function httpSource(address: string, fetch: Fetch): ByteSource {
  const url = new URL(address);
  // Shown in messages and kept in manifests, which are served.
  const name = Object.assign(new URL(url), { username: "", password: "", search: "" }).href;
  return {
    name,
    replayable: false,
    async *chunks(signal) {
      const call = signal === undefined ? {} : { signal };
      const answer = await open(() => fetch(url, { method: "GET", ...call }));
      yield* body(answer, signal);
    },
  };
}

async function open(fetch: () => Promise<FetchAnswer>): Promise<FetchAnswer> {
  let answer: FetchAnswer;
  try {
    answer = await fetch();
  } catch (cause) {
    throw new BinimportError("package-unreadable", messageOf(cause), {
      hint: "Check that the address is right and its server runs.",
      cause,
    });
  }
  if (answer.status === 200) return answer;
  answer.close();
  throw new BinimportError("package-unreadable", `the server answers ${answer.status}`);
}

/** The body, ending in an error when it is shorter than it was said to be. */
async function* body(answer: FetchAnswer, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const expected = answer.header("content-length");
  let seen = 0;
  try {
    for await (const chunk of answer.body) {
      signal?.throwIfAborted();
      seen += chunk.length;
      yield chunk;
    }
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof BinimportError) throw cause;
    throw new BinimportError("package-unreadable", `the connection broke: ${messageOf(cause)}`, {
      cause,
    });
  } finally {
    answer.close();
  }
  if (expected === undefined || seen === Number(expected)) return;
  throw new BinimportError(
    "package-damaged",
    `only ${seen} of ${expected} bytes came from the server`,
  );
}
