/** What to tell someone whose file is no package: what it looks like, and what to do. */
import { BinimportError } from "../../util/errors.ts";

interface Lookalike {
  /** How such a file begins, as bytes in Latin-1; the first match counts. */
  readonly begins: RegExp;
  readonly state: string;
  readonly hint: string;
}

const SAVED_PAGE = "The download probably saved an error page: fetch it again and look at it.";

/** How much of a file {@linkcode refusal} looks at, in bytes: an ISO image is known by its end. */
export const REFUSAL_HEAD = 16 * 2048 + 6;

const ISO = /^[^]{32769}CD001/;

const LOOKALIKES: readonly Lookalike[] = [
  {
    begins: ISO,
    state: "it is an ISO image, which cannot be read from a stream",
    hint: "Save it to a file and give that file: its table of contents may lie anywhere in it.",
  },
  compressed("bzip2", /^BZh[1-9]/, "bzip2"),
  compressed("lz4", /^(\x04\x22|\x02\x21)\x4d\x18/, "lz4"),
  compressed("lzip", /^LZIP/, "lzip"),
  compressed("lzop", /^\x89LZO/, "lzop"),
  compressed("compress", /^\x1f\x9d/, "gzip"),
  compressed("lzma", /^\x5d\0\0/, "xz"),
  unpackable("a 7z archive", /^7z\xbc\xaf\x27\x1c/, "7z x FILE"),
  unpackable("a zip archive", /^PK(\x03\x04|\x05\x06|\x07\x08)/, "unzip FILE -d DIR"),
  unpackable("an rpm package", /^\xed\xab\xee\xdb/, "rpm2cpio FILE | cpio -idm -D DIR"),
  unpackable("a deb package", /^!<arch>\ndebian/, "dpkg-deb -x FILE DIR"),
  {
    begins: /^(\xef\xbb\xbf)?\s*(<!--|<!doctype|<html|<head|<body)/i,
    state: "it is an HTML page",
    hint: SAVED_PAGE,
  },
  {
    begins: /^(\xef\xbb\xbf)?\s*<(\?xml|error)/i,
    state: "it is an XML document",
    hint: SAVED_PAGE,
  },
];

/** Whether a file that begins with these bytes is an ISO image. */
export function looksLikeIso(head: Uint8Array): boolean {
  return ISO.test(new TextDecoder("latin1").decode(head));
}

/** The error for a file that begins with `head` and is neither a tar nor a compressed file. */
export function refusal(head: Uint8Array): BinimportError {
  if (head.length === 0) {
    return new BinimportError("package-damaged", "it is empty", {
      hint: "Fetch the package again.",
    });
  }
  const text = new TextDecoder("latin1").decode(head);
  const found = LOOKALIKES.find(({ begins }) => begins.test(text));
  if (found !== undefined) {
    return new BinimportError("package-unsupported", found.state, { hint: found.hint });
  }
  return new BinimportError("package-unsupported", "it is neither tar nor gzip, zstd or xz", {
    hint: "Give a .tar, .tar.gz, .tar.zst or .tar.xz, or a folder.",
  });
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
