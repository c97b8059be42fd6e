/** What stopped a request, as an error that a user can act on: by the server's code, by its words. */
import { distrust, isTransientStatus, serverWords, socketState } from "../../core/http/mod.ts";
import { errno } from "../../core/util/errno.ts";
import { BinimportError, type ErrorCode, messageOf } from "../../core/util/errors.ts";
import { type Refusal, Refused } from "./refusal.ts";
import { SilenceError } from "./exchange.ts";
import { expectedRegion, QUIRKS } from "./quirks.ts";

/** What a request was for. */
export interface Doing {
  /** With the preposition that the target's name needs, such as `upload "a/b" to`. */
  readonly doing: string;
  readonly place: string;
  readonly key?: string | undefined;
}

/**
 * The error to throw: "Cannot upload "a/b" to "http://…/kubean": the server says AccessDenied
 * (403)". What a server refused is not kept as `cause`, for some put the signed request into it.
 */
export function toBinimportError(error: unknown, { doing, place, key }: Doing): BinimportError {
  if (error instanceof BinimportError) return error;
  const { code, state, ...details } = error instanceof Refused
    ? explainRefusal(error.refusal, place)
    : explainNetworkError(error, place);
  return new BinimportError(code, `Cannot ${doing} "${place}": ${state}`, {
    ...details,
    ...(key !== undefined && { key }),
    ...(!(error instanceof Refused) && { cause: error }),
  });
}

/** Why it failed, without saying yet what it was about. */
interface Explanation extends Meaning {
  /** The state that stopped it, such as "the server says AccessDenied (403)". */
  readonly state: string;
}

interface Meaning {
  readonly code: ErrorCode;
  readonly hint?: string;
  /** Whether the same request may succeed when made again. Default: false. */
  readonly retryable?: boolean;
}

type Meanings = readonly (readonly [said: RegExp, meaning: Meaning])[];

const CHECK_KEYS = "Check the user name and the password, and that they are of this server.";
const FULL: Meaning = {
  code: "no-space",
  hint: "Free some space there, or raise the bucket's quota; then run it again.",
};
const CLOCK: Meaning = {
  code: "unauthorized",
  hint: "The clocks of this host and of the server differ too much: set them right.",
};

/**
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html and MinIO's
 * `cmd/api-errors.go`; what is missing here is told by its name and message alone.
 */
const BY_CODE: Meanings = [
  [/^NoSuchBucket$/, {
    code: "not-found",
    hint: "Check --bucket; an import makes it when missing.",
  }],
  [/^(NoSuchKey|NotFound)$/, { code: "not-found" }],
  [/^Invalid(AccessKeyId|Token|TokenId)$/, { code: "unauthorized", hint: CHECK_KEYS }],
  [/^SignatureDoesNotMatch$/, {
    code: "unauthorized",
    hint: `${CHECK_KEYS} A proxy in front of it must pass the Host header on unchanged.`,
  }],
  [/^ExpiredToken$/, {
    code: "unauthorized",
    hint: "The temporary credentials are over: get new ones.",
  }],
  [/^Request(TimeTooSkewed|Expired)$/, CLOCK],
  [/^InvalidBucketName$/, { code: "usage", hint: "Choose another --bucket." }],
  [/^(KeyTooLongError|XMinioInvalid(Object|Resource)Name)$/, { code: "invalid-key" }],
  [/^XMinio(ObjectExistsAsDirectory|ParentIsObject)$/, {
    code: "invalid-key",
    hint: 'MinIO cannot hold an object "a" beside an object "a/b". Remove what is in the way.',
  }],
  [/^XMinio(StorageFull|AdminBucketQuotaExceeded)$/, FULL],
  [/^EntityTooLarge$/, { code: "target", hint: "Give a smaller --part-size." }],
  [/^EntityTooSmall$/, { code: "target", hint: "Give a larger --part-size." }],
  [/^NoSuchUpload$/, {
    code: "target",
    hint: "Somebody else ended this upload, perhaps another import into the same bucket. Run one " +
      "at a time.",
  }],
  [/^(NotImplemented|MethodNotAllowed)$/, { code: "unsupported" }],
  [/^(BadDigest|IncompleteBody|XAmzContent\w+Mismatch)$/, { code: "integrity", retryable: true }],
  [/^(InternalError|OperationAborted|RequestTimeout|ServiceUnavailable|SlowDown\w*)$/, {
    code: "unavailable",
    retryable: true,
  }],
  [/^XMinioServerNotInitialized$/, { code: "unavailable", retryable: true }],
];

/** What is told by words only: servers put many reasons under AccessDenied, or names of their own. */
const BY_WORDS: Meanings = [
  [/block.?public|public.{0,40}(polic|access).{0,40}(not allowed|prevent|block|den)/i, {
    code: "forbidden",
    hint: "The bucket or its account blocks public access: have an administrator allow public " +
      "policies there, or give --anonymous-download keep and, with --url, the address of a proxy " +
      "or website through which nodes may read.",
  }],
  [/suspend|overdue|arrear|user ?disable|account.{0,20}(problem|disabled|closed|inactive)/i, {
    code: "forbidden",
    hint: "The account that these credentials belong to is out of service: ask who pays for it.",
  }],
  [/quota|\bcaps?\b.{0,20}exceed|exceed.{0,40}\b(cap|quota)|storage ?(is )?full|no ?space/i, FULL],
  [/too.?skewed|clock skew|request has expired/i, CLOCK],
  [
    /object.?lock|\bworm\b|retention|immutab|not.{0,20}overwrit|overwrit.{0,20}(not|denied|forbid)/i,
    {
      code: "forbidden",
      hint:
        "What is there may not be replaced or removed: lift the bucket's retention, or choose " +
        "another --prefix.",
    },
  ],
];

