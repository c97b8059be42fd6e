/** Requests to S3 as they are for a server that knows no checksums: without them, signed anew. */
import { createHash, createHmac } from "node:crypto";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

const CHECKSUM = /^x-amz-(checksum-|sdk-checksum-)/;

/**
 * The headers of a request without those of checksums. The signature (version 4) is over the rest
 * then, and over the body as far as it was: its SHA-256 stands in a header.
 */
export function withoutChecksums(
  { method = "GET", url = "/", headers }: IncomingMessage,
  password: string,
): IncomingHttpHeaders {
  const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => !CHECKSUM.test(name)));
  const { authorization = "", "x-amz-date": date } = headers;
  const [, scope = "", names = ""] = /Credential=[^/]+\/([^,]+), ?SignedHeaders=([^,]+)/
    .exec(authorization) ?? [];
  if (scope === "") return kept;
  const signed = names.split(";").filter((name) => !CHECKSUM.test(name));
  const [path = "", query = ""] = url.split("?");
  const canonical = [
    method,
    path,
    query.split("&").filter((pair) => pair !== "").map((pair) =>
      pair.includes("=") ? pair : `${pair}=`
    ).sort().join("&"),
    ...signed.map((name) => `${name}:${kept[name]}`),
    "",
    signed.join(";"),
    kept["x-amz-content-sha256"],
  ].join("\n");
  const digest = createHash("sha256").update(canonical).digest("hex");
  const key = scope.split("/").reduce<string | Uint8Array>(
    (key, part) => createHmac("sha256", key).update(part).digest(),
    `AWS4${password}`,
  );
  const signature = createHmac("sha256", key)
    .update(["AWS4-HMAC-SHA256", date, scope, digest].join("\n")).digest("hex");
  const again = authorization.replace(names, signed.join(";"))
    .replace(/Signature=.*/, `Signature=${signature}`);
  return { ...kept, authorization: again };
}
