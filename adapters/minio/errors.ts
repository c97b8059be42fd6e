/** Turns what minio-js and node:http throw into errors that a user can act on. */
import { distrust, serverWords, socketState } from "../../core/http/mod.ts";
import { errno } from "../../core/util/errno.ts";
import { BinimportError, messageOf } from "../../core/util/errors.ts";
import { type AnswerHead, SilenceError } from "./exchange.ts";
import type { Refusal } from "./quirks.ts";
import { explainRefusal, type Explanation } from "./refusals.ts";

/** What a request was for. */
export interface Doing {
  /** With the preposition that the target's name needs, such as `upload "a/b" to`. */
  readonly doing: string;
  readonly place: string;
  /** The object key that it is about. */
  readonly key?: string | undefined;
}

/** The server's own name for what went wrong, of one that speaks S3. */
export function s3CodeOf(error: unknown, head: AnswerHead): string | undefined {
  // An answer to HEAD has no body; there minio-js makes a code up from the status.
  const inHeader = head.headers["x-minio-error-code"];
  if (typeof inHeader === "string" && inHeader !== "") return inHeader;
  const code = error instanceof Error && error.name === "S3Error" && "code" in error
    ? error.code
    : undefined;
  return typeof code === "string" && code !== "" ? code : undefined;
}

/** What a server refused, and how; `undefined` when there was no answer, or one of success. */
export function refusalOf(error: unknown, head: AnswerHead): Refusal | undefined {
  const { status, headers, sent } = head;
  if (status === undefined || sent === undefined || !(error instanceof Error)) return undefined;
  const own = (name: string) => {
    const value: unknown = Reflect.get(error, name);
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const inHeader = headers["x-amz-bucket-region"];
  return {
    method: sent.method ?? "",
    path: (sent.path ?? "").split("?")[0] ?? "",
    query: (sent.path ?? "").split("?")[1] ?? "",
    sent: { ...sent.headers },
    status,
    code: s3CodeOf(error, head),
    message: isSpoken(head) ? serverWords(String(error.message), secretsOf(head)) : "",
    region: own("region") ?? (typeof inHeader === "string" ? inHeader : undefined),
    endpoint: own("endpoint"),
  };
}

/** Whether the message is the server's: without a body, minio-js makes one up. */
function isSpoken({ sent, headers }: AnswerHead): boolean {
  return sent?.method !== "HEAD" && headers["content-length"] !== "0";
}

/** What a server that repeats a request in its answer must not have us show. */
function secretsOf({ sent }: AnswerHead): string[] {
  const headers = new Map<string, unknown>(Object.entries(sent?.headers ?? {}));
  const signature = /Signature=(\w+)/.exec(String(headers.get("authorization")))?.[1];
  return [signature ?? "", String(headers.get("x-amz-security-token") ?? "")];
}

/**
 * The error to throw: "Cannot upload "a/b" to "http://…/kubean": the server says AccessDenied
 * (403)". An error of the server itself is not kept as `cause`, for some servers put the signed
 * request into it.
 */
export function toBinimportError(
  error: unknown,
  head: AnswerHead,
  about: Doing,
): BinimportError {
  if (error instanceof BinimportError) return error;
  const { code, state, hint, retryable = false } = explain(error, head, about.place);
  return new BinimportError(code, `Cannot ${about.doing} "${about.place}": ${state}`, {
    retryable,
    ...(hint !== undefined && { hint }),
    ...(about.key !== undefined && { key: about.key }),
    ...(head.status === undefined && { cause: error }),
  });
}

function explain(error: unknown, head: AnswerHead, place: string): Explanation {
  const network = explainNetworkError(error, place);
  if (network !== undefined) return network;
  const refusal = refusalOf(error, head);
  if (refusal?.code !== undefined) return explainRefusal({ ...refusal, code: refusal.code });
  const text = serverWords(messageOf(error));
  if (head.status === undefined) return { code: "target", state: text };
  return explainStatus(head.status) ?? explainStranger(error, head, place) ??
    { code: "target", state: text };
}

/** Statuses that mean the same whoever sends them, be it a proxy in front of the server. */
function explainStatus(status: number): Explanation | undefined {
  const state = `the server answers ${status}`;
  if ([408, 429, 500, 502, 503, 504].includes(status)) {
    return { code: "unavailable", state, retryable: true };
  }
  if (status === 413) return { code: "target", state: `${state}, too large`, hint: PROXY_HINT };
  if (status === 507) return { code: "no-space", state: `${state}, its storage is full` };
  if (status === 401) return { code: "unauthorized", state };
  return undefined;
}

/** An answer that is not in the language of S3. */
function explainStranger(error: unknown, head: AnswerHead, place: string): Explanation | undefined {
  if (!(error instanceof Error) || !/^(Not)?S3Error$/.test(error.name)) return undefined;
  const type = serverWords(head.headers["content-type"] ?? "of no type");
  const tls = head.status === 400 && place.startsWith("http:");
  return {
    code: "target",
    state: `the answer (${head.status}, ${type}) does not come from an S3 server`,
    hint: `${tls ? "If it expects TLS, write https://. " : ""}Is that the address of the S3 API? ` +
      "MinIO's is port 9000 as a rule; 9001 is its console.",
  };
}

/** Of a body that a proxy found too large. */
const PROXY_HINT = "A proxy in front of the server may limit the size of a request " +
  "(client_max_body_size in nginx): raise it there, give a smaller --part-size, or name the " +
  "server itself as --endpoint.";

const UP = "Check that the server runs, and that this is its host and port.";

/**
 * What stopped a request before its answer was complete; `undefined` when it was something else.
 * `place` is the target's name.
 */
function explainNetworkError(error: unknown, place: string): Explanation | undefined {
  const code = errno(error) ?? "";
  const state = error instanceof SilenceError ? error.message : socketState(error);
  if (state !== undefined) return { code: "unavailable", state, hint: UP, retryable: true };
  const distrusted = distrust(error);
  if (distrusted !== undefined) return { code: "unavailable", ...distrusted };
  if (code === "ERR_SSL_WRONG_VERSION_NUMBER") {
    return {
      code: "unavailable",
      state: "the server does not speak TLS on this port",
      hint: `Write "${place.replace(/^https:/, "http:")}".`,
    };
  }
  if (code.startsWith("HPE_")) {
    return { code: "target", state: "the answer is not HTTP", hint: UP };
  }
  return undefined;
}