function explainRefusal(refusal: Refusal, place: string): Explanation {
  const { code, status, message } = refusal;
  const words = message === "" || message === code ? "" : `: ${message}`;
  if (code !== undefined) {
    return { state: `the server says ${code} (${status})${words}`, ...meaningOf(refusal, code) };
  }
  // Statuses that mean the same whoever sends them, be it a proxy in front of the server.
  const state = `the server answers ${status}`;
  if (isTransientStatus(status)) {
    return { code: "unavailable", state: state + words, retryable: true };
  }
  if (status === 413) {
    return { code: "target", state: `${state}, too large${words}`, hint: PROXY_HINT };
  }
  if (status === 507) return { code: "no-space", state: `${state}, its storage is full${words}` };
  if (status === 401) return { code: "unauthorized", state: state + words };
  const tls = status === 400 && place.startsWith("http:");
  return {
    code: "target",
    state: `the answer (${status}, ${serverWords(refusal.type ?? "of no type")}) does not come ` +
      "from an S3 server",
    hint: `${tls ? "If it expects TLS, write https://. " : ""}Is that the address of the S3 API? ` +
      "MinIO's is port 9000 as a rule; 9001 is its console.",
  };
}

const PROXY_HINT = "A proxy in front of the server may limit the size of a request " +
  "(client_max_body_size in nginx): raise it there, give a smaller --part-size, or name the " +
  "server itself as --endpoint.";

const UP = "Check that the server runs, and that this is its host and port.";

/** What stopped a request before its answer was complete. */
function explainNetworkError(error: unknown, place: string): Explanation {
  const state = error instanceof SilenceError ? error.message : socketState(error);
  if (state !== undefined) return { code: "unavailable", state, hint: UP, retryable: true };
  const distrusted = distrust(error);
  if (distrusted !== undefined) return { code: "unavailable", ...distrusted };
  if (errno(error) === "ERR_SSL_WRONG_VERSION_NUMBER") {
    return {
      code: "unavailable",
      state: "the server does not speak TLS on this port",
      hint: `Write "${place.replace(/^https:/, "http:")}".`,
    };
  }
  return errno(error)?.startsWith("HPE_")
    ? { code: "target", state: "the answer is not HTTP", hint: UP }
    : { code: "target", state: serverWords(messageOf(error)) };
}

function meaningOf(refusal: Refusal, s3Code: string): Meaning {
  const { status } = refusal;
  const region = expectedRegion(refusal);
  if (region !== undefined || s3Code === "AuthorizationHeaderMalformed") {
    return { code: "unauthorized", hint: `Give --region ${region ?? "REGION"}.` };
  }
  if (QUIRKS["virtual-hosts"].shows(refusal)) return VIRTUAL;
  if (status === 301 || status === 307) return redirected(refusal);
  const [, known] = BY_CODE.find(([codes]) => codes.test(s3Code)) ?? [];
  const meaning = known ?? reasonOf(refusal);
  if (meaning !== undefined) return meaning;
  if (s3Code !== "AccessDenied" && status !== 403) {
    return { code: status === 507 ? "no-space" : "target" };
  }
  return {
    code: "forbidden",
    hint: `Give credentials that may do this, or have the user's policy extended by ${
      permissionFor(refusal)
    }.`,
  };
}

/** What the words of a refusal mean; `undefined` where they give no reason that is known. */
export function reasonOf({ code = "", status, message }: Refusal): Meaning | undefined {
  if (status < 400 || status >= 500) return undefined;
  return BY_WORDS.find(([words]) => words.test(code) || words.test(message))?.[1];
}

const VIRTUAL: Meaning = {
  code: "unsupported",
  hint:
    "It takes requests by bucket.HOST alone (virtual-hosted style), not path-style ones: give " +
    "its host name, not an IP address, as --endpoint; with https, a bucket without dots.",
};

/** The bucket is somewhere else; credentials are not sent there unasked. */
function redirected({ endpoint, path, region }: Refusal): Meaning {
  const bucket = path.split("/")[1] ?? "";
  const host = endpoint?.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
  if (host === undefined || !/^[\w.:-]+$/.test(host)) {
    return { code: "target", hint: "Give the address of the server that has this bucket." };
  }
  const bare = host.startsWith(`${bucket}.`) ? host.slice(bucket.length + 1) : host;
  const also = region === undefined ? "" : ` and --region ${region}`;
  return { code: "target", hint: `Give --endpoint https://${bare}${also}.` };
}

/** What a request needs, as policies name it, by its method, path and query; the first that fits. */
const PERMISSIONS: readonly (readonly [request: RegExp, permission: string])[] = [
  [/^GET .*\?policy/, "s3:GetBucketPolicy"],
  [/\?policy/, "s3:PutBucketPolicy"],
  [/^GET .*\?uploads/, "s3:ListBucketMultipartUploads"],
  [/^DELETE .*\buploadId=/, "s3:AbortMultipartUpload"],
  [/\?location/, "s3:GetBucketLocation"],
  [/\?(.*&)?(list-type|prefix|encoding-type)=/, "s3:ListBucket"],
  [/\?tagging/, "s3:PutObjectTagging"],
  [/^PUT \/[^/]*\?$/, "s3:CreateBucket"],
  [/^DELETE /, "s3:DeleteObject"],
  [
    /^(GET|HEAD) /,
    "s3:GetObject, and s3:ListBucket, without which what is missing looks forbidden",
  ],
  [/^/, "s3:PutObject"],
];

function permissionFor({ method, path, query }: Refusal): string | undefined {
  const request = `${method} ${path}?${query}`;
  return PERMISSIONS.find(([pattern]) => pattern.test(request))?.[1];
}
