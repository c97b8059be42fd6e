/** What can be said of an endpoint by looking at it. */
import { parseAddress } from "../core/util/address.ts";

/** An endpoint fit to print: what stands before an `@` could be a password, and so could a query. */
export function shownEndpoint(endpoint: string): string {
  return endpoint.replace(/^([a-z][a-z0-9+.-]*:\/*)?.*@/is, "$1***@").replace(/\?.*/s, "?***");
}

/** What can be wrong with an endpoint, as half a sentence, and what to do about it. */
export const ENDPOINT_FAULTS = {
  "no-url": ["it is no http(s) URL", 'Write "http://HOST:PORT" or "https://HOST:PORT".'],
  "credentials": ["it holds a user name or a password", "Give them as user name and password."],
  "query": ['it has a "?" or "#"', "Leave out what follows the host, the port and the path."],
  "bucket": [
    "it names a bucket",
    'Nodes add "/kubean" to the endpoint of an S3 server: leave the path out.',
  ],
} as const;

/** What is wrong with an endpoint. That of an S3 server has no path: it would name a bucket. */
export function endpointFault(
  endpoint: string,
  kind: "s3" | "http",
): keyof typeof ENDPOINT_FAULTS | undefined {
  if (endpoint.includes("@")) return "credentials";
  const url = /\s/u.test(endpoint) ? undefined : parseAddress(endpoint);
  if (url === undefined || !/^https?:\/\/[^/]/i.test(endpoint)) return "no-url";
  if (/[?#]/.test(endpoint)) return "query";
  return kind === "s3" && !/^\/+$/.test(url.pathname) ? "bucket" : undefined;
}

/**
 * What serves an endpoint as a rule, by its port or name: MinIO 9000 and around it, Ceph 7480,
 * SeaweedFS 8333, Garage 3900; web servers 80, 8080 and around it.
 */
export function usualServer(endpoint: string): "s3" | "http" | undefined {
  const { protocol, hostname, port } = parseAddress(endpoint) ?? { hostname: "", port: "" };
  if (/^(?:9\d\d\d|7480|8333|3900)$/.test(port)) return "s3";
  if (/(?:^|[.-])(?:s3|minio|oss|obs|cos)(?:[.-]|$)/i.test(hostname)) return "s3";
  const isWebPort = port === "" ? protocol === "http:" : /^(?:8[18]?|80\d\d|8888)$/.test(port);
  return isWebPort ? "http" : undefined;
}

/** Whether an endpoint is on the host of whoever asks. */
export function isLoopback(endpoint: string): boolean {
  const { hostname = "" } = parseAddress(endpoint) ?? {};
  return /^(?:(?:.*\.)?localhost|localhost\.localdomain|ip6-localhost|127\.\d+\.\d+\.\d+|\[::1?\]|0\.0\.0\.0)$/
    .test(hostname);
}

/** The endpoint without slashes at its end: what is appended to it begins with one. */
export function withoutSlash(endpoint: string): string {
  return endpoint.replace(/\/+$/, "");
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export function isBucketName(name: string): boolean {
  return /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes("..");
}
