/** AWS signature version 4, as a server computes it: over what it was sent. */
import { createHash, createHmac } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** A request as it came. */
export interface SignedRequest {
  readonly method: string;
  /** The path with its query, as on the request line. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** What `Authorization` says. */
export interface Authorization {
  readonly accessKey: string;
  /** `DATE/REGION/s3/aws4_request`. */
  readonly scope: string;
  /** The names of the headers that are signed. */
  readonly signed: readonly string[];
  readonly signature: string;
}

/** Reads the header; undefined for a request without credentials, and for another scheme. */
export function readAuthorization(
  { authorization = "" }: IncomingHttpHeaders,
): Authorization | undefined {
  const [, accessKey, scope, names, signature] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=(\w+)$/
      .exec(authorization) ?? [];
  if (accessKey === undefined || !scope || !names || !signature) return undefined;
  return { accessKey, scope, signed: names.split(";"), signature };
}

/** The signature that a request over these headers should have. */
export function signatureOf(
  { method, url, headers }: SignedRequest,
  { scope, signed }: Pick<Authorization, "scope" | "signed">,
  secret: string,
): string {
  const [path = "", query = ""] = url.split("?");
  const canonical = [
    method,
    path,
    query.split("&").filter((pair) => pair !== "").map((pair) =>
      pair.includes("=") ? pair : `${pair}=`
    ).sort().join("&"),
    ...signed.map((name) => `${name}:${headers[name]}`),
    "",
    signed.join(";"),
    headers["x-amz-content-sha256"],
  ].join("\n");
  const digest = createHash("sha256").update(canonical).digest("hex");
  const key = scope.split("/").reduce<string | Uint8Array>(
    (key, part) => createHmac("sha256", key).update(part).digest(),
    `AWS4${secret}`,
  );
  return createHmac("sha256", key)
    .update(["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, digest].join("\n")).digest("hex");
}
