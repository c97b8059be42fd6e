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
  readonly host: string | undefined;
  readonly type: string | undefined;
  readonly retryAfter: number | undefined;
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

/** Reads a refusal out of an answer and its body. */
export function readRefusal(
  { method = "", path: target, headers: given }: RequestOptions,
  { statusCode: status = 0, statusMessage: reason, headers }: IncomingMessage,
  body: string,
): Refusal {
  const [path = "", query = ""] = (target ?? "").split("?");
  const [error = ""] = elements(body, "Error");
  const said = (element: string, header: string) =>
    elementText(error, element) || String(headers[header] ?? "") || undefined;
  const type = headers["content-type"];
  const sent: Readonly<Record<string, unknown>> = { ...given };
  const headerOf = (name: string) => String(sent[name] ?? "");
  return {
    method,
    path,
    query,
    sent,
    status,
    code: said("Code", "x-minio-error-code") ?? (body === "" ? BY_STATUS[status] : undefined),
    message: serverWords(
      elementText(error, "Message") ?? wordsOf({ status, reason, type, body }),
      // What a server that repeats a request in its answer must not have us show.
      [/Signature=(\w+)/.exec(headerOf("authorization"))?.[1], headerOf("x-amz-security-token")],
    ),
    region: said("Region", "x-amz-bucket-region"),
    host: elementText(error, "Endpoint")?.replace(/^https?:\/\//, "").replace(/\/.*$/, ""),
    type,
    retryAfter: retryAfter(headers["retry-after"]),
  };
}

/** The milliseconds that `Retry-After` asks for: seconds, or a date (RFC 9110, 10.2.3). */
function retryAfter(value = ""): number | undefined {
  const milliseconds = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}
