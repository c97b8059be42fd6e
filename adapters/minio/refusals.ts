/** What an S3 server's refusal means, by its code and by its words, and the next thing to try. */
import type { ErrorCode } from "../../core/util/errors.ts";
import { expectedRegion, QUIRKS, type Refusal } from "./quirks.ts";

/** Why it failed, without saying yet what it was about. */
export interface Explanation {
  readonly code: ErrorCode;
  /** The state that stopped it, such as "the server says AccessDenied (403)". */
  readonly state: string;
  /** The next thing to try. */
  readonly hint?: string;
  /** Whether the same request may succeed when made again. Default: false. */
  readonly retryable?: boolean;
}

interface Meaning {
  readonly code: ErrorCode;
  readonly hint?: string;
  readonly retryable?: boolean;
}

/** A refusal by a server that speaks S3. */
type CodedRefusal = Refusal & { readonly code: string };

const CHECK_KEYS = "Check the user name and the password, and that they are of this server.";
const KEYS: Meaning = { code: "unauthorized", hint: CHECK_KEYS };
const NAME: Meaning = { code: "invalid-key" };
const BUSY: Meaning = { code: "unavailable", retryable: true };
const FULL: Meaning = {
  code: "no-space",
  hint: "Free some space there, or raise the bucket's quota; then run it again.",
};
const DAMAGED: Meaning = { code: "integrity", retryable: true };
const CLOCK: Meaning = {
  code: "unauthorized",
  hint: "The clocks of this host and of the server differ too much: set them right.",
};
const IN_THE_WAY: Meaning = {
  code: "invalid-key",
  hint: 'MinIO cannot hold an object "a" beside an object "a/b". Remove what is in the way.',
};

/**
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html and MinIO's
 * `cmd/api-errors.go`; what is missing here is told by its name and message alone.
 */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  NoSuchBucket: { code: "not-found", hint: "Check --bucket; an import makes it when missing." },
  NoSuchKey: { code: "not-found" },
  NotFound: { code: "not-found" },
  InvalidAccessKeyId: KEYS,
  SignatureDoesNotMatch: {
    code: "unauthorized",
    hint: `${CHECK_KEYS} A proxy in front of it must pass the Host header on unchanged.`,
  },
  InvalidToken: KEYS,
  InvalidTokenId: KEYS,
  ExpiredToken: { code: "unauthorized", hint: "The temporary credentials are over: get new ones." },
  RequestTimeTooSkewed: CLOCK,
  RequestExpired: CLOCK,
  InvalidBucketName: { code: "usage", hint: "Choose another --bucket." },
  KeyTooLongError: NAME,
  XMinioInvalidObjectName: NAME,
  XMinioInvalidResourceName: NAME,
  XMinioObjectExistsAsDirectory: IN_THE_WAY,
  XMinioParentIsObject: IN_THE_WAY,
  XMinioStorageFull: FULL,
  XMinioAdminBucketQuotaExceeded: FULL,
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

/** What is told by words only: servers put many reasons under AccessDenied, or names of their own. */
const REASONS: readonly (readonly [words: RegExp, meaning: Meaning])[] = [
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

/** What a refusal means, with the server's own words behind it. */
export function explainRefusal(refusal: CodedRefusal): Explanation {
  const { code: s3Code, status, message } = refusal;
  const says = `the server says ${s3Code} (${status})`;
  const state = message === "" || message === s3Code ? says : `${says}: ${message}`;
  return { state, ...meaningOf(refusal) };
}

function meaningOf(refusal: CodedRefusal): Meaning {
  const { code: s3Code, status } = refusal;
  const region = expectedRegion(refusal);
  if (region !== undefined) return { code: "unauthorized", hint: `Give --region ${region}.` };
  if (s3Code === "AuthorizationHeaderMalformed") {
    return { code: "unauthorized", hint: "Give --region REGION." };
  }
  if (QUIRKS["virtual-hosts"].shows(refusal)) return VIRTUAL;
  if (status === 301 || status === 307) return redirected(refusal);
  if (Object.hasOwn(MEANINGS, s3Code)) return MEANINGS[s3Code] ?? { code: "target" };
  const reason = reasonOf(refusal);
  if (reason !== undefined) return reason;
  if (s3Code === "AccessDenied" || status === 403) return denied(refusal);
  return { code: status === 507 ? "no-space" : "target" };
}

/** What the words of a refusal mean; `undefined` where they give no reason that is known. */
export function reasonOf({ code = "", status, message }: Refusal): Meaning | undefined {
  if (status < 400 || status >= 500) return undefined;
  return REASONS.find(([words]) => words.test(code) || words.test(message))?.[1];
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

function denied(refusal: Refusal): Meaning {
  return {
    code: "forbidden",
    hint: `Give credentials that may do this, or have the user's policy extended by ${
      permissionFor(refusal)
    }.`,
  };
}

/** By a word of the query, what a request needs. */
const BY_QUERY = [
  [/^location/, "s3:GetBucketLocation"],
  [/list-type=|prefix=|^encoding-type/, "s3:ListBucket"],
  [/^tagging/, "s3:PutObjectTagging"],
] as const;

/** The permission that a request needs, as policies name it. */
function permissionFor({ method, path, query }: Refusal): string {
  if (query.startsWith("policy")) return `s3:${method === "GET" ? "Get" : "Put"}BucketPolicy`;
  if (query.startsWith("uploads") && method === "GET") return "s3:ListBucketMultipartUploads";
  if (query.includes("uploadId=") && method === "DELETE") return "s3:AbortMultipartUpload";
  const [, byQuery] = BY_QUERY.find(([word]) => word.test(query)) ?? [];
  if (byQuery !== undefined) return byQuery;
  if (method === "PUT" && query === "" && /^\/[^/]*$/.test(path)) return "s3:CreateBucket";
  if (method === "DELETE") return "s3:DeleteObject";
  if (method === "GET" || method === "HEAD") {
    return "s3:GetObject, and s3:ListBucket, without which what is missing looks forbidden";
  }
  return "s3:PutObject";
}
