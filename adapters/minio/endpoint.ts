/** Reads `--endpoint`, `--bucket` and `--prefix`: which server, and where in it. */
import { type AdapterHost, assertKey } from "../../core/storage/mod.ts";
import { parseAddress, shownAddress } from "../../core/util/address.ts";
import { messageOf } from "../../core/util/errors.ts";
import { type Credentials, readAlias } from "./credentials.ts";

/** The bucket that kubean's documents use. */
export const DEFAULT_BUCKET = "kubean";

/** How buckets are addressed. `auto`: by path, until an answer asks for `bucket.host`. */
export type Addressing = "auto" | "path" | "virtual";

/** A server, and the part of it that objects go to. */
export interface Location {
  /** The server as `http://host:port`, without a path and without credentials. */
  readonly server: URL;
  readonly bucket: string;
  /** What every key begins with: empty, or ending in `/`. */
  readonly prefix: string;
  /** Never `auto` where `bucket.host` cannot be had. */
  readonly addressing: Addressing;
  /** What came with it, when the endpoint was an alias. */
  readonly credentials?: Credentials;
}

/** What was given on the command line or by environment, as text. */
export interface LocationInput {
  /** `--endpoint`. */
  readonly endpoint: string;
  /** `--bucket`. */
  readonly bucket?: string | undefined;
  /** `--prefix`. */
  readonly prefix?: string | undefined;
  /** `--addressing`. */
  readonly addressing: Addressing;
}

/**
 * The location that these options name. The endpoint is a URL, whose path is the bucket and the
 * prefix, or an alias of `$MC_HOST_<alias>`, likewise with a path behind it. Throws code `usage`.
 */
export function parseLocation(input: LocationInput, host: AdapterHost): Location {
  refuseCredentials(input.endpoint, host);
  const alias = readAlias(input.endpoint, host);
  const given = (alias?.server ?? input.endpoint).replace(/^(https?:\/\/)\{bucket\}\./i, "$1");
  const isTemplate = given !== (alias?.server ?? input.endpoint);
  const server = parseServer(given, host);
  const components = pathComponents(alias?.path ?? server.pathname, host);
  const named = isTemplate ? undefined : bucketInHost(server.hostname, input);
  if (named !== undefined) server.hostname = server.hostname.slice(named.length + 1);
  const [pathBucket, ...rest] = named === undefined ? components : [named, ...components];
  const bucket = chooseBucket(input.bucket, pathBucket, host);
  const asked = isTemplate || named !== undefined ? "virtual" : input.addressing;
  return {
    server: new URL(server.origin),
    bucket,
    prefix: choosePrefix(input.prefix, rest.join("/"), host),
    addressing: possibleAddressing(asked, server, bucket, host),
    ...(alias?.credentials && { credentials: alias.credentials }),
  };
}

/** Clouds that many copy `bucket.host` of from a console. */
const CLOUD =
  /^(.+?)\.((s3|oss|cos|obs|tos)[.-].*)?(amazonaws\.com(\.cn)?|aliyuncs\.com|myqcloud\.com|myhuaweicloud\.com|volces\.com|backblazeb2\.com)$/;

/** The bucket that a host's name begins with, as in `https://kubean.oss-cn-x.aliyuncs.com`. */
function bucketInHost(
  hostname: string,
  { bucket = DEFAULT_BUCKET, addressing }: LocationInput,
): string | undefined {
  if (addressing === "path") return undefined;
  const [, first = "", rest] = CLOUD.exec(hostname) ?? [];
  if (rest !== undefined) return first;
  const behind = hostname.startsWith(`${bucket}.`) ? hostname.slice(bucket.length + 1) : "";
  // A server may be called as the bucket is; one that is called "s3" behind that is not.
  return addressing === "virtual" && behind !== "" || /^(s3|oss|cos|obs)[.-]/.test(behind)
    ? bucket
    : undefined;
}

