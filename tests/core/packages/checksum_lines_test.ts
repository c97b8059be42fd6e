import { deepEqual, equal, throws } from "node:assert/strict";
import { decodeText, digestLines, expectedInside } from "../../../core/packages/checksums.ts";

const [A, B] = ["a".repeat(64), "b".repeat(64)];

Deno.test("checksum lines: every form that tools write", () => {
  const forms: Readonly<Record<string, string>> = {
    "sha256sum": `${A}  p.tgz`,
    "sha256sum, binary": `${A} *p.tgz`,
    "upper case": `${A.toUpperCase()}  p.tgz`,
    "CRLF": `${A}  p.tgz\r\n`,
    "BSD": `SHA256 (p.tgz) = ${A}`,
    "openssl 1": `SHA256(p.tgz)= ${A}`,
    "openssl 3": `SHA2-256(p.tgz)= ${A}`,
    "openssl 3 with a blank": `SHA2-256 (p.tgz) = ${A}`,
    "PowerShell":
      `Algorithm       Hash   Path\n---  ---  ---\nSHA256          ${A}       p.tgz  \n`,
    "PowerShell, as a list": `\r\nAlgorithm : SHA256\r\nHash      : ${A}\r\nPath      : p.tgz\r\n`,
    "signed": `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n${A}  p.tgz\n-----BEGIN PGP`,
  };
  for (const [what, text] of Object.entries(forms)) {
    deepEqual(digestLines(text), [{ digest: A, file: "p.tgz" }], what);
  }
  deepEqual(digestLines(`\\${A}  a\\\\b\\nc`), [{ digest: A, file: "a\\b\nc" }]);
  deepEqual(digestLines(A), [{ digest: A, file: "" }]);
  for (const none of ["", "not found", '{"code":404,"id":"' + A + '"}', "<html>", `x${A}  p.tgz`]) {
    deepEqual(digestLines(none), []);
  }
});

Deno.test("checksum lines: the name itself, then its path, then one of its name", () => {
  const says = (path: string, ...lines: string[]) =>
    expectedInside(path, new Map([["SHA256SUMS", lines.join("\n")]]))?.sha256;
  const [old, own] = [`${B}  old/p.tgz`, `${A}  p.tgz`];
  equal(says("x/p.tgz", old, own), A);
  equal(says("x/p.tgz", `${B}  old/p.tgz`, `${A}  ./p.tgz`), A);
  equal(says("x/arm64/p.tgz", `${B}  amd64/p.tgz`, `${A}  arm64/p.tgz`), A);
  equal(says("x/arm64/p.tgz", `${B}  d\\amd64\\p.tgz`, `${A}  arm64\\p.tgz`), A);
  equal(says("x/p.tgz", `${A}  elsewhere/p.tgz`), A);
  equal(says("x/p.tgz", `${A}  amd64/p.tgz`, `${B}  arm64/p.tgz`), undefined);
  equal(says("x/p.tgz", `${A}  other.tgz`), undefined);
  throws(() => says("x/p.tgz", own, `${B}  p.tgz`), /two SHA-256/);
});

Deno.test("checksum lines: UTF-8 and UTF-16, with a byte order mark", () => {
  const line = `${A}  p.tgz\r\n`;
  const utf16 = [...line].flatMap((character) => [character.charCodeAt(0), 0]);
  const swapped = [...line].flatMap((character) => [0, character.charCodeAt(0)]);
  const files = [
    new TextEncoder().encode(`\ufeff${line}`),
    Uint8Array.of(0xff, 0xfe, ...utf16),
    Uint8Array.of(0xfe, 0xff, ...swapped),
  ];
  for (const bytes of files) {
    const texts = new Map([["p.tgz.sha256", decodeText(bytes)]]);
    equal(expectedInside("p.tgz", texts)?.sha256, A);
  }
});
