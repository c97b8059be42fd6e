/** The certificate of a server and its key. */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { requireTls } from "../core/http/mod.ts";
import { readNamedText } from "../core/util/bounded_read.ts";
import { systemState } from "../core/util/errno.ts";
import { BinimportError } from "../core/util/errors.ts";
import { tried } from "../core/util/tried.ts";

export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
}

/** Reads both files, which must belong together, or `usage`; `warning`: why clients will refuse it. */
export async function readTlsIdentity(
  certFile: string,
  keyFile: string,
  now: Date = new Date(),
): Promise<TlsIdentity & { readonly warning?: string }> {
  requireTls(certFile);
  const [cert, key] = await Promise.all([
    readPem("certificate", certFile),
    readPem("key", keyFile),
  ]);
  const certificate = parseCertificate(cert, certFile);
  if (!certificate.checkPrivateKey(parseKey(key, keyFile))) {
    throw usage(
      `use the certificate ${quote(certFile)}: it does not belong to the key ${quote(keyFile)}`,
      "Give the key that it was made with. A file of several starts with the server's own.",
    );
  }
  const { validFrom, validTo } = certificate;
  const warning = now > new Date(validTo)
    ? `the certificate is not valid any more, since ${validTo}`
    : now < new Date(validFrom)
    ? `the certificate is not valid yet, not before ${validFrom}`
    : undefined;
  return { cert, key, ...(warning !== undefined && { warning }) };
}

function usage(what: string, hint: string): BinimportError {
  return new BinimportError("usage", `Cannot ${what}`, { hint });
}

async function readPem(what: string, file: string): Promise<string> {
  try {
    return await readNamedText(file);
  } catch (cause) {
    const message = `Cannot read the ${what} ${quote(file)}: ${systemState(cause)}`;
    throw new BinimportError("usage", message, { cause });
  }
}

function parseCertificate(pem: string, file: string): X509Certificate {
  const isPem = pem.includes("-----BEGIN CERTIFICATE-----");
  const found = isPem ? tried(() => new X509Certificate(pem)) : undefined;
  if (found !== undefined) return found;
  throw usage(
    `use ${quote(file)}: it holds no certificate in PEM`,
    "PEM begins with -----BEGIN CERTIFICATE-----. From DER: openssl x509 -inform der -in FILE.",
  );
}

function parseKey(pem: string, file: string): KeyObject {
  if (/ENCRYPTED/.test(pem)) {
    throw usage(
      `use the key ${quote(file)}: it has a passphrase`,
      "Nobody is there to type it when a service starts: openssl pkey -in FILE -out PLAIN",
    );
  }
  const key = tried(() => createPrivateKey(pem));
  if (key !== undefined) return key;
  const hint = "PEM begins with -----BEGIN PRIVATE KEY-----.";
  throw usage(`use ${quote(file)}: it holds no private key in PEM`, hint);
}

const quote = (file: string) => JSON.stringify(file);
