/** What stopped a request, as an error that a user can act on: by the server's code, by its words. */
import { distrust, isTransientStatus, serverWords, socketState } from "../../core/http/mod.ts";
import { errno } from "../../core/util/errno.ts";
import {
  BinimportError,
  type ErrorCode,
  type ErrorDetails,
  messageOf,
} from "../../core/util/errors.ts";
import { SilenceError } from "./exchange.ts";
import { expectedRegion, QUIRKS } from "./quirks.ts";
import type { Refusal } from "./refusal.ts";

/** What a request was for. */
export interface Doing {
  /** With the preposition that the target's name needs, such as `upload "a/b" to`. */
  readonly doing: string;
  readonly place: string;
  readonly key?: string | undefined;
}

interface Failure extends Omit<ErrorDetails, "key"> {
  readonly code: ErrorCode;
  /** What stopped it, such as "the server says AccessDenied (403)". */
  readonly state: string;
}

/** The error 'Cannot upload "a/b" to "http://…/kubean": state'. */
export function failure(
  { doing, place, key }: Doing,
  { code, state, ...details }: Failure,
): BinimportError {
  return new BinimportError(code, `Cannot ${doing} "${place}": ${state}`, { ...details, key });
}

/** The error for an answer. It is not kept as `cause`, for some put the signed request into it. */
export function refusalError(refusal: Refusal, doing: Doing): BinimportError {
  const { code, status, message } = refusal;
  const words = message === "" || message === code ? "" : `: ${message}`;
  if (code !== undefined) {
    const state = `the server says ${code} (${status})${words}`;
    return failure(doing, { state, ...meaningOf(refusal, code) });
  }
  // Statuses that mean the same whoever sends them, be it a proxy in front of the server.
  const state = `the server answers ${status}`;
  const known = BY_STATUS[status];
  if (known !== undefined) return failure(doing, { ...known, state: state + known.state + words });
  if (isTransientStatus(status)) {
    return failure(doing, { code: "unavailable", state: state + words, retryable: true });
  }
  const tls = status === 400 && doing.place.startsWith("http:");
  return failure(doing, {
    code: "target",
    state: `the answer (${status}, ${serverWords(refusal.type ?? "of no type")}) does not come ` +
      "from an S3 server",
    hint: `${tls ? "If it expects TLS, write https://. " : ""}Is that the address of the S3 API? ` +
      "MinIO's is port 9000 as a rule; 9001 is its console.",
  });
}

const BY_STATUS: Readonly<Record<number, Failure>> = {
  401: { code: "unauthorized", state: "" },
  413: {
    code: "target",
    state: ", too large",
    hint: "A proxy in front of the server may limit the size of a request (client_max_body_size " +
      "in nginx): raise it there, give a smaller --part-size, or name the server itself as " +
      "--endpoint.",
  },
  507: { code: "no-space", state: ", its storage is full" },
};

const UP = "Check that the server runs, and that this is its host and port.";

/** The error for what stopped a request before its answer was complete. */
export function networkError(error: unknown, doing: Doing): BinimportError {
  if (error instanceof BinimportError) return error;
  const fail = (code: ErrorCode, state: string, hint?: string, retryable = false) =>
    failure(doing, { code, state, hint, retryable, cause: error });
  const state = error instanceof SilenceError ? error.message : socketState(error);
  if (state !== undefined) return fail("unavailable", state, UP, true);
  const distrusted = distrust(error);
  if (distrusted !== undefined) return fail("unavailable", distrusted.state, distrusted.hint);
  const name = errno(error);
  if (name?.startsWith("HPE_")) return fail("target", "the answer is not HTTP", UP);
  if (name !== "ERR_SSL_WRONG_VERSION_NUMBER") return fail("target", serverWords(messageOf(error)));
  const plain = doing.place.replace(/^https:/, "http:");
  return fail("unavailable", "the server does not speak TLS on this port", `Write "${plain}".`);
}

type Meaning = Pick<Failure, "code" | "hint" | "retryable">;

type Row = readonly [said: RegExp, code: ErrorCode, hint?: string];