function possibleAddressing(
  asked: Addressing,
  { hostname, protocol }: URL,
  bucket: string,
  host: AdapterHost,
): Addressing {
  const obstacle = /^[\d.]+$|^\[/.test(hostname)
    ? "the endpoint is an IP address, which has no names below it"
    : protocol === "https:" && bucket.includes(".")
    ? "TLS certificates cover no bucket's name that holds a dot"
    : undefined;
  if (obstacle === undefined || asked === "path") return asked;
  if (asked === "auto") return "path";
  throw host.error("usage", `Cannot address bucket "${bucket}" by its host: ${obstacle}`, {
    hint: "Give the server's host name, and a bucket without dots; or --addressing path.",
  });
}

/** Never echoes the endpoint: whatever is wrong with it, a password may be in it. */
function refuseCredentials(endpoint: string, host: AdapterHost): void {
  if (!endpoint.includes("@")) return;
  throw host.error("usage", "Cannot use the endpoint given: it holds a user name or password", {
    hint: "Anybody on this host sees it in the list of processes. Give --username and " +
      '--password-file instead; a prefix with "@" goes into --prefix.',
  });
}

function parseServer(endpoint: string, host: AdapterHost): URL {
  const refuse = (state: string, hint: string) =>
    host.error("usage", `Cannot use "${shownAddress(endpoint)}" as an endpoint: ${state}`, {
      hint,
    });
  if (!endpoint.includes("://")) {
    throw refuse(
      "it has no scheme",
      `Write "http://${
        shownAddress(endpoint)
      }" or "https://…", or the name of an alias for which ` +
        "$MC_HOST_<alias> is set, or that mc keeps.",
    );
  }
  const scheme = endpoint.slice(0, endpoint.indexOf("://"));
  if (!/^https?$/i.test(scheme)) {
    throw refuse(`its scheme is "${scheme}"`, "Write http:// or https://.");
  }
  const url = parseAddress(endpoint);
  if (url === undefined) {
    throw refuse("it is no URL", 'Write something like "http://10.0.1.1:9000".');
  }
  if (url.search !== "" || url.hash !== "") {
    throw refuse('it has a "?" or "#"', "Write such a prefix as %3F or %23, or give --prefix.");
  }
  if (url.hostname.startsWith("[") && url.port === "") {
    // minio-js signs "Host: ::1" then, without the brackets that every server expects.
    throw refuse(
      "an IPv6 address needs a port other than the scheme's own",
      "Name the port that the server listens on, such as :9000, or use a host name.",
    );
  }
  return url;
}

function pathComponents(path: string, host: AdapterHost): string[] {
  const components = path.split("/").filter((component) => component !== "");
  try {
    return components.map(decodeURIComponent);
  } catch {
    throw host.error("usage", `Cannot use "${path}" as bucket and prefix: a "%" is no escape`, {
      hint: 'Write a "%" in an endpoint as %25.',
    });
  }
}

function chooseBucket(
  given: string | undefined,
  fromPath: string | undefined,
  host: AdapterHost,
): string {
  if (given !== undefined && fromPath !== undefined && given !== fromPath) {
    throw host.error(
      "usage",
      `Cannot use bucket "${given}": the endpoint's path names bucket "${fromPath}"`,
      { hint: "Give the bucket in one of the two places; what follows it goes into --prefix." },
    );
  }
  const bucket = given ?? fromPath ?? DEFAULT_BUCKET;
  if (!isBucketName(bucket)) {
    throw host.error("usage", `Cannot use "${bucket}" as a bucket: S3 allows no such name`, {
      hint: "A name has 3 to 63 of a-z, 0-9, dot and hyphen, and begins and ends with a letter " +
        "or digit.",
    });
  }
  return bucket;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
function isBucketName(name: string): boolean {
  return /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes("..") &&
    !/\d+\.\d+\.\d+\.\d+/.test(name);
}

function choosePrefix(given: string | undefined, fromPath: string, host: AdapterHost): string {
  const prefix = given?.replace(/^\/+|\/+$/g, "") ?? fromPath;
  if (fromPath !== "" && prefix !== fromPath) {
    throw host.error(
      "usage",
      `Cannot use prefix "${prefix}": the endpoint's path names prefix "${fromPath}"`,
      { hint: "Give the prefix in one of the two places." },
    );
  }
  if (prefix === "") return "";
  if (/[*?]/.test(prefix)) {
    throw host.error("usage", `Cannot use prefix "${prefix}": "*" and "?" are wildcards`, {
      hint: "The bucket's policy would open more than this prefix. Choose another one.",
    });
  }
  try {
    assertKey(prefix);
  } catch (error) {
    throw host.error("usage", messageOf(error), { hint: "Choose another --prefix." });
  }
  return `${prefix}/`;
}
