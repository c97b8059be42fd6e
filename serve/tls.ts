/** The certificate of a server and its key. */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { requireTls } from "../core/http/mod.ts";
import { readNamedText } from "../core/util/bounded_read.ts";
import { BinimportError, messageOf } from "../core/util/errors.ts";

export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
}

/** An identity that can be used, and what is odd about it. */
export interface CheckedIdentity extends TlsIdentity {
  /** Why clients will refuse it, if they will. */
  readonly warning?: string;
}

/** Reads both files and finds out whether they belong together; throws code `usage` if not. */
export async function readTlsIdentity(
  certFile: string,
  keyFile: string,
  now: Date = new Date(),
): Promise<CheckedIdentity> {
  requireTls(certFile);
  const [cert, key] = await Promise.all([
    readPem("certificate", certFile),
    readPem("key", keyFile),
  ]);
  const certificate = parseCertificate(cert, certFile);
  if (!certificate.checkPrivateKey(parseKey(key, keyFile))) {
    throw new BinimportError(
      "usage",
      `Cannot use the certificate ${quote(certFile)}: it does not belong to the key ${
        quote(keyFile)
      }`,
      {
        hint: "Give the key that it was made with. A file of several starts with the server's own.",
      },
    );
  }
  const warning = validity(certificate, now);
  return { cert, key, ...(warning === undefined ? {} : { warning }) };
}

async function readPem(what: string, file: string): Promise<string> {
  try {
    return await readNamedText(file);
  } catch (cause) {
    throw new BinimportError(
      "usage",
      `Cannot read the ${what} ${quote(file)}: ${messageOf(cause)}`,
      { cause },
    );
  }
}

function parseCertificate(pem: string, file: string): X509Certificate {
  try {
    if (pem.includes("-----BEGIN CERTIFICATE-----")) return new X509Certificate(pem);
  } catch {
    // told below
  }
  throw new BinimportError("usage", `Cannot use ${quote(file)}: it holds no certificate in PEM`, {
    hint:
      "PEM begins with -----BEGIN CERTIFICATE-----. From DER: openssl x509 -inform der -in FILE.",
  });
}

function parseKey(pem: string, file: string): KeyObject {
  if (/ENCRYPTED/.test(pem)) {
    throw new BinimportError("usage", `Cannot use the key ${quote(file)}: it has a passphrase`, {
      hint: "Nobody is there to type it when a service starts: openssl pkey -in FILE -out PLAIN",
    });
  }
  try {
    return createPrivateKey(pem);
  } catch {
    throw new BinimportError("usage", `Cannot use ${quote(file)}: it holds no private key in PEM`, {
      hint: "PEM begins with -----BEGIN PRIVATE KEY-----.",
    });
  }
}

function validity({ validFrom, validTo }: X509Certificate, now: Date): string | undefined {
  if (now > new Date(validTo)) return `the certificate is not valid any more, since ${validTo}`;
  if (now < new Date(validFrom)) return `the certificate is not valid yet, not before ${validFrom}`;
  return undefined;
}

function quote(file: string): string {
  return JSON.stringify(file);
}
