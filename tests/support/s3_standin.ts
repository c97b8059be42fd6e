/**
 * A stand-in for the object stores that cannot be had here: a server on loopback that speaks S3 as
 * documented, refuses what is wrongly signed or damaged, and lacks what a test has it lack.
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { crc32 } from "node:zlib";
import { answerListing, type ListingForm } from "./s3_standin_lists.ts";
import { readAuthorization, signatureOf } from "./sigv4.ts";

/** A request, taken apart. */
export interface S3Request {
  readonly method: string;
  /** The path with its query, as on the request line. */
  readonly url: string;
  readonly host: string;
  readonly headers: IncomingHttpHeaders;
  readonly query: ReadonlyMap<string, string>;
  /** Empty when it is about all buckets. */
  readonly bucket: string;
  /** Empty when it is about the bucket. */
  readonly key: string;
  /** Whether it is without credentials. */
  readonly isAnonymous: boolean;
}

/** An error as S3 answers it. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** More elements of the body, as XML. */
  readonly more?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How this server differs from what is documented for S3. */
export interface StandInOptions {
  /** Answers in place of the server, where it gives something. */
  readonly refuse?: (request: S3Request, body: Buffer) => Refusal | undefined;
  /** Keys whose uploads an earlier run has left. */
  readonly leftUploads?: readonly string[];
  /** How ETags are written. Default: in lower case. */
  readonly etags?: "lower" | "upper";
  /** The status of answers without a body, but for those to PUT of objects. Default: 204. */
  readonly emptyStatus?: number;
  /** Uploads in one page of a listing. Default: 1000. */
  readonly uploadsPerPage?: number;
  /** Parts in one page of a listing. Default: all, as of MinIO. */
  readonly partsPerPage?: number;
  /** What a listing looks like. Default: version 2, with tokens. */
  readonly lists?: ListingForm;
  /** Names in one page of a listing. Default: 1000. */
  readonly pageSize?: number;
  /** Whether conditions of writes are heeded. Default: true. */
  readonly heedsConditions?: boolean;
  /** Whether it looks at `x-amz-checksum-crc32`, and says so. Default: true. */
  readonly checksums?: boolean;
  /** Requests by `bucket.host` are understood besides those by path. Default: false. */
  readonly virtualHosts?: boolean;
  /** Default: `us-east-1`. */
  readonly region?: string;
  /** The region that signatures must name is told in this way. Default: in `<Region>`. */
  readonly tellsRegion?: (asked: string, region: string) => Refusal;
  /** What becomes of a body between the network and the disk. */
  readonly store?: (key: string, body: Uint8Array) => Uint8Array;
  /** Buckets that are there from the beginning. Default: `kubean`. */
  readonly buckets?: readonly string[];
  /** Whether anybody may fetch, policy or not. Default: false. */
  readonly isPublic?: boolean;
}

/** A running stand-in. Disposing of it stops it. */
export interface StandIn extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Every request so far, as `METHOD /path?query STATUS`; upload ids and lock names as `*`. */
  readonly requests: string[];
  /** Objects by bucket and key, as `kubean/a/b`. */
  readonly objects: ReadonlyMap<string, StoredObject>;
}

/** An object as it is stored. */
export interface StoredObject {
  readonly body: Buffer;
  readonly etag: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly written: Date;
}

interface Upload {
  readonly bucket: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: Map<number, { readonly body: Buffer; readonly etag: string }>;
  readonly begun: Date;
}

