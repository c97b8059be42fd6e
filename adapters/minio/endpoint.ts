/** Reads `--endpoint`, `--bucket` and `--prefix`: which server, and where in it. */
import { assertKey } from "../../core/storage/mod.ts";
import { parseAddress, shownAddress } from "../../core/util/address.ts";
import { messageOf } from "../../core/util/errors.ts";
import { usage } from "../option_values.ts";
import type { Alias } from "./credentials.ts";

/** The bucket that kubean's documents use. */
export const DEFAULT_BUCKET = "kubean";

/** How buckets are addressed. `auto`: by path, until an answer asks for `bucket.host`. */
export const ADDRESSINGS = ["auto", "path", "virtual"] as const;
type Addressing = typeof ADDRESSINGS[number];

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const BUCKET = /^(?!.*(\.\.|\d\.\d+\.\d+\.\d))[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** A server, and the part of it that objects go to. */
export interface Location {
  /** As `http://host:port`, without a path and without credentials. */
  readonly server: URL;
  readonly bucket: string;
  /** What every object's name begins with: empty, or ending in `/`. */
  readonly prefix: string;
  /** Never `auto` where `bucket.host` cannot be had. */
  readonly addressing: Addressing;
}

/** The location that option values name: the endpoint's path, or an alias's, is bucket and prefix. */
export function parseLocation(
  text: (option: string) => string | undefined,
  addressing: Addressing,
  alias: Alias | undefined,
): Location {
  const endpoint = text("endpoint");
  if (endpoint === undefined) {
    throw usage(
      "tell which server to use: no endpoint is given",
      'Give --endpoint, such as "http://10.0.1.1:9000".',
    );
  }
  if (endpoint.includes("@")) { // not shown: whatever is wrong with it, a password may be in it
    throw usage(
      "use the endpoint given: it holds a user name or password",
      "Anybody on this host sees it in the list of processes. Give --username and " +
        '--password-file instead; a prefix with "@" goes into --prefix.',
    );
  }
  const written = alias?.server ?? endpoint;
  const plain = written.replace(/^(https?:\/\/)\{bucket\}\./i, "$1");
  const server = parseServer(plain);
  const path = alias === undefined ? server.pathname : endpoint.replace(/^[^/]*/, "");
  const names = pathComponents(path);
  const named = plain === written
    ? bucketInHost(server.hostname, text("bucket") ?? DEFAULT_BUCKET, addressing)
    : undefined;
  if (named !== undefined) {
    server.hostname = server.hostname.slice(named.length + 1);
    names.unshift(named);
  }
  const bucket = inOnePlace("bucket", text("bucket"), names[0]) ?? DEFAULT_BUCKET;
  if (!BUCKET.test(bucket)) {
    throw usage(
      `use "${bucket}" as a bucket: S3 allows no such name`,
      "A name has 3 to 63 of a-z, 0-9, dot and hyphen, and begins and ends with a letter or digit.",
    );
  }
  const prefix = text("prefix")?.replace(/^\/+|\/+$/g, "");
  const isVirtual = plain !== written || named !== undefined;
  return {
    server: new URL(server.origin),
    bucket,
    prefix: prefixOf(inOnePlace("prefix", prefix, names.slice(1).join("/") || undefined)),
    addressing: possibleAddressing(isVirtual ? "virtual" : addressing, server, bucket),
  };
}

/** Clouds that many copy `bucket.host` of from a console. */
const CLOUD =
  /^(.+?)\.((s3|oss|cos|obs|tos)[.-].*)?(amazonaws\.com(\.cn)?|aliyuncs\.com|myqcloud\.com|myhuaweicloud\.com|volces\.com|backblazeb2\.com)$/;

/** The bucket that a host's name begins with, as in `https://kubean.oss-cn-x.aliyuncs.com`. */
function bucketInHost(hostname: string, bucket: string, addressing: Addressing) {
  if (addressing === "path") return undefined;
  const [, first, rest] = CLOUD.exec(hostname) ?? [];
  if (rest !== undefined) return first;
  const behind = hostname.startsWith(`${bucket}.`) ? hostname.slice(bucket.length + 1) : "";
  // A server may be called as the bucket is; one that is called "s3" behind that is not.
  const isBucket = addressing === "virtual" ? behind !== "" : /^(s3|oss|cos|obs)[.-]/.test(behind);
  return isBucket ? bucket : undefined;
}

function possibleAddressing(asked: Addressing, { hostname, protocol }: URL, bucket: string) {
  const obstacle = /^[\d.]+$|^\[/.test(hostname)
    ? "the endpoint is an IP address, which has no names below it"
    : protocol === "https:" && bucket.includes(".")
    ? "TLS certificates cover no bucket's name that holds a dot"
    : undefined;
  if (obstacle === undefined || asked === "path") return asked;
  if (asked === "auto") return "path";
  const hint = "Give the server's host name, and a bucket without dots; or --addressing path.";
  throw usage(`address bucket "${bucket}" by its host: ${obstacle}`, hint);
}

function parseServer(endpoint: string): URL {
  const shown = shownAddress(endpoint);
  const refuse = (state: string, hint: string) =>
    usage(`use "${shown}" as an endpoint: ${state}`, hint);
  const scheme = /^(.*?):\/\//.exec(endpoint)?.[1];
  if (scheme === undefined) {
    throw refuse(
      "it has no scheme",
      `Write "http://${shown}" or "https://…", or the name of an alias for which ` +
        "$MC_HOST_<alias> is set, or that mc keeps.",
    );
  }
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

function pathComponents(path: string): string[] {
  try {
    return path.split("/").filter((component) => component !== "").map(decodeURIComponent);
  } catch {
    throw usage(
      `use "${path}" as bucket and prefix: a "%" is no escape`,
      'Write a "%" in an endpoint as %25.',
    );
  }
}

function inOnePlace(option: string, given: string | undefined, inEndpoint: string | undefined) {
  if (given === undefined || inEndpoint === undefined || given === inEndpoint) {
    return given ?? inEndpoint;
  }
  throw usage(
    `use ${option} "${given}": the endpoint's path names ${option} "${inEndpoint}"`,
    `Give the ${option} in one of the two places; what follows a bucket is the prefix.`,
  );
}

function prefixOf(name = ""): string {
  if (name === "") return "";
  if (/[*?]/.test(name)) {
    const hint = "The bucket's policy would open more than this prefix. Choose another one.";
    throw usage(`use prefix "${name}": "*" and "?" are wildcards`, hint);
  }
  try {
    assertKey(name);
  } catch (error) {
    throw usage(messageOf(error).replace(/^Cannot /, ""), "Choose another --prefix.");
  }
  return `${name}/`;
}
