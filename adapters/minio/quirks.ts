/** How servers differ from S3 as documented: an answer shows it, and requests then do without. */
import type { Refusal } from "./refusal.ts";

interface Quirk {
  /** What it means and what is done, for `--verbose` and `doctor`: a sentence about the server. */
  readonly says: string;
  readonly shows?: (refusal: Refusal) => boolean;
}

export const QUIRKS = {
  "virtual-hosts": {
    says: "it takes requests by bucket.host alone, so they go there",
    shows: ({ status, code = "", message, path, host, sent }) =>
      (status === 301 || status === 307) && host === `${path.split("/")[1]}.${sent["host"]}` ||
      status >= 400 && status < 500 &&
        (/DomainForbidden|VirtualHost|PathStyle|InvalidPathAccess/i.test(code) ||
          /virtual[- ]?(host|style)|third[- ]level domain/i.test(message)),
  },
  "other-region": {
    says: "its region is another one than the one given, so requests are signed for that",
    shows: (refusal) => {
      const expected = expectedRegion(refusal);
      return expected !== undefined && expected !== signedRegion(refusal);
    },
  },
  "no-checksums": {
    says: "it refuses x-amz-checksum-* headers, so signatures cover the bodies instead",
    shows: (refusal) =>
      asks(refusal, /^POST \?uploadId=/) && refusal.code === "MalformedXML" ||
      has(refusal, /^x-amz-checksum-/) && !/BadDigest|Mismatch/.test(refusal.code ?? "") &&
        (isUnknown(refusal) || (refusal.status === 400 && /checksum/i.test(refusal.message))),
  },
  "no-location": {
    says: "it tells no bucket's location, so HEAD tells whether the bucket is there",
    shows: (refusal) => asks(refusal, /^GET \?location/) && isUnknown(refusal),
  },
  "plain-names": {
    says: "it does not encode the names that it lists, so they are taken as they come",
    shows: (refusal) =>
      asks(refusal, /^GET \?(.*&)?encoding-type=/) && isUnknown(refusal) &&
      (/encoding/i.test(refusal.message) || asks(refusal, /\?encoding-type=/)),
  },
  "list-v1": {
    says: "it lists objects in version 1 alone, so that is asked for",
    shows: (refusal) => asks(refusal, /^GET \?list-type=2/) && isUnknown(refusal),
  },
  "list-without-token": {
    says: "a listing does not say where it goes on, so it goes on behind the last name",
  },
  "no-policies": {
    says: "it knows no bucket policies as AWS writes them, so its administrator opens the bucket",
    shows: (refusal) =>
      asks(refusal, /^(GET|PUT) \?policy/) &&
      (isUnknown(refusal) || /^(Malformed|Invalid)Policy/.test(refusal.code ?? "")),
  },
  "no-tags": {
    says: "it knows no tags, so the digests of large files stand in the manifest alone",
    shows: (refusal) => asks(refusal, /^PUT \?tagging/) && isUnknown(refusal),
  },
  "no-upload-list": {
    says: "it lists no unfinished uploads, so those of killed imports are not gone on with",
    shows: (refusal) => asks(refusal, /^GET \?uploads/) && isUnknown(refusal),
  },
  "no-part-list": {
    says: "it does not list the parts that it has, so uploads of killed imports begin anew",
    shows: (refusal) => asks(refusal, /^GET \?uploadId=/) && isUnknown(refusal),
  },
  "no-conditions": {
    says:
      "it refuses conditions of writes, so of two imports that begin at once the later one goes on",
    shows: (refusal) => has(refusal, /^if-(none-)?match$/) && isUnknown(refusal),
  },
  "ignores-conditions": {
    says:
      "it heeds no conditions of writes, so of two imports that begin at once the later one goes on",
  },
} as const satisfies Readonly<Record<string, Quirk>>;

export type QuirkName = keyof typeof QUIRKS;

/** The first quirk that a refusal shows, of those that were not known when the request was made. */
export function shownBy(refusal: Refusal, known: ReadonlySet<QuirkName>): QuirkName | undefined {
  const quirks: Readonly<Record<QuirkName, Quirk>> = QUIRKS;
  const names = Object.keys(QUIRKS) as QuirkName[];
  return names.find((name) => !known.has(name) && quirks[name].shows?.(refusal));
}

function isUnknown({ status, code = "" }: Refusal): boolean {
  return status === 501 || status === 405 ||
    (status === 400 && /^(Invalid(Argument|Request|URI)|Not\w+ed|Unsupported\w*)$/.test(code));
}

function asks({ method, query }: Refusal, request: RegExp): boolean {
  return request.test(`${method} ?${query}`);
}

function has({ sent }: Refusal, header: RegExp): boolean {
  return Object.keys(sent).some((name) => header.test(name));
}

/** `expecting 'eu-west-1'`, `(expected: 20240101/garage/s3/aws4_request)`, `Must be one of: a, b`. */
const NAMED = [
  /\bexpect\w*:?\s+(?:region:?\s+|\d{8}\/)?['"`]?([a-z0-9][\w-]*)/i,
  /(?:must|should) be (?:set to |one of:? *)?['"`]?([a-z0-9][\w-]*(?:, *[\w-]+)*)/i,
  /(?:correct|right|configured) region (?:is )?['"`]?([a-z0-9][\w-]*)/i,
];

function signedRegion({ sent }: Refusal): string | undefined {
  return /Credential=[^,]*\/\d{8}\/([^/]+)\//.exec(`${sent["authorization"]}`)?.[1];
}

/** The region that a server expects in signatures: by `<Region>`, a header, or its message alone. */
export function expectedRegion(refusal: Refusal): string | undefined {
  const { status, code = "", message, region } = refusal;
  const isAbout = /^(Authorization\w*(Malformed|Error)|InvalidRegion\w*)$/.test(code) ||
    // MinIO, told its region, names it in whatever it refuses.
    (status === 400 && region !== undefined && region !== signedRegion(refusal) &&
      !/^Bad|Digest/.test(code));
  if (!isAbout) return undefined;
  const named = region ?? NAMED.map((said) => said.exec(message)?.[1]).find(Boolean);
  const choices = named?.split(/, */) ?? [];
  const chosen = choices.includes("auto") ? "auto" : choices[0]; // R2 names seven; "auto" is any
  return /^[a-z0-9][\w-]{0,62}$/i.test(chosen ?? "") ? chosen : undefined;
}
