/** What to tell someone whose file is no package: what it looks like, and what to do. */
import { BinimportError } from "../../util/errors.ts";
import { unsupported } from "../errors.ts";
import { latin1, quoteName } from "../bytes.ts";
import { compressionNames } from "./formats.ts";

interface Lookalike {
  /** As of a compression; the first match counts. */
  readonly begins: RegExp;
  readonly state: string;
  readonly hint: string;
  readonly isText?: true;
}

/** How much of a file {@linkcode refusal} looks at, in bytes: an image is known by its end. */
export const REFUSAL_HEAD: number = 16 * 2048 + 6;

/** Where the first volume descriptor says which standard it follows. */
const DESCRIPTOR = REFUSAL_HEAD - 5;

const LOOKALIKES: readonly Lookalike[] = [
  compressed("bzip2", /^BZh[1-9]/, "bzip2"),
  compressed("lz4", /^(\x04\x22|\x02\x21)\x4d\x18/, "lz4"),
  compressed("lzip", /^LZIP/, "lzip"),
  compressed("lzop", /^\x89LZO/, "lzop"),
  compressed("compress", /^\x1f\x9d/, "gzip"),
  compressed("lzma", /^\x5d\0\0/, "xz"),
  unpackable("a 7z archive", /^7z\xbc\xaf\x27\x1c/, "7z x FILE"),
  unpackable("a rar archive", /^Rar!\x1a\x07/, "unrar x FILE"),
  unpackable("a zip archive", /^PK(\x03\x04|\x05\x06|\x07\x08)/, "unzip FILE -d DIR"),
  unpackable("a cpio archive", /^(0707\d\d|\xc7\x71|\x71\xc7)/, "cpio -idm -D DIR <FILE"),
  unpackable("a squashfs image", /^(hsqs|sqsh)/, "unsquashfs -d DIR FILE"),
  unpackable("an rpm package", /^\xed\xab\xee\xdb/, "rpm2cpio FILE | cpio -idm -D DIR"),
  unpackable("a deb package", /^!<arch>\ndebian/, "dpkg-deb -x FILE DIR"),
  {
    begins: /^\x7fELF/,
    state: "it is a program, and not a package",
    hint: "Put it into a folder at the path that nodes ask for, and give the folder.",
  },
  encrypted("OpenSSL", /^Salted__/),
  encrypted("age", /^(age-encryption\.org\/|-----BEGIN AGE ENCRYPTED)/),
  encrypted("GnuPG", /^(-----BEGIN PGP MESSAGE|\x85[^]{2}\x03|\x84[^]\x03|\x8c[^]\x04)/),
  encrypted("Ansible Vault", /^\$ANSIBLE_VAULT;/),
  encrypted("LUKS", /^LUKS\xba\xbe/),
  {
    begins: /^version https:\/\/git-lfs\.github\.com\//,
    state: "it is a Git LFS pointer in place of the file",
    hint: "Fetch the file itself: git lfs pull.",
  },
  document("an HTML page", /^(\xef\xbb\xbf)?\s*(<!--|<!doctype|<html|<head|<body)/i),
  document("an XML document", /^(\xef\xbb\xbf)?\s*<(\?xml|error)/i),
  document("a JSON document", /^(\xef\xbb\xbf)?\s*(\{\s*["}]|\[\s*["{\[\]])/),
  // No control characters but white space: somebody's words, such as "404: Not Found".
  document("a text", /^[^\0-\x08\x0e-\x1f\x7f]{4,}$/),
];

/** Whether a file that begins with these bytes is an ISO image. */
export function looksLikeIso(head: Uint8Array): boolean {
  return latin1(head.subarray(DESCRIPTOR, REFUSAL_HEAD)) === "CD001";
}

/** Whether it is an image of a disc whose names only UDF knows (ECMA-167). */
export function looksLikeDisc(head: Uint8Array): boolean {
  return /^(?:BEA01|NSR0[23])$/.test(latin1(head.subarray(DESCRIPTOR, REFUSAL_HEAD)));
}

const UDF: Omit<Lookalike, "begins"> = {
  state: "it is an image with UDF names alone, which is not supported",
  hint: "Mount it (mount -o loop,ro FILE DIR), and give the folder.",
};

/** The error for a file that begins with `head` and is nothing that can be read. */
export function refusal(head: Uint8Array): BinimportError {
  if (head.length === 0) {
    const hint = "Fetch the package again.";
    return new BinimportError("package-damaged", "it is empty", { hint });
  }
  const text = latin1(head.subarray(0, 512));
  const { state, hint, isText } = looksLikeDisc(head)
    ? UDF
    : LOOKALIKES.find(({ begins }) => begins.test(text)) ?? unknown();
  const words = isText === true ? ` that begins with ${firstWords(head)}` : "";
  return unsupported(state + words, hint);
}

function unknown(): Omit<Lookalike, "begins"> {
  const names = compressionNames();
  return {
    state: `it is neither tar nor ${names}`,
    hint: `Give a tar, packed with ${names} or not, an ISO image, or a folder.`,
  };
}

function firstWords(head: Uint8Array): string {
  const text = new TextDecoder().decode(head.subarray(0, 400)).replace(/\s+/g, " ").trim();
  return quoteName(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

function document(what: string, begins: RegExp): Lookalike {
  const hint = "The download probably saved an error page: fetch it again and look at it.";
  return { begins, state: `it is ${what}`, hint, isText: true };
}

function encrypted(name: string, begins: RegExp): Lookalike {
  const hint = "Decrypt it first, and give the result.";
  return { begins, state: `it is encrypted (${name})`, hint };
}

function compressed(name: string, begins: RegExp, program: string): Lookalike {
  return {
    begins,
    state: `it is compressed with ${name}, which is not supported`,
    hint: `Unpack it on the way: ${program} -dc FILE | binimport … -`,
  };
}

function unpackable(what: string, begins: RegExp, command: string): Lookalike {
  return {
    begins,
    state: `it is ${what}, which is not supported`,
    hint: `Unpack it (${command}), and give the folder.`,
  };
}
