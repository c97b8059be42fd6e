/** A package's bytes from an address on the site's own network. */
import {
  type Fetch,
  type FetchAnswer,
  type FileVersion,
  rangeOf,
  serverWords,
  versionOf,
  wordsOf,
} from "../http/mod.ts";
import { requireAddress, shownAddress } from "../util/address.ts";
import { readBoundedText } from "../util/bounded_read.ts";
import { ByteReader } from "../util/byte_reader.ts";
import { BinimportError, isRetryable, messageOf } from "../util/errors.ts";
import { retry } from "../util/retry.ts";
import type { ByteSource } from "./file_source.ts";

/** A request or an answer that failed is taken up so many times more, without a byte in between. */
const DEFAULT_RETRIES = 3;

const LOG_IN =
  "Credentials may stand in the address (http://USER:PASSWORD@HOST/…); or fetch it by curl, and pipe it to binimport … -.";

const HINTS: Readonly<Record<number, string>> = {
  401: LOG_IN,
  403: LOG_IN,
  404: "Check that the address is right.",
};

interface Place {
  readonly url: URL;
  readonly fetch: Fetch;
  readonly retries: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * A source over what a server answers, which goes on where it was when the connection breaks and
 * the file is still the same one. It counts as one that can be read once. Errors:
 * `package-unreadable`, also for 404; `package-damaged` when less comes than was promised.
 */
export function httpSource(
  address: string,
  fetch: Fetch,
  retries: number = DEFAULT_RETRIES,
): ByteSource {
  const url = requireAddress(address, "read package");
  return {
    name: shownAddress(url), // in messages, and in manifests, which are served
    replayable: false,
    chunks: (signal) => download({ url, fetch, retries, signal }),
  };
}

async function* download(place: Place): AsyncGenerator<Uint8Array> {
  let answer = await open(place, {});
  const length = answer.header("content-length");
  const total = length === undefined ? undefined : Number(length);
  const version = versionOf(answer);
  let at = 0;
  for (let fruitless = 0;; fruitless++) {
    const before = at;
    let state: string;
    let cause: unknown;
    try {
      for await (const chunk of answer.body) {
        at += chunk.length;
        yield chunk;
      }
      if (total === undefined || at === total) return;
      state = `only ${at} of ${total} bytes came from the server`;
    } catch (error) {
      state = `the connection broke: ${messageOf(error)}`;
      cause = error;
    } finally {
      answer.close();
    }
    place.signal?.throwIfAborted();
    if (at > before) fruitless = 0;
    if (cause instanceof BinimportError) { // it trickles, and would do so again
      const hint = "Fetch the file in another way, and import that.";
      throw new BinimportError("package-unreadable", messageOf(cause), { hint, cause });
    }
    if (version === undefined || fruitless >= place.retries) {
      const code = cause === undefined ? "package-damaged" : "package-unreadable";
      const hint = "The server sends no ETag to go on by: fetch the file, and import that.";
      const more = version === undefined ? { hint } : {};
      throw new BinimportError(code, state, { ...more, cause, retryable: true });
    }
    const headers = { range: `bytes=${at}-`, "if-range": version.validator };
    answer = restOf(await open(place, at === 0 ? {} : headers), at, total, version);
  }
}

/** Sends a request, and again where that may help; gives an answer with a body, or throws. */
async function open(
  { url, fetch, retries, signal }: Place,
  headers: Readonly<Record<string, string>>,
): Promise<FetchAnswer> {
  const call = signal === undefined ? {} : { signal };
  const begun = performance.now();
  // One that was silent for so long would be so again.
  const worthIt = (error: unknown) => isRetryable(error) && performance.now() - begun < 15_000;
  try {
    return await retry(async () => {
      const answer = await fetch(url, { method: "GET", headers, ...call });
      const { status, header, body } = answer;
      if (status === 200 || status === 206) return answer;
      const limits = { limit: 64 * 1024, deadline: 5_000 };
      const text = await readBoundedText(body, limits).catch(() => "");
      answer.close();
      if (status === 416) throw replaced(); // it is shorter than what was read of it
      const said = { status, reason: undefined, type: header("content-type"), body: text };
      const words = serverWords(wordsOf(said));
      const state = `the server answers ${status}${words && `: ${words}`}`;
      const retryable = [429, 502, 503, 504].includes(status);
      throw new BinimportError("package-unreadable", state, { retryable, hint: HINTS[status] });
    }, { retries, worthIt, ...call });
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof BinimportError && cause.code === "package-unreadable") throw cause;
    const hint = "Check that the address is right and its server runs.";
    throw new BinimportError("package-unreadable", messageOf(cause), { hint, cause });
  }
}

/** The answer with what lies behind byte `at` of the file: of the same one, or none. */
function restOf(
  answer: FetchAnswer,
  at: number,
  total: number | undefined,
  version: FileVersion,
): FetchAnswer {
  if (answer.status === 206) {
    const range = rangeOf(answer);
    if (range?.start === at && (range.total ?? total) === total) return answer;
  } else if (answer.header(version.header) === version.validator) {
    return { ...answer, body: withoutFirst(answer.body, at) }; // a server that knows no ranges
  }
  answer.close();
  throw replaced();
}

function replaced(): BinimportError {
  return new BinimportError(
    "package-unreadable",
    "the connection broke, and meanwhile the file on the server was replaced by another one",
    { hint: "Nothing of it was imported. Run the command again." },
  );
}

async function* withoutFirst(chunks: AsyncIterable<Uint8Array>, count: number) {
  const reader = new ByteReader(chunks);
  await reader.skip(count);
  yield* reader;
}
