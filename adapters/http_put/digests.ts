/**
 * What an HTTP server tells of the bytes that it has. Which header is a digest of them is found out
 * by an object whose bytes are known: an ETag may be one (Nexus, Artifactory) or not (nginx).
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { ObjectInfo } from "../../core/storage/mod.ts";
import type { Answer } from "./requests.ts";

/** A header that tells a digest, and of which kind. */
export interface TellingHeader {
  readonly name: string;
  readonly kind: DigestKind;
}

type DigestKind = "sha256" | "sha1" | "md5";

/** Strongest first: of Artifactory, RFC 9530, RFC 3230, S3, ownCloud, RFC 1864. */
const HEADERS = [
  ...["x-checksum-sha256", "repr-digest", "digest", "x-amz-checksum-sha256", "x-checksum-sha1"],
  ...["oc-checksum", "etag", "x-checksum-md5", "content-md5"],
];

/** By their length in bytes. */
const KINDS: ReadonlyMap<number, DigestKind> = new Map([[32, "sha256"], [20, "sha1"], [16, "md5"]]);

/** The header in which this answer tells a digest of these bytes; `undefined` where none does. */
export function tellingHeader(answer: Answer, bytes: Uint8Array): TellingHeader | undefined {
  const digests = KINDS.values().map((kind) => ({
    kind,
    digest: createHash(kind).update(bytes).digest("hex"),
  })).toArray();
  return HEADERS.flatMap((name) => {
    const told = digestsIn(answer, name);
    return digests.filter(({ digest }) => told.includes(digest)).map(({ kind }) => ({
      name,
      kind,
    }));
  })[0];
}

/** The digest that an answer tells in that header, in lower-case hex. */
export function toldDigest(answer: Answer, { name, kind }: TellingHeader): string | undefined {
  return digestsIn(answer, name).find((digest) => KINDS.get(digest.length / 2) === kind);
}

/** Digests stand there in hex or in base64, with more around them. */
function digestsIn(answer: Answer, name: string): string[] {
  return [...(answer.header(name) ?? "").matchAll(/[A-Za-z0-9+/]{22,64}={0,2}/g)]
    .map(([text]) => Buffer.from(text, /^(?:[0-9a-f]{2})+$/i.test(text) ? "hex" : "base64"))
    .filter(({ length }) => KINDS.has(length))
    .map((bytes) => bytes.toString("hex"));
}

/**
 * What tells whether anything touched the object. An ETag made of size and time (nginx, Apache
 * httpd, Go's WebDAV) does not: only one that holds a digest counts, as Nexus and Artifactory give.
 */
export function identityOf({ header }: Answer): Pick<ObjectInfo, "etag" | "sha256"> {
  const [etag] = /[0-9a-f]{32,}/i.exec(header("etag") ?? "") ?? [];
  const sha256 = header("x-checksum-sha256");
  return {
    ...(etag !== undefined && { etag: etag.toLowerCase() }),
    ...(sha256 !== undefined && /^[0-9a-f]{64}$/.test(sha256) && { sha256 }),
  };
}
