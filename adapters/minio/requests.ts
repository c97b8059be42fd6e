/** One signed request to a bucket, in the plainest terms that minio-js offers. */
import { Buffer } from "node:buffer";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { sha256 } from "../../core/util/digest.ts";
import { elementText } from "../../core/util/xml.ts";
import type { Attempt } from "./connection.ts";
import type { Refused } from "./refusal.ts";
import { readText } from "./exchange.ts";

export interface BucketRequest {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  readonly bucket: string;
  /** The object's name; without it, it is about the bucket. */
  readonly object?: string;
  /** Escaped, without `?`. */
  readonly query?: string;
  /** Besides those that every request has; names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
  /** SHA-256 of the body in hex, if it is known already. */
  readonly sha256?: string | undefined;
  /** Whether the signature covers the body. Default: where there is no TLS. */
  readonly signed?: boolean;
}

export interface TextAnswer {
  /** By name in lower case. */
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The error for an answer that is none of S3. */
  refused(): Refused;
}

/** Sends it; gives the answer, whose body is still to be read. */
export function send(
  { client, exchange }: Attempt,
  request: BucketRequest,
): Promise<IncomingMessage> {
  const { method, bucket, object, query, body = "", signed } = request;
  // Signing the payload makes the server check its SHA-256. By itself minio-js has that without TLS
  // only, where nothing else would notice a damaged body. This client makes one request.
  if (signed !== undefined) client.enableSHA256 = signed;
  const digest = client.enableSHA256 ? request.sha256 ?? sha256().update(body).digest("hex") : "";
  const length = { "content-length": `${Buffer.byteLength(body)}` };
  const sending = client.makeRequestStreamAsync(
    {
      method,
      bucketName: bucket,
      headers: { ...request.headers, ...(method !== "GET" && length) },
      ...(object !== undefined && { objectName: object }),
      ...(query !== undefined && { query }),
    },
    typeof body === "string" ? body : requestBody(body),
    digest,
    [200, 204], // servers are not at one which of them an answer without a body has
    "", // The client's own region.
  );
  return exchange.unlessRefused(sending);
}

/**
 * Sends it; reads the answer to its end. A server that must say something before it knows how a
 * long job ends says 200, and later perhaps that it failed; that is an error here as well.
 */
export async function sendForText(attempt: Attempt, request: BucketRequest): Promise<TextAnswer> {
  const answer = await send(attempt, request);
  const text = await readText(answer);
  const refused = () => attempt.exchange.refused(text);
  if (/^\s*(<\?[^>]*>)?\s*<Error>/.test(text)) throw refused();
  return { headers: answer.headers, text, refused };
}

/** A part of a query, escaped as the signature needs it (RFC 3986, 2.3). */
export function escapeQuery(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/**
 * A body handed over in one piece shows no byte moving until all of it has left, and on a slow
 * line would be taken for stuck. So a large one leaves in slices of so many bytes.
 */
const SLICE = 128 * 1024;

/** The bytes in the form that minio-js is to send. */
function requestBody(bytes: Buffer): Buffer | Readable {
  if (bytes.length <= SLICE) return bytes;
  let at = 0;
  return new Readable({
    highWaterMark: SLICE,
    read() {
      this.push(at < bytes.length ? bytes.subarray(at, at + SLICE) : null);
      at += SLICE;
    },
  });
}

/**
 * How the names in a listing are to be read: servers that heed `encoding-type=url` say so in it.
 * A space comes as `+` from most of them, a plus sign as `%2B`.
 */
export function nameDecoder(listing: string): (name: string) => string {
  if (elementText(listing, "EncodingType") !== "url") return (name) => name;
  return (name) => {
    try {
      return decodeURIComponent(name.replaceAll("+", " "));
    } catch {
      return name; // it is not encoded, whatever the server says
    }
  };
}
