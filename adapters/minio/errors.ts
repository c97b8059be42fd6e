/** Turns what minio-js and node:http throw into errors that a user can act on. */
import { codeOf, distrust, socketState } from "../../core/http/mod.ts";
import { BinimportError, type ErrorCode, messageOf } from "../../core/util/errors.ts";
import { type AnswerHead, SilenceError } from "./exchange.ts";

/** Why it failed, without saying yet what it was about. */
export interface Explanation {
  /** The error's code. */
  readonly code: ErrorCode;
  /** The state that stopped it, such as "the server says AccessDenied (403)". */
  readonly state: string;
  /** The next thing to try. */
  readonly hint?: string;
  /** Whether the same request may succeed when made again. Default: false. */
  readonly retryable?: boolean;
}

/** What a request was for. */
export interface Doing {
  /** With the preposition that the target's name needs, such as `upload "a/b" to`. */
  readonly doing: string;
  /** The target's name. */
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
  const s3Code = s3CodeOf(error, head);
  const text = printable(messageOf(error));
  if (s3Code !== undefined && head.status !== undefined) {
    return explainS3Code(s3Code, head.status, text, error);
  }
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
  const type = printable(head.headers["content-type"] ?? "of no type");
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

/** At most 200 characters without control characters: it comes from somebody else's server. */
function printable(text: string): string {
  return text.replace(/[\x00-\x1f\x7f]+/g, " ").slice(0, 200);
}

const UP = "Check that the server runs, and that this is its host and port.";

/**
 * What stopped a request before its answer was complete; `undefined` when it was something else.
 * `place` is the target's name.
 */
function explainNetworkError(error: unknown, place: string): Explanation | undefined {
  const code = codeOf(error);
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

interface Meaning {
  readonly code: ErrorCode;
  readonly hint?: string;
  readonly retryable?: boolean;
}

const CHECK_KEYS = "Check the user name and the password, and that they are of this server.";
const KEYS: Meaning = { code: "unauthorized", hint: CHECK_KEYS };
const NAME: Meaning = { code: "invalid-key" };
const BUSY: Meaning = { code: "unavailable", retryable: true };
const FULL: Meaning = {
  code: "no-space",
  hint: "Free some space there, or raise the bucket's quota; then run it again.",
};
const DAMAGED: Meaning = { code: "integrity", retryable: true };
const IN_THE_WAY: Meaning = {
  code: "invalid-key",
  hint: 'MinIO cannot hold an object "a" beside an object "a/b". Remove what is in the way.',
};

/**
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html and MinIO's
 * `cmd/api-errors.go`; what is missing here is told by its name alone.
 */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  NoSuchBucket: { code: "not-found", hint: "Check --bucket; an import makes it when missing." },
  NoSuchKey: { code: "not-found" },
  NotFound: { code: "not-found" },
  AccessDenied: {
    code: "forbidden",
    hint: "Give credentials that may do this, or have the user's policy extended.",
  },
  InvalidAccessKeyId: KEYS,
  SignatureDoesNotMatch: {
    code: "unauthorized",
    hint: `${CHECK_KEYS} A proxy in front of it must pass the Host header on unchanged.`,
  },
  InvalidToken: KEYS,
  InvalidTokenId: KEYS,
  ExpiredToken: { code: "unauthorized", hint: "The temporary credentials are over: get new ones." },
  RequestTimeTooSkewed: {
    code: "unauthorized",
    hint: "The clocks of this host and of the server differ too much: set them right.",
  },
  InvalidBucketName: { code: "usage", hint: "Choose another --bucket." },
  KeyTooLongError: NAME,
  XMinioInvalidObjectName: NAME,
  XMinioInvalidResourceName: NAME,
  XMinioObjectExistsAsDirectory: IN_THE_WAY,
  XMinioParentIsObject: IN_THE_WAY,
  XMinioStorageFull: FULL,
  XMinioAdminBucketQuotaExceeded: FULL,
  QuotaExceeded: FULL,
  EntityTooLarge: { code: "target", hint: "Give a smaller --part-size." },
  EntityTooSmall: { code: "target", hint: "Give a larger --part-size." },
  NoSuchUpload: {
    code: "target",
    hint: "Somebody else ended this upload, perhaps another import into the same bucket. Run one " +
      "at a time.",
  },
  NotImplemented: { code: "unsupported" },
  MethodNotAllowed: { code: "unsupported" },
  BadDigest: DAMAGED,
  IncompleteBody: DAMAGED,
  XAmzContentSHA256Mismatch: DAMAGED,
  XAmzContentChecksumMismatch: DAMAGED,
  InternalError: BUSY,
  OperationAborted: BUSY,
  RequestTimeout: BUSY,
  ServiceUnavailable: BUSY,
  SlowDown: BUSY,
  SlowDownRead: BUSY,
  SlowDownWrite: BUSY,
  XMinioServerNotInitialized: BUSY,
};

/** What the server's own code means; `message` is shown where the code alone says too little. */
function explainS3Code(
  s3Code: string,
  status: number,
  message: string,
  error: unknown,
): Explanation {
  const state = `the server says ${s3Code} (${status})`;
  if (s3Code === "AuthorizationHeaderMalformed") return wrongRegion(state, error);
  const meaning = Object.hasOwn(MEANINGS, s3Code) ? MEANINGS[s3Code] : undefined;
  if (meaning !== undefined) return { state, ...meaning };
  return { code: status === 507 ? "no-space" : "target", state: `${state}: ${message}` };
}

/** The server names the region that it expects. */
function wrongRegion(state: string, error: unknown): Explanation {
  const region = error instanceof Error && "region" in error ? error.region : undefined;
  const named = typeof region === "string" && /^[\w-]+$/.test(region) ? region : "REGION";
  return { code: "unauthorized", state, hint: `Give --region ${named}.` };
}