interface State {
  readonly options: StandInOptions;
  readonly buckets: Set<string>;
  readonly objects: Map<string, StoredObject>;
  readonly policies: Map<string, string>;
  readonly uploads: Map<string, Upload>;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

const USER = "test-admin";
const PASSWORD = "test-password/+@%";
const REGION = "us-east-1";

/** Starts one, on a free port of loopback. */
export async function startStandIn(options: StandInOptions = {}): Promise<StandIn> {
  const state: State = {
    options,
    buckets: new Set(options.buckets ?? ["kubean"]),
    objects: new Map(),
    policies: new Map(),
    uploads: new Map(
      options.leftUploads?.map((key, nth) => [`left-${nth}`, {
        bucket: "kubean",
        key,
        headers: {},
        parts: new Map(),
        begun: new Date(nth),
      }]),
    ),
  };
  const requests: string[] = [];
  const server = createServer((message, response) => {
    const chunks: Buffer[] = [];
    message.on("data", (chunk: Buffer) => chunks.push(chunk));
    message.on("end", () => {
      const request = takeApart(message.method ?? "", message.url ?? "", message.headers, options);
      const answer = decide(state, request, Buffer.concat(chunks));
      requests.push(`${request.method} ${withoutNames(request.url)} ${answer.status}`);
      send(response, request, answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port ?? 0 : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    user: USER,
    password: PASSWORD,
    requests,
    objects: state.objects,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function withoutNames(url: string): string {
  return url.replace(/uploadId=[^&]+/, "uploadId=*").replace(/(probe|trial)-[\w-]+/, "$1-*");
}

function takeApart(
  method: string,
  url: string,
  headers: IncomingHttpHeaders,
  { virtualHosts = false }: StandInOptions,
): S3Request {
  const [path = "", search = ""] = url.split("?");
  const host = headers.host ?? "";
  const [, label] = virtualHosts ? /^([a-z0-9-]+)\.[a-z]/.exec(host) ?? [] : [];
  const names = decodeURIComponent(path).slice(1);
  const [first = "", ...rest] = names.split("/");
  return {
    method,
    url,
    host,
    headers,
    query: new Map(new URLSearchParams(search)),
    bucket: label ?? first,
    key: label === undefined ? rest.join("/") : names,
    isAnonymous: headers.authorization === undefined,
  };
}

function decide(state: State, request: S3Request, body: Buffer): Answer {
  const refused = state.options.refuse?.(request, body) ?? wronglySigned(state, request, body) ??
    damaged(state, request, body);
  if (refused !== undefined) return refusalAnswer(refused);
  const answer = request.key === ""
    ? ofBucket(state, request, body)
    : ofObject(state, request, body);
  return "code" in answer ? refusalAnswer(answer) : answer;
}

function wronglySigned(
  { options }: State,
  request: S3Request,
  body: Buffer,
): Refusal | undefined {
  if (request.isAnonymous) return undefined;
  const given = readAuthorization(request.headers);
  if (given === undefined) return refusal(400, "InvalidRequest", "unknown kind of signature");
  if (given.accessKey !== USER) return refusal(403, "InvalidAccessKeyId", "no such key");
  const { region = REGION, tellsRegion = tellRegion } = options;
  const asked = given.scope.split("/")[1] ?? "";
  if (asked !== region) return tellsRegion(asked, region);
  for (const name of ["host", "x-amz-content-sha256", "x-amz-date"]) {
    if (!given.signed.includes(name)) {
      return refusal(
        403,
        "AccessDenied",
        `There were headers present in the request which were not signed: ${name}`,
      );
    }
  }
  if (signatureOf(request, given, PASSWORD) !== given.signature) {
    return refusal(
      403,
      "SignatureDoesNotMatch",
      "The request signature we calculated does not match the signature you provided.",
    );
  }
  const sha256 = request.headers["x-amz-content-sha256"];
  if (sha256 === "UNSIGNED-PAYLOAD" || sha256 === hex("sha256", body)) return undefined;
  return refusal(
    400,
    "XAmzContentSHA256Mismatch",
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
  );
}

function tellRegion(asked: string, region: string): Refusal {
  const message =
    `The authorization header is malformed; the region '${asked}' is wrong; expecting '${region}'`;
  return {
    ...refusal(400, "AuthorizationHeaderMalformed", message),
    more: `<Region>${region}</Region>`,
  };
}

function damaged({ options }: State, { headers }: S3Request, body: Buffer): Refusal | undefined {
  const claimed = headers["x-amz-checksum-crc32"];
  if (options.checksums === false || claimed === undefined || claimed === crc(body)) {
    return undefined;
  }
  return refusal(
    400,
    "BadDigest",
    "The CRC32 you specified did not match the calculated checksum.",
  );
}

function ofBucket(state: State, request: S3Request, body: Buffer): Answer | Refusal {
  const { bucket, query, method } = request;
  if (request.isAnonymous) return denied();
  if (method === "PUT" && query.size === 0) {
    if (state.buckets.has(bucket)) return refusal(409, "BucketAlreadyOwnedByYou", "it is yours");
    state.buckets.add(bucket);
    return { status: 200 };
  }
  if (!state.buckets.has(bucket)) {
    return refusal(404, "NoSuchBucket", "The specified bucket does not exist");
  }
  if (query.has("location")) {
    return {
      status: 200,
      body: `<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${
        state.options.region ?? ""
      }</LocationConstraint>`,
    };
  }
  if (query.has("policy")) return ofPolicy(state, request, body);
  if (query.has("uploads")) return listUploads(state, request);
  if (method === "HEAD") return { status: 200 };
  if (method !== "GET") return refusal(405, "MethodNotAllowed", "not of a bucket");
  const names = [...state.objects].filter(([name]) => name.startsWith(`${bucket}/`))
    .map(([name, object]) => ({ ...object, key: name.slice(bucket.length + 1) }));
  const { lists = "v2", pageSize = 1000 } = state.options;
  return { status: 200, body: answerListing(bucket, names, query, lists, pageSize) };
}

function ofPolicy(state: State, { bucket, method }: S3Request, body: Buffer): Answer | Refusal {
  if (method === "PUT") {
    state.policies.set(bucket, body.toString());
    return { status: state.options.emptyStatus ?? 204 };
  }
  const policy = state.policies.get(bucket);
  return policy === undefined
    ? refusal(404, "NoSuchBucketPolicy", "The bucket policy does not exist")
    : { status: 200, body: policy, headers: { "content-type": "application/json" } };
}

function listUploads({ uploads, options }: State, { bucket, query }: S3Request): Answer {
  const prefix = query.get("prefix") ?? "";
  const isEncoded = query.get("encoding-type") === "url";
  const named = (key: string) => isEncoded ? encodeURIComponent(key) : key;
  const all = [...uploads].filter(([, one]) => one.bucket === bucket && one.key.startsWith(prefix));
  const start = all.findIndex(([id]) => id === query.get("upload-id-marker")) + 1;
  const page = all.slice(start, start + (options.uploadsPerPage ?? 1000));
  const [lastId, last] = page.at(-1) ?? [];
  const next = last === undefined || start + page.length === all.length
    ? "<IsTruncated>false</IsTruncated>"
    : `<IsTruncated>true</IsTruncated><NextKeyMarker>${
      named(last.key)
    }</NextKeyMarker><NextUploadIdMarker>${lastId}</NextUploadIdMarker>`;
  const found = page.map(([id, { key, begun }]) =>
    `<Upload><Key>${
      named(key)
    }</Key><UploadId>${id}</UploadId><Initiated>${begun.toISOString()}</Initiated></Upload>`
  );
  return {
    status: 200,
    body: `<ListMultipartUploadsResult>${
      isEncoded ? "<EncodingType>url</EncodingType>" : ""
    }${next}${found.join("")}</ListMultipartUploadsResult>`,
  };
}

function ofObject(state: State, request: S3Request, body: Buffer): Answer | Refusal {
  const { bucket, key, method, query, headers } = request;
  if (!state.buckets.has(bucket)) {
    return refusal(404, "NoSuchBucket", "The specified bucket does not exist");
  }
  if (request.isAnonymous) {
    const isOpen = state.options.isPublic || state.policies.has(bucket);
    if (!isOpen || (method !== "GET" && method !== "HEAD")) return denied();
  }
  const name = `${bucket}/${key}`;
  if (query.has("tagging")) return { status: 200 };
  if (query.has("uploads") || query.has("uploadId")) return ofUpload(state, request, body);
  if (method === "PUT") {
    const unmet = state.options.heedsConditions === false
      ? undefined
      : unmetCondition(state, request);
    if (unmet !== undefined) return unmet;
    const stored = Buffer.from(state.options.store?.(key, body) ?? body);
    const etag = etagOf(state, stored);
    state.objects.set(name, {
      body: stored,
      etag,
      headers: metadata(headers),
      written: new Date(),
    });
    return { status: 200, headers: { etag: `"${etag}"`, ...checksumSeen(state, headers) } };
  }
  if (method === "DELETE") {
    state.objects.delete(name);
    return { status: state.options.emptyStatus ?? 204 };
  }
  const object = state.objects.get(name);
  if (object === undefined) return refusal(404, "NoSuchKey", "The specified key does not exist.");
  return {
    status: 200,
    body: object.body,
    headers: {
      ...object.headers,
      etag: `"${object.etag}"`,
      "last-modified": object.written.toUTCString(),
    },
  };
}

function unmetCondition({ objects }: State, { bucket, key, headers }: S3Request) {
  const object = objects.get(`${bucket}/${key}`);
  const { "if-none-match": absent, "if-match": same } = headers;
  const isUnmet = (absent === "*" && object !== undefined) ||
    (same !== undefined && same !== `"${object?.etag}"`);
  return isUnmet ? refusal(412, "PreconditionFailed", "a condition did not hold") : undefined;
}

function ofUpload(state: State, request: S3Request, body: Buffer): Answer | Refusal {
  const { bucket, key, method, query, headers } = request;
  const id = query.get("uploadId") ?? crypto.randomUUID();
  if (query.has("uploads")) {
    const begun = new Date();
    state.uploads.set(id, { bucket, key, headers: metadata(headers), parts: new Map(), begun });
    return {
      status: 200,
      body:
        `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
    };
  }
  const upload = state.uploads.get(id);
  if (upload === undefined) return refusal(404, "NoSuchUpload", "no such upload");
  const parts = [...upload.parts].sort(([a], [b]) => a - b);
  if (method === "PUT") {
    const etag = etagOf(state, body);
    upload.parts.set(Number(query.get("partNumber")), { body, etag });
    return { status: 200, headers: { etag: `"${etag}"`, ...checksumSeen(state, headers) } };
  }
  if (method === "GET") {
    return { status: 200, body: listParts(parts, query, state.options) };
  }
  state.uploads.delete(id);
  if (method === "DELETE") return { status: state.options.emptyStatus ?? 204 };
  const whole = Buffer.concat(parts.map(([, { body }]) => body));
  const md5s = Buffer.concat(parts.map(([, { etag }]) => Buffer.from(etag, "hex")));
  const etag = `${hex("md5", md5s)}-${parts.length}`;
  const stored = Buffer.from(state.options.store?.(key, whole) ?? whole);
  state.objects.set(`${bucket}/${key}`, {
    body: stored,
    etag,
    headers: upload.headers,
    written: new Date(),
  });
  return {
    status: 200,
    body: `<CompleteMultipartUploadResult><ETag>"${etag}"</ETag></CompleteMultipartUploadResult>`,
  };
}

function listParts(
  parts: readonly (readonly [number, { readonly body: Buffer; readonly etag: string }])[],
  query: S3Request["query"],
  { partsPerPage = Infinity }: StandInOptions,
): string {
  const left = parts.filter(([number]) => number > Number(query.get("part-number-marker") ?? 0));
  const page = left.slice(0, partsPerPage);
  const listed = page.map(([number, { body, etag }]) =>
    `<Part><PartNumber>${number}</PartNumber><ETag>"${etag}"</ETag><Size>${body.length}</Size></Part>`
  );
  const next = `<NextPartNumberMarker>${page.at(-1)?.[0] ?? 0}</NextPartNumberMarker>`;
  return `<ListPartsResult>${next}<IsTruncated>${page.length < left.length}</IsTruncated>${
    listed.join("")
  }</ListPartsResult>`;
}

function etagOf({ options }: State, bytes: Uint8Array): string {
  const md5 = hex("md5", bytes);
  return options.etags === "upper" ? md5.toUpperCase() : md5;
}

function checksumSeen({ options }: State, headers: IncomingHttpHeaders): Record<string, string> {
  const claimed = headers["x-amz-checksum-crc32"];
  if (options.checksums === false || typeof claimed !== "string") return {};
  return { "x-amz-checksum-crc32": claimed };
}

function metadata(headers: IncomingHttpHeaders): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => name.startsWith("x-amz-meta-"));
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}

/** An error without further elements. */
export function refusal(status: number, code: string, message: string): Refusal {
  return { status, code, message };
}

function denied(): Refusal {
  return refusal(403, "AccessDenied", "Access Denied.");
}

function refusalAnswer({ status, code, message, more = "", headers }: Refusal): Answer {
  const text = message.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return {
    status,
    body:
      `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${text}</Message>${more}<RequestId>1</RequestId></Error>`,
    ...(headers && { headers }),
  };
}

function send(response: ServerResponse, request: S3Request, answer: Answer): void {
  const body = Buffer.from(answer.body ?? "");
  response.writeHead(answer.status, {
    "content-type": "application/xml",
    ...(answer.status !== 204 && { "content-length": `${body.length}` }),
    ...answer.headers,
  });
  response.end(request.method === "HEAD" || answer.status === 204 ? undefined : body);
}

function hex(kind: "md5" | "sha256", bytes: Uint8Array): string {
  return createHash(kind).update(bytes).digest("hex");
}

function crc(bytes: Uint8Array): string {
  const value = Buffer.alloc(4);
  value.writeUInt32BE(crc32(bytes));
  return value.toString("base64");
}
