/** Turns what minio-js and node:http throw into errors that a user can act on. */
import { codeOf, distrust, serverWords, socketState } from "../../core/http/mod.ts";
import { BinimportError, type ErrorCode, messageOf } from "../../core/util/errors.ts";
import { type AnswerHead, SilenceError } from "./exchange.ts";
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
function explainRefusal(refusal: CodedRefusal): Explanation {
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
