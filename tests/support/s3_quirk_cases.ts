/**
 * For each quirk of S3 servers, stand-ins that have it. `docs/s3.md` shows which test is about which
 * quirk: its table is written from here and from the real servers of `tests/reliability`.
 */
import type { QuirkName } from "../../adapters/minio/quirks.ts";
import { type Refusal, refusal, type S3Request, type StandInOptions } from "./s3_standin.ts";

/** A stand-in, and what an import is to find out about it. */
export interface QuirkCase {
  /** As a test's name calls it. */
  readonly name: string;
  readonly quirk: QuirkName;
  readonly server: StandInOptions;
  /** Named by its host, as buckets that are addressed by theirs need it. */
  readonly byName?: true;
}

type Refuse = (request: S3Request) => Refusal | undefined;

const unless =
  (isRefused: (request: S3Request) => boolean, refused: Refusal): Refuse => (request) =>
    isRefused(request) ? refused : undefined;

const notImplemented = refusal(501, "NotImplemented", "A header or query is not implemented");
const invalid = (message: string) => refusal(400, "InvalidArgument", message);
const asks = (name: string) => ({ query }: S3Request) => query.has(name);
const sends = (name: RegExp) => ({ headers }: S3Request) =>
  Object.keys(headers).some((header) => name.test(header));
const isConditional = sends(/^if-(none-)?match$/);
const hasChecksum = sends(/^x-amz-(checksum|sdk-checksum)-/);
const byPath = ({ host }: S3Request) => !host.startsWith("kubean.");

const virtual = (code: string, message: string): QuirkCase => ({
  name: `a server that refuses path style as ${code}`,
  quirk: "virtual-hosts",
  server: { virtualHosts: true, refuse: unless(byPath, refusal(403, code, message)) },
  byName: true,
});

const region = (
  name: string,
  tellsRegion: NonNullable<StandInOptions["tellsRegion"]>,
): QuirkCase => ({
  name: `a region told ${name}`,
  quirk: "other-region",
  server: { region: "garage", tellsRegion },
});

