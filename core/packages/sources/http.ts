/** A package's bytes from an address on the site's own network. */
import {
  type Fetch,
  type FetchAnswer,
  type FileVersion,
  rangeOf,
  serverWords,
  versionOf,
  wordsOf,
} from "../../http/mod.ts";
import { requireAddress, shownAddress } from "../../util/address.ts";
import { readBoundedText } from "../../util/bounded_read.ts";
import { BinimportError, isRetryable, messageOf } from "../../util/errors.ts";
import { retry } from "../../util/retry.ts";
import type { ByteSource } from "./file.ts";

/** A request or an answer that failed is taken up so many times more, without a byte in between. */
const DEFAULT_RETRIES = 3;

/** Whether a location is an address. */
export function isHttpAddress(location: string): boolean {
  return /^https?:\/\//i.test(location);
}

interface Place {
  readonly url: URL;
  readonly fetch: Fetch;
  readonly retries: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * A source over what a server answers. When the connection breaks it goes on where it was, provided
 * that the server can tell that the file is still the same one. It counts as one that can be read
 * once: a second answer need not be the first one again. Errors: code `package-unreadable`, also
 * when the server says 404, and `package-damaged` when it sends less than it promised.
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

interface Download {
  /** How many bytes of it were read. */
  at: number;
  /** Its length, where the server tells. */
  readonly total: number | undefined;
  readonly version: FileVersion | undefined;
}

async function* download(place: Place): AsyncGenerator<Uint8Array> {
  let answer = await open(place, {});
  const length = answer.header("content-length");
  const total = length === undefined ? undefined : Number(length);
  const file: Download = { at: 0, total, version: versionOf(answer) };
  for (let fruitless = 0;; fruitless++) {
    const before = file.at;
    const broken = yield* body(answer, file);
    if (broken === undefined) return;
    place.signal?.throwIfAborted();
    if (file.at > before) fruitless = 0;
    const isOver = fruitless >= place.retries || !isRetryable(broken);
    if (file.version === undefined || isOver) throw broken;
    answer = await resume(place, file, file.version);
  }
}

/** Sends a request, and again where that may help; gives an answer with a body, or throws. */
async function open(
  { url, fetch, retries, signal }: Place,
  headers: Readonly<Record<string, string>>,
): Promise<FetchAnswer> {
  const call = signal === undefined ? {} : { signal };
  try {
    return await retry(async () => {
      const answer = await fetch(url, { method: "GET", headers, ...call });
      if (answer.status === 200 || answer.status === 206) return answer;
      const words = await wordsIn(answer);
      answer.close();
      throw refused(answer.status, words);
    }, { retries, ...call });
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof BinimportError && cause.code === "package-unreadable") throw cause;
    const hint = "Check that the address is right and its server runs.";
    throw new BinimportError("package-unreadable", messageOf(cause), { hint, cause });
  }
}

async function wordsIn({ status, header, body }: FetchAnswer): Promise<string> {
  const text = await readBoundedText(body, { limit: 64 * 1024, deadline: 5_000 }).catch(() => "");
  const said = { status, reason: undefined, type: header("content-type"), body: text };
  return serverWords(wordsOf(said));
}

function refused(status: number, words: string): BinimportError {
  if (status === 416) return replaced(); // it is shorter than what was read of it
  const retryable = [429, 502, 503, 504].includes(status);
  const state = `the server answers ${status}${words && `: ${words}`}`;
  return new BinimportError("package-unreadable", state, { retryable });
}

/** The answer's bytes; gives why there are not all of them, if they are not. */
async function* body(
  answer: FetchAnswer,
  file: Download,
): AsyncGenerator<Uint8Array, BinimportError | undefined> {
  try {
    for await (const chunk of answer.body) {
      file.at += chunk.length;
      yield chunk;
    }
  } catch (cause) {
    return broken(file, "package-unreadable", `the connection broke: ${messageOf(cause)}`, cause);
  } finally {
    answer.close();
  }
  if (file.total === undefined || file.at === file.total) return undefined;
  const state = `only ${file.at} of ${file.total} bytes came from the server`;
  return broken(file, "package-damaged", state);
}

function broken(
  { version }: Download,
  code: "package-damaged" | "package-unreadable",
  state: string,
  cause?: unknown,
): BinimportError {
  const hint = "The server sends no ETag to go on by: fetch the file, and import that.";
  const more = version === undefined ? { hint } : {};
  return new BinimportError(code, state, { ...more, cause, retryable: true });
}

/** The rest of the file: of the same one, or none. */
async function resume(place: Place, file: Download, version: FileVersion): Promise<FetchAnswer> {
  const headers = { range: `bytes=${file.at}-`, "if-range": version.validator };
  const answer = await open(place, file.at === 0 ? {} : headers);
  if (answer.status === 206) {
    const range = rangeOf(answer);
    if (range?.start === file.at && (range.total ?? file.total) === file.total) return answer;
  } else if (answer.header(version.header) === version.validator) {
    return { ...answer, body: withoutFirst(answer.body, file.at) }; // a server that knows no ranges
  }
  answer.close();
  throw replaced();
}

function replaced(): BinimportError {
  return new BinimportError(
    "package-unreadable",
    "the connection broke, and meanwhile the file on the server was replaced by another one",
    { hint: "Nothing was imported of it. Run it again." },
  );
}

async function* withoutFirst(
  chunks: AsyncIterable<Uint8Array>,
  count: number,
): AsyncGenerator<Uint8Array> {
  let left = count;
  for await (const chunk of chunks) {
    const rest = chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
    if (rest.length > 0) yield rest;
  }
}
