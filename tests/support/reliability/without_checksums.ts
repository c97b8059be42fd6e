/** Requests to S3 as they are for a server that knows no checksums: without them, signed anew. */
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { readAuthorization, signatureOf } from "../sigv4.ts";

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
  const given = readAuthorization(headers);
  if (given === undefined) return kept;
  const signed = given.signed.filter((name) => !CHECKSUM.test(name));
  const signature = signatureOf({ method, url, headers: kept }, { ...given, signed }, password);
  const authorization = headers.authorization
    ?.replace(given.signed.join(";"), signed.join(";"))
    .replace(/Signature=.*/, `Signature=${signature}`);
  return { ...kept, authorization };
}
