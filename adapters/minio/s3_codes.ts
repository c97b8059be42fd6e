/** What the error codes of S3 and of MinIO mean to an import. */
import type { ErrorCode } from "../../core/errors.ts";
import type { Explanation } from "./errors.ts";

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
export function explainS3Code(
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
