/** Which of an image's directory trees is read, and how names stand in it. */
import { damaged } from "../../util/errors.ts";
import { type DecodedName, decodeName } from "../member_name.ts";
import {
  type DirectoryRecord,
  directoryRecords,
  type Image,
  readRecord,
  SECTOR,
  uint16,
  volumeDescriptors,
} from "./image.ts";
import { suspSkip } from "./rock_ridge.ts";

/** A directory tree of an image. */
export interface Volume {
  /** Bytes in a logical block. */
  readonly blockSize: number;
  readonly root: DirectoryRecord;
  /** The plain name of a record. */
  readonly nameOf: (identifier: Uint8Array) => DecodedName;
  /** With Rock Ridge: bytes to pass over in each system use field. */
  readonly rockRidge: number | undefined;
}

/** A directory of more bytes than this is an attack: it has some hundred thousand entries. */
export const MAX_DIRECTORY: number = 128 * 1024 * 1024;

/**
 * The tree with the fullest names, as Linux chooses it: with Rock Ridge, else Joliet's, else the
 * plain one.
 */
export function chooseVolume(image: Image): Volume {
  let plain: Volume | undefined;
  let joliet: Volume | undefined;
  for (const { type, bytes } of volumeDescriptors(image)) {
    if (type === 1) plain ??= volumeIn(image, bytes, plainName);
    else if (type === 2 && isJoliet(bytes)) joliet ??= volumeIn(image, bytes, jolietName);
  }
  if (plain === undefined) throw damaged("it has no primary volume descriptor");
  return plain.rockRidge === undefined ? joliet ?? plain : plain;
}

function volumeIn(image: Image, descriptor: Uint8Array, nameOf: Volume["nameOf"]): Volume {
  const blockSize = uint16(descriptor, 128);
  if (![512, 1024, 2048].includes(blockSize)) throw damaged(`its blocks have ${blockSize} bytes`);
  const root = readRecord(descriptor.subarray(156, 190));
  if (root?.isDirectory !== true) throw damaged("it has no root directory");
  const first = image.read(root.block * blockSize, Math.min(root.size, SECTOR), "its directories");
  const [self] = directoryRecords(first);
  const rockRidge = nameOf === plainName && self !== undefined
    ? suspSkip(self.extension)
    : undefined;
  return { blockSize, root, nameOf, rockRidge };
}

/** Level 1, 2 or 3 of UCS-2, by its escape sequence `%/@`, `%/C` or `%/E` (Joliet, section 2). */
function isJoliet(descriptor: Uint8Array): boolean {
  return /^%\/[@CE]/.test(String.fromCharCode(...descriptor.subarray(88, 91)));
}

/** `KUBELET.;1` is the first version of `KUBELET`, which Linux shows as `kubelet` (isofs, map=n). */
function plainName(identifier: Uint8Array): DecodedName {
  const name = decodeName(identifier);
  const text = name.text.replace(/;\d+$/, "").replace(/\.$/, "");
  return { ...name, text: text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) };
}

const utf16 = new TextDecoder("utf-16be", { fatal: true, ignoreBOM: true });

function jolietName(identifier: Uint8Array): DecodedName {
  try {
    return { text: utf16.decode(identifier).replace(/;\d+$/, "") };
  } catch (cause) {
    throw damaged("a name in it is not valid UTF-16", cause);
  }
}
