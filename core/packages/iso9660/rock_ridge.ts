/**
 * Rock Ridge: names, modes and links of POSIX in an ISO image. Its fields lie in the system use field
 * of directory records (SUSP 1.12, IEEE P1281; RRIP 1.12, IEEE P1282).
 */
import { damaged } from "../../util/errors.ts";
import { unsupported } from "../errors.ts";
import { type DecodedName, decodeName } from "../member_name.ts";

/** What Rock Ridge says of a record. */
export interface RockRidge {
  /** Its name; undefined when the plain one counts. */
  readonly name: DecodedName | undefined;
  /** `st_mode`, with the file type. */
  readonly mode: number | undefined;
  /** Where a symbolic link points. */
  readonly linkName: DecodedName | undefined;
  /** The block of a directory that was moved elsewhere because it lies too deep. */
  readonly movedTo: number | undefined;
  /** It is such a directory, at the place where it was moved to. */
  readonly isMoved: boolean;
}

/** Gives the bytes of a continuation area. */
export type ReadArea = (block: number, offset: number, length: number) => Uint8Array;

/** A path of a link may take several areas; a record that takes more than this is an attack. */
const MAX_AREAS = 64;

/** Flags of a piece of a name or link (RRIP, 4.1.3 and 4.1.4). */
const CONTINUE = 0x01;
const CURRENT = 0x02;
const PARENT = 0x04;
const ROOT = 0x08;

interface Field {
  readonly signature: string;
  readonly data: Uint8Array;
}

/**
 * Bytes to pass over at the start of each system use field, by the `SP` field of the root directory
 * itself; undefined when there is none, and hence no Rock Ridge.
 */
export function suspSkip(rootExtension: Uint8Array): number | undefined {
  const [s, p, length, , be, ef, skip] = rootExtension;
  const isSp = s === 0x53 && p === 0x50 && length === 7 && be === 0xbe && ef === 0xef;
  return isSp ? skip : undefined;
}

/** Reads what Rock Ridge says in a record's system use field. */
export function readRockRidge(extension: Uint8Array, skip: number, readArea: ReadArea): RockRidge {
  const nameParts: Uint8Array[] = [];
  const link = linkReader();
  let [mode, movedTo, isMoved]: [number?, number?, boolean?] = [];
  for (const { signature, data } of fields(extension.subarray(skip), readArea)) {
    if (signature === "NM") nameParts.push(data.subarray(1));
    else if (signature === "PX") mode = uint32(data, 0);
    else if (signature === "SL") link.add(data);
    else if (signature === "CL") movedTo = uint32(data, 0);
    else if (signature === "RE") isMoved = true;
    else if (signature === "ZF" || signature === "SF") {
      const state = "a file in it is stored compressed or sparse";
      const hint = "Make the image again without it, or mount it and give the folder.";
      throw unsupported(state, hint);
    }
  }
  return {
    name: nameParts.length === 0 ? undefined : decodeName(joined(nameParts)),
    mode,
    linkName: link.path(),
    movedTo,
    isMoved: isMoved ?? false,
  };
}

function* fields(first: Uint8Array, readArea: ReadArea): Generator<Field> {
  let area: Uint8Array | undefined = first;
  for (let areas = 0; area !== undefined; areas++) {
    if (areas > MAX_AREAS) throw damaged("a directory record in it has no end");
    let next: Uint8Array | undefined;
    for (let at = 0; at + 4 <= area.length;) {
      const length = area[at + 2] ?? 0;
      if (length < 4 || at + length > area.length) break; // padding
      const signature = String.fromCharCode(area[at] ?? 0, area[at + 1] ?? 0);
      const data: Uint8Array = area.subarray(at + 4, at + length);
      at += length;
      if (signature === "ST") break;
      if (signature === "CE") next = readArea(uint32(data, 0), uint32(data, 8), uint32(data, 16));
      else yield { signature, data };
    }
    area = next;
  }
}

function linkReader(): { add(data: Uint8Array): void; path(): DecodedName | undefined } {
  const components: DecodedName[] = [];
  let pieces: Uint8Array[] = [];

  function component(flags: number, content: Uint8Array): DecodedName | undefined {
    if (flags & CURRENT) return { text: "." };
    if (flags & PARENT) return { text: ".." };
    if (flags & ROOT) return { text: "" }; // joined, it makes the slash at the front
    pieces.push(content);
    if (flags & CONTINUE) return undefined;
    const name = decodeName(joined(pieces));
    pieces = [];
    return name;
  }

  return {
    add(data) {
      for (let at = 1; at + 2 <= data.length;) {
        const [flags = 0, length = 0] = data.subarray(at);
        const found = component(flags, data.subarray(at + 2, at + 2 + length));
        if (found !== undefined) components.push(found);
        at += 2 + length;
      }
    },
    path() {
      const [first] = components;
      if (first === undefined) return undefined;
      const text = components.map((one) => one.text).join("/") || "/";
      return { ...components.find((one) => one.fault !== undefined), text };
    },
  };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** A number in both orders of bytes, of which the little-endian one comes first; also a shorter one. */
export function uint32(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(at, at + 4);
  return a + b * 2 ** 8 + c * 2 ** 16 + d * 2 ** 24;
}
