/** What a file is that is not compressed; and what to tell someone whose file is no package. */
import type { ByteReader } from "../../util/byte_reader.ts";
import { BinimportError } from "../../util/errors.ts";
import { latin1, quoteName } from "../bytes.ts";
import { unsupported } from "../errors.ts";
import { BLOCK, isHeader, isZero } from "../tar/mod.ts";
import { compressionNames } from "./formats.ts";

type Advice = readonly [state: string, hint: string];

const compressed = (name: string, program = name): Advice => [
  `it is compressed with ${name}, which is not supported`,
  `Unpack it on the way: ${program} -dc FILE | binimport … -`,
];

const unpackable = (what: string, command: string): Advice => [
  `it is ${what}, which is not supported`,
  `Unpack it (${command}), and give the folder.`,
];

const encrypted = (name: string): Advice => [
  `it is encrypted (${name})`,
  "Decrypt it first, and give the result.",
];

/** By how a file begins, as bytes in Latin-1; the first match counts. */
const BINARIES: readonly (readonly [RegExp, Advice])[] = [
  [/^BZh[1-9]/, compressed("bzip2")],
  [/^(\x04\x22|\x02\x21)\x4d\x18/, compressed("lz4")],
  [/^LZIP/, compressed("lzip")],
  [/^\x89LZO/, compressed("lzop")],
  [/^\x1f\x9d/, compressed("compress", "gzip")],
  [/^\x5d\0\0/, compressed("lzma", "xz")],
  [/^7z\xbc\xaf\x27\x1c/, unpackable("a 7z archive", "7z x FILE")],
  [/^Rar!\x1a\x07/, unpackable("a rar archive", "unrar x FILE")],
  [/^PK(\x03\x04|\x05\x06|\x07\x08)/, unpackable("a zip archive", "unzip FILE -d DIR")],
  [/^(0707\d\d|\xc7\x71|\x71\xc7)/, unpackable("a cpio archive", "cpio -idm -D DIR <FILE")],
  [/^(hsqs|sqsh)/, unpackable("a squashfs image", "unsquashfs -d DIR FILE")],
  [/^\xed\xab\xee\xdb/, unpackable("an rpm package", "rpm2cpio FILE | cpio -idm -D DIR")],
  [/^!<arch>\ndebian/, unpackable("a deb package", "dpkg-deb -x FILE DIR")],
  [/^\x7fELF/, [
    "it is a program, and not a package",
    "Put it into a folder at the path that nodes ask for, and give the folder.",
  ]],
  [/^Salted__/, encrypted("OpenSSL")],
  [/^(age-encryption\.org\/|-----BEGIN AGE ENCRYPTED)/, encrypted("age")],
  [/^(-----BEGIN PGP MESSAGE|\x85[^]{2}\x03|\x84[^]\x03|\x8c[^]\x04)/, encrypted("GnuPG")],
  [/^\$ANSIBLE_VAULT;/, encrypted("Ansible Vault")],
  [/^LUKS\xba\xbe/, encrypted("LUKS")],
  [/^version https:\/\/git-lfs\.github\.com\//, [
    "it is a Git LFS pointer in place of the file",
    "Fetch the file itself: git lfs pull.",
  ]],
];

/** Likewise, of what a server sends in place of a package. */
const TEXTS: readonly (readonly [RegExp, what: string])[] = [
  [/^(\xef\xbb\xbf)?\s*(<!--|<!doctype|<html|<head|<body)/i, "an HTML page"],
  [/^(\xef\xbb\xbf)?\s*<(\?xml|error)/i, "an XML document"],
  [/^(\xef\xbb\xbf)?\s*(\{\s*["}]|\[\s*["{\[\]])/, "a JSON document"],
  // No control characters but white space: somebody's words, such as "404: Not Found".
  [/^[^\0-\x08\x0e-\x1f\x7f]{4,}$/, "a text"],
];

/** Where an image's first volume descriptor says which standard it follows. */
const DESCRIPTOR = 16 * 2048 + 1;

/** Looks ahead; throws when it is neither a tar nor an ISO 9660 image. */
export async function plainKind(reader: ByteReader): Promise<"tar" | "iso"> {
  const block = await reader.peek(BLOCK);
  if (isHeader(block)) return "tar";
  const head = await reader.peek(DESCRIPTOR + 5); // an image begins with nothing, as an empty tar does
  const standard = latin1(head.subarray(DESCRIPTOR));
  if (standard === "CD001") return "iso";
  if (/^(?:BEA01|NSR0[23])$/.test(standard)) { // ECMA-167
    throw unsupported(
      "it is an image with UDF names alone, which is not supported",
      "Mount it (mount -o loop,ro FILE DIR), and give the folder.",
    );
  }
  if (block.length === BLOCK && isZero(block)) return "tar"; // an empty one
  throw refusal(head);
}

function refusal(head: Uint8Array): BinimportError {
  if (head.length === 0) {
    const hint = "Fetch the package again.";
    return new BinimportError("package-damaged", "it is empty", { hint });
  }
  const text = latin1(head.subarray(0, 512));
  const binary = BINARIES.find(([begins]) => begins.test(text));
  if (binary !== undefined) return unsupported(...binary[1]);
  const page = TEXTS.find(([begins]) => begins.test(text));
  if (page !== undefined) {
    const words = new TextDecoder().decode(head.subarray(0, 400)).replace(/\s+/g, " ").trim();
    const first = quoteName(words.length > 60 ? `${words.slice(0, 60)}…` : words);
    return unsupported(
      `it is ${page[1]} that begins with ${first}`,
      "The download probably saved an error page: fetch it again and look at it.",
    );
  }
  const names = compressionNames();
  return unsupported(
    `it is neither tar nor ${names}`,
    `Give a tar, packed with ${names} or not, an ISO image, or a folder.`,
  );
}
