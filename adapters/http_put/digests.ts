/** What a server tells of the bytes that it has; by which header, an object that is known shows. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { ObjectInfo } from "../../core/storage/mod.ts";
import type { Answer } from "./messages.ts";

/** Strongest first: of Artifactory, RFC 9530, RFC 3230, S3, ownCloud, RFC 1864. */
const HEADERS = [
  ...["x-checksum-sha256", "repr-digest", "digest", "x-amz-checksum-sha256", "x-checksum-sha1"],
  ...["oc-checksum", "etag", "x-checksum-md5", "content-md5"],
];

/** How long they are in hex. */
const LENGTHS = { sha256: 64, sha1: 40, md5: 32 } as const;

/** A header that tells a digest, and of which kind. */
export interface TellingHeader {
  readonly name: string;
  readonly kind: keyof typeof LENGTHS;
}

/** The header in which this answer tells a digest of these bytes; `undefined` where none does. */
export function tellingHeader(answer: Answer, bytes: Uint8Array): TellingHeader | undefined {
  const kinds = ["sha256", "sha1", "md5"] as const;
  const digests = kinds.map((kind) => createHash(kind).update(bytes).digest("hex"));
  for (const name of HEADERS) {
    const told = digestsIn(answer, name);
    const kind = kinds.find((_, i) => told.includes(digests[i] ?? ""));
    if (kind !== undefined) return { name, kind };
  }
  return undefined;
}

/** The digest that an answer tells in that header, in lower-case hex. */
export function toldDigest(answer: Answer, { name, kind }: TellingHeader): string | undefined {
  return digestsIn(answer, name).find(({ length }) => length === LENGTHS[kind]);
}

/**
 * Texts that may be digests stand there in hex or in base64, with more around them; one with a count
 * behind it (`…-3`), as of S3, is of the digests of that many pieces.
 */
function digestsIn(answer: Answer, name: string): string[] {
  const texts = (answer.header(name) ?? "").matchAll(/[A-Za-z0-9+/]{22,64}={0,2}(?![\w+/=-])/g);
  return [...texts].map(([text]) =>
    /^(?:[0-9a-f]{2})+$/i.test(text)
      ? text.toLowerCase()
      : Buffer.from(text, "base64").toString("hex")
  );
}

/** What tells a touch of the object: no ETag of size and time (nginx, Go), one of a digest (Nexus). */
export function identityOf({ header }: Answer): Pick<ObjectInfo, "etag" | "sha256"> {
  const [etag] = /[0-9a-f]{32,}/i.exec(header("etag") ?? "") ?? [];
  const [sha256] = /^[0-9a-f]{64}$/.exec(header("x-checksum-sha256") ?? "") ?? [];
  return {
    ...(etag !== undefined && { etag: etag.toLowerCase() }),
    ...(sha256 !== undefined && { sha256 }),
  };
}