/** All of them. */
export const QUIRK_CASES: readonly QuirkCase[] = [
  virtual("SecondLevelDomainForbidden", "Please use virtual hosted style to access."), // OSS
  virtual("PathStyleDomainForbidden", "must be addressed using COS virtual-styled domain."), // COS
  virtual("VirtualHostDomainRequired", "Virtual host domain is required"), // OBS
  virtual("AccessDenied", "Only virtual-hosted-style requests are allowed here"),
  {
    name: "a redirect from path style to the bucket's own host",
    quirk: "virtual-hosts",
    server: {
      virtualHosts: true,
      refuse: (request) =>
        byPath(request)
          ? {
            ...refusal(301, "PermanentRedirect", "Use the specified endpoint."),
            more: `<Endpoint>kubean.${request.host}</Endpoint>`,
          }
          : undefined,
    },
    byName: true,
  },
  region("in <Region>", (asked, region) => ({
    ...refusal(400, "AuthorizationHeaderMalformed", `the region '${asked}' is wrong`),
    more: `<Region>${region}</Region>`,
  })),
  region("by a header", (asked, region) => ({
    ...refusal(400, "AuthorizationHeaderMalformed", `the region '${asked}' is wrong`),
    headers: { "x-amz-bucket-region": region },
  })),
  region("in Garage's message", (asked, region) =>
    refusal(
      400,
      "AuthorizationHeaderMalformed",
      `Authorization header malformed, unexpected scope: 20260101/${asked}/s3/aws4_request (expected: 20260101/${region}/s3/aws4_request)`,
    )),
  region("in AWS's message", (asked, region) =>
    refusal(
      400,
      "AuthorizationHeaderMalformed",
      `The authorization header is malformed; the region '${asked}' is wrong; expecting '${region}'`,
    )),
  region("as a list of one", (asked, region) =>
    refusal(
      400,
      "InvalidRegionName",
      `The region name '${asked}' is not valid. Must be one of: ${region}`,
    )),
  {
    name: "checksums refused as 400, as Backblaze B2 does",
    quirk: "no-checksums",
    server: {
      checksums: false,
      refuse: unless(
        hasChecksum,
        invalid("Unsupported header 'x-amz-checksum-crc32' received for this API call."),
      ),
    },
  },
  {
    name: "checksums refused as 501",
    quirk: "no-checksums",
    server: { checksums: false, refuse: unless(hasChecksum, notImplemented) },
  },
  {
    name: "checksums taken no notice of, and refused in the list of parts",
    quirk: "no-checksums",
    server: {
      checksums: false,
      refuse: ({ method, query }, body) =>
        method === "POST" && query.has("uploadId") && body.includes("<ChecksumCRC32>")
          ? refusal(400, "MalformedXML", "The XML you provided was not well-formed")
          : undefined,
    },
  },
  {
    name: "no GetBucketLocation",
    quirk: "no-location",
    server: { refuse: unless(asks("location"), notImplemented) },
  },
  {
    name: "no GetBucketLocation, refused as 405",
    quirk: "no-location",
    server: { refuse: unless(asks("location"), refusal(405, "MethodNotAllowed", "no")) },
  },
  {
    name: "list-type=2 refused",
    quirk: "list-v1",
    server: { lists: "v1", pageSize: 2, refuse: unless(asks("list-type"), invalid("list-type")) },
  },
  {
    name: "list-type=2 taken for version 1",
    quirk: "list-without-token",
    server: { lists: "v1", pageSize: 2 },
  },
  {
    name: "version 2 without tokens",
    quirk: "list-without-token",
    server: { lists: "v2 by start-after", pageSize: 2 },
  },
  {
    name: "no encoding-type",
    quirk: "plain-names",
    server: { refuse: unless(asks("encoding-type"), invalid("encoding-type")) },
  },
  {
    name: "neither list-type=2 nor encoding-type",
    quirk: "plain-names",
    server: {
      lists: "v1",
      pageSize: 2,
      refuse: unless((one) => asks("list-type")(one) || asks("encoding-type")(one), notImplemented),
    },
  },
  {
    name: "no policies, and a bucket that is open",
    quirk: "no-policies",
    server: { isPublic: true, refuse: unless(asks("policy"), notImplemented) },
  },
  {
    name: "no policies, refused as 400",
    quirk: "no-policies",
    server: {
      isPublic: true,
      refuse: unless(asks("policy"), invalid("Unrecognized subresource: policy")),
    },
  },
  {
    name: "policies of another language, and a bucket that is open",
    quirk: "no-policies",
    server: {
      isPublic: true,
      refuse: unless(
        (one) => one.method === "PUT" && one.query.has("policy"),
        refusal(400, "MalformedPolicy", "Invalid policy syntax."),
      ),
    },
  },
  {
    name: "no tags",
    quirk: "no-tags",
    server: { refuse: unless(asks("tagging"), notImplemented) },
  },
  {
    name: "no ListMultipartUploads",
    quirk: "no-upload-list",
    server: {
      refuse: unless((one) => one.method === "GET" && one.query.has("uploads"), notImplemented),
    },
  },
  {
    name: "no ListParts",
    quirk: "no-part-list",
    server: {
      leftUploads: ["images.tar"],
      refuse: unless((one) => one.method === "GET" && one.query.has("uploadId"), notImplemented),
    },
  },
  {
    name: "conditions refused as 501",
    quirk: "no-conditions",
    server: { refuse: unless(isConditional, notImplemented) },
  },
  {
    name: "conditions refused as 400",
    quirk: "no-conditions",
    server: { refuse: unless(isConditional, invalid("If-None-Match is not supported")) },
  },
  {
    name: "conditions taken no notice of",
    quirk: "ignores-conditions",
    server: { heedsConditions: false },
  },
];
