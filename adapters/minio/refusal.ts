/** What a server refused, and how. */
import type { IncomingMessage, RequestOptions } from "node:http";
import { serverWords, wordsOf } from "../../core/http/mod.ts";
import { elements, elementText } from "../../core/util/xml.ts";

export interface Refusal {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** Of the request, by name in lower case. */
  readonly sent: Readonly<Record<string, unknown>>;
  readonly status: number;
  /** The server's own name for what went wrong; undefined of one that speaks no S3. */
  readonly code: string | undefined;
  /** Its own words, fit to be shown. */
  readonly message: string;
  /** What `<Region>` or `x-amz-bucket-region` names. */
  readonly region: string | undefined;
  /** What `<Endpoint>` names. */
  readonly endpoint: string | undefined;
  readonly type: string | undefined;
  /** How long it asked to be left alone for, in milliseconds. */
  readonly retryAfter: number | undefined;
}

/** Thrown in place of an answer, for whoever makes the call to explain. */
export class Refused extends Error {
  override readonly name = "Refused";

  constructor(readonly refusal: Refusal) {
    super(`${refusal.code} (${refusal.status})`);
  }
}

/** The server's own name for what went wrong, of one that speaks S3. */
export function s3CodeOf(error: unknown): string | undefined {
  return error instanceof Refused ? error.refusal.code : undefined;
}

/** Of an answer without a body, as to HEAD. */
const BY_STATUS: Readonly<Record<number, string>> = {
  301: "MovedPermanently",
  307: "TemporaryRedirect",
  403: "AccessDenied",
  404: "NotFound",
  405: "MethodNotAllowed",
  501: "MethodNotAllowed",
};

/** Reads a refusal out of an answer and its body. One that speaks no S3 has no code. */
export function readRefusal(
  { method = "", path: target, headers: sent }: RequestOptions,
  { statusCode: status = 0, statusMessage: reason, headers }: IncomingMessage,
  body: string,
): Refused {
  const [path = "", query = ""] = (target ?? "").split("?");
  const [error = ""] = elements(body, "Error");
  const inHeader = headerText(headers["x-minio-error-code"]);
  const type = headers["content-type"];
  return new Refused({
    method,
    path,
    query,
    sent: { ...sent },
    status,
    code: inHeader || elementText(error, "Code") || (body === "" ? BY_STATUS[status] : undefined),
    message: serverWords(
      elementText(error, "Message") ?? wordsOf({ status, reason, type, body }),
      secretsOf({ ...sent }),
    ),
    region: elementText(error, "Region") || headerText(headers["x-amz-bucket-region"]),
    endpoint: elementText(error, "Endpoint") || undefined,
    type,
    retryAfter: retryAfter(headers["retry-after"]),
  });
}

function headerText(value: string | string[] | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** What a server that repeats a request in its answer must not have us show. */
function secretsOf(sent: Readonly<Record<string, unknown>>): string[] {
  const [, signature = ""] = /Signature=(\w+)/.exec(String(sent["authorization"])) ?? [];
  return [signature, String(sent["x-amz-security-token"] ?? "")];
}

/** The milliseconds that `Retry-After` asks for: seconds, or a date (RFC 9110, 10.2.3). */
function retryAfter(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const milliseconds = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}