const CHECK_KEYS = "Check the user name and the password, and that they are of this server.";
const FREE = "Free some space there, or raise the bucket's quota; then run it again.";
const CLOCK = "The clocks of this host and of the server differ too much: set them right.";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html; MinIO's cmd/api-errors.go. */
const BY_CODE: readonly Row[] = [
  [/^NoSuchBucket$/, "not-found", "Check --bucket; an import makes it when missing."],
  [/^(NoSuchKey|NotFound)$/, "not-found"],
  [/^InvalidAccessKeyId$/, "unauthorized", CHECK_KEYS],
  [
    /^InvalidToken(Id)?$/,
    "unauthorized",
    "Keys that were issued for a time need the token that came with them: give all three, as " +
    "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.",
  ],
  [
    /^SignatureDoesNotMatch$/,
    "unauthorized",
    `${CHECK_KEYS} A proxy in front of it must pass the Host header on unchanged.`,
  ],
  [/^ExpiredToken$/, "unauthorized", "The temporary credentials have expired: get new ones."],
  [/^Request(TimeTooSkewed|Expired)$/, "unauthorized", CLOCK],
  [/^InvalidBucketName$/, "usage", "Choose another --bucket."],
  [/^(KeyTooLongError|XMinioInvalid(Object|Resource)Name)$/, "invalid-key"],
  [
    /^XMinio(ObjectExistsAsDirectory|ParentIsObject)$/,
    "invalid-key",
    'MinIO cannot hold an object "a" beside an object "a/b". Remove what is in the way.',
  ],
  [/^XMinio(StorageFull|AdminBucketQuotaExceeded)$/, "no-space", FREE],
  [/^EntityTooLarge$/, "target", "Give a smaller --part-size."],
  [/^EntityTooSmall$/, "target", "Give a larger --part-size."],
  [
    /^NoSuchUpload$/,
    "target",
    "Somebody else ended this upload, perhaps another import into the same bucket. Run one at a " +
    "time.",
  ],
  [/^(NotImplemented|MethodNotAllowed)$/, "unsupported"],
  [/^(BadDigest|IncompleteBody|XAmzContent\w+Mismatch)$/, "integrity"],
  [/^(InternalError|OperationAborted|RequestTimeout)$/, "unavailable"],
  [/^(ServiceUnavailable|SlowDown\w*|XMinioServerNotInitialized)$/, "unavailable"],
];

/** What is told by words only: servers put many reasons under AccessDenied, or names of their own. */
const BY_WORDS: readonly Row[] = [
  [
    /block.?public|public.{0,40}(polic|access).{0,40}(not allowed|prevent|block|den)/i,
    "forbidden",
    "The bucket or its account blocks public access: have an administrator allow public policies " +
    "there, or give --anonymous-download keep and, with --url, the address of a proxy or website " +
    "through which nodes may read.",
  ],
  [
    /suspend|overdue|arrear|user ?disable|account.{0,20}(problem|disabled|closed|inactive)/i,
    "forbidden",
    "The account of these credentials is out of service: ask its administrator, or who pays for it.",
  ],
  [
    /quota|\bcaps?\b.{0,20}exceed|exceed.{0,40}\b(cap|quota)|storage ?(is )?full|no ?space/i,
    "no-space",
    FREE,
  ],
  [/too.?skewed|clock skew|request has expired/i, "unauthorized", CLOCK],
  [
    /object.?lock|\bworm\b|retention|immutab|not.{0,20}overwrit|overwrit.{0,20}(not|denied|forbid)/i,
    "forbidden",
    "What is there may not be replaced or removed: lift the bucket's retention, or choose another " +
    "--prefix.",
  ],
];

/** What the words of a refusal mean; `undefined` where they give no reason that is known. */
export function reasonOf({ code = "", status, message }: Refusal): Meaning | undefined {
  if (status < 400 || status >= 500) return undefined;
  const words = message.replaceAll(/\barn:\S+/g, ""); // AWS names the object, which may be called anything
  return meaningIn(BY_WORDS, code) ?? meaningIn(BY_WORDS, words);
}

function meaningIn(rows: readonly Row[], text: string): Meaning | undefined {
  const [, code, hint] = rows.find(([said]) => said.test(text)) ?? [];
  return code && { code, hint, retryable: code === "integrity" || code === "unavailable" };
}

function meaningOf(refusal: Refusal, s3Code: string): Meaning {
  const { method, path, query, status } = refusal;
  const region = expectedRegion(refusal);
  if (region !== undefined || s3Code === "AuthorizationHeaderMalformed") {
    return { code: "unauthorized", hint: `Give --region ${region ?? "REGION"}.` };
  }
  if (QUIRKS["virtual-hosts"].shows(refusal)) {
    return {
      code: "unsupported",
      hint: "It takes requests by bucket.HOST alone (virtual-hosted style), not path-style ones: " +
        "give its host name, not an IP address, as --endpoint; with https, a bucket without dots.",
    };
  }
  if (status === 301 || status === 307) return redirected(refusal);
  const meaning = reasonOf(refusal) ?? meaningIn(BY_CODE, s3Code);
  if (meaning !== undefined) return meaning;
  if (status === 507) return { code: "no-space" };
  if (s3Code !== "AccessDenied" && status !== 403) return { code: "target" };
  const request = `${method} ${path}?${query}`;
  const [, permission] = PERMISSIONS.find(([pattern]) => pattern.test(request)) ?? [];
  return {
    code: "forbidden",
    hint: `Give credentials that may do this, or add ${permission} to the user's policy.`,
  };
}

/** The bucket is somewhere else; credentials are not sent there unasked. */
function redirected({ host = "", path, region }: Refusal): Meaning {
  if (!/^[\w.:-]+$/.test(host)) {
    return { code: "target", hint: "Give the address of the server that has this bucket." };
  }
  const bucket = `${path.split("/")[1]}.`;
  const bare = host.startsWith(bucket) ? host.slice(bucket.length) : host;
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
  [/^(GET|HEAD) /, "s3:GetObject (and s3:ListBucket: without it, what is missing is forbidden)"],
  [/^/, "s3:PutObject"],
];
