/** One signed request to a bucket, in the plainest terms that minio-js offers, and its answer. */
import { Buffer } from "node:buffer";
import type { Client } from "minio";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { readBoundedText, SMALL, Unbounded } from "../../core/util/bounded_read.ts";
import { sha256 } from "../../core/util/digest.ts";
import type { BinimportError } from "../../core/util/errors.ts";
import { type Doing, failure, networkError, refusalError } from "./errors.ts";
import type { Exchange, Patience } from "./exchange.ts";
import type { QuirkName } from "./quirks.ts";
import { readRefusal, type Refusal } from "./refusal.ts";

/** What a request is for and about, and how long it may take. */
export interface Call extends Doing {
  readonly bucket: string;
  /** The object's name; without it, it is about the bucket. */
  readonly object?: string;
  readonly signal?: AbortSignal | undefined;
  readonly patience?: Partial<Patience> | undefined;
}

export interface BucketRequest {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  /** `true` stands for a name without a value. */
  readonly query?: Readonly<Record<string, string | number | true | undefined>> | undefined;
  /** Besides those that every request has; names in lower case. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: Buffer | string;
  readonly sha256?: string | undefined;
  /** Whether the signature covers the body. Default: where there is no TLS. */
  readonly signed?: boolean;
  /** It is not sent to a server of which this is known. */
  readonly unless?: QuirkName | undefined;
  readonly expects?: (refusal: Refusal) => boolean;
  readonly streams?: boolean;
}

export interface Answer {
  /** Why it is none: the refusal that was expected, or the quirk for which nothing was sent. */
  readonly code?: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The error for an answer that is not what was asked for. */
  unexpected(): BinimportError;
  readonly body?: ReadableStream<Uint8Array>;
}

/** Sends it; reads the answer, unless that streams, to its end: a 200 may tell of a failure. */
export async function send(
  client: Client,
  exchange: Exchange,
  call: Call,
  request: BucketRequest,
): Promise<Answer | Refusal> {
  const { method, query = {}, body = "", signed, streams = false } = request;
  // Signing the payload makes the server check its SHA-256. By itself minio-js has that without TLS
  // only, where nothing else would notice a damaged body. This client makes one request.
  if (signed !== undefined) client.enableSHA256 = signed;
  const digest = client.enableSHA256 ? request.sha256 ?? sha256().update(body).digest("hex") : "";
  const length = { "content-length": `${Buffer.byteLength(body)}` };
  const sending = client.makeRequestStreamAsync(
    {
      method,
      bucketName: call.bucket,
      headers: { ...request.headers, ...(method !== "GET" && length) },
      ...(call.object !== undefined && { objectName: call.object }),
      query: queryText(query),
    },
    typeof body === "string" ? body : inSlices(body),
    digest,
    [],
    "", // The client's own region.
  );
  const { sent, answer } = await exchange.answerTo(sending);
  const isRefused = (answer.statusCode ?? 0) >= 300;
  const text = streams && !isRefused ? "" : await readText(answer, isRefused ? SMALL : MAX_ANSWER);
  const refusal = () => readRefusal(sent, answer, text);
  if (isRefused || /^\s*(<\?[^>]*>)?\s*<Error>/.test(text)) return refusal();
  return {
    headers: answer.headers,
    text,
    unexpected: () => refusalError(refusal(), call),
    ...(streams && { body: bodyStream(answer, exchange, call) }),
  };
}

/** Escaped as the signature needs it (RFC 3986, 2.3). */
function queryText(query: NonNullable<BucketRequest["query"]>): string {
  const escape = (text: string) =>
    encodeURIComponent(text).replace(
      /[!'()*]/g,
      (one) => `%${Buffer.from(one).toString("hex").toUpperCase()}`,
    );
  return Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => value === true ? name : `${name}=${escape(String(value))}`)
    .join("&");
}

/** In bytes. A body in one piece shows none of them moving until all have left, as if it were stuck. */
const SLICE = 128 * 1024;

function inSlices(bytes: Buffer): Buffer | Readable {
  if (bytes.length <= SLICE) return bytes;
  const count = Math.ceil(bytes.length / SLICE);
  const slice = (_: unknown, nth: number) => bytes.subarray(nth * SLICE, (nth + 1) * SLICE);
  return Readable.from(Array.from({ length: count }, slice), { objectMode: false });
}

/** In bytes: 1,000 names of 1,024 bytes each, escaped. */
const MAX_ANSWER = 16 * 1024 * 1024;

/** In milliseconds: an answer that is read whole has come by then. */
const MAX_TIME = 300_000;

function readText(answer: IncomingMessage, limit: number): Promise<string> {
  return readBoundedText(answer, { limit, deadline: MAX_TIME }).catch((error) => {
    if (!(error instanceof Unbounded)) throw error;
    throw new Error("its answer is longer than any answer of S3, or has no end");
  });
}

/** Fails when the connection is cut or falls silent; cancelling it closes the connection. */
function bodyStream(answer: IncomingMessage, exchange: Exchange, call: Call) {
  const announced = Number(answer.headers["content-length"] ?? NaN);
  const chunks: AsyncIterator<Uint8Array> = answer[Symbol.asyncIterator]();
  let seen = 0;

  async function pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    try {
      const { done, value } = await exchange.waitFor(chunks.next());
      if (!done) {
        seen += value.length;
        return controller.enqueue(value);
      }
      if (seen < announced) {
        const state = `the connection ended after ${seen} of ${announced} bytes`;
        throw failure(call, { code: "unavailable", state, retryable: true });
      }
      exchange.close();
      controller.close();
    } catch (error) {
      exchange.close();
      call.signal?.throwIfAborted();
      throw networkError(error, call);
    }
  }

  return new ReadableStream<Uint8Array>({ pull, cancel: () => exchange.close() }, {
    highWaterMark: 0,
  });
}
