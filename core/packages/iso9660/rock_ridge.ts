/** Rock Ridge: names, modes and links of POSIX in directory records (SUSP and RRIP 1.12). */
import { damaged } from "../../util/errors.ts";
import { type DecodedName, decodeName, latin1, littleEndian } from "../bytes.ts";
import { unsupported } from "../errors.ts";

/** What Rock Ridge says of a record. */
export interface RockRidge {
  /** Its name; undefined when the plain one counts. */
  readonly name?: DecodedName;
  /** `st_mode`, with the file type. */
  readonly mode?: number;
  readonly linkName?: DecodedName;
  /** The block of a directory that was moved elsewhere because it lies too deep. */
  readonly movedTo?: number;
  /** It is such a directory, at the place where it was moved to. */
  readonly isMoved?: boolean;
}

/** Gives the bytes of a continuation area. */
type ReadArea = (block: number, offset: number, length: number) => Uint8Array;

/** A path of a link may take several areas; a record that takes more than this is an attack. */
const MAX_AREAS = 64;

/** Flags of a piece of a name or link (RRIP, 4.1.3 and 4.1.4). */
const [CONTINUE, CURRENT, PARENT, ROOT] = [0x01, 0x02, 0x04, 0x08];

/** Reads what Rock Ridge says in a record's system use field. */
export function readRockRidge(extension: Uint8Array, skip: number, readArea: ReadArea): RockRidge {
  const found: { -readonly [K in keyof RockRidge]: RockRidge[K] } = {};
  const name: number[] = [];
  const link: number[] = [];
  for (const [signature, data] of fields(extension.subarray(skip), readArea)) {
    if (signature === "NM") name.push(...data.subarray(1));
    else if (signature === "SL") link.push(...data.subarray(1));
    else if (signature === "PX") found.mode = uint32(data, 0);
    else if (signature === "CL") found.movedTo = uint32(data, 0);
    else if (signature === "RE") found.isMoved = true;
    else if (signature === "ZF" || signature === "SF") {
      const state = "a file in it is stored compressed or sparse";
      const hint = "Make the image again without it, or mount it and give the folder.";
      throw unsupported(state, hint);
    }
  }
  if (name.length > 0) found.name = decodeName(Uint8Array.from(name));
  if (link.length > 0) found.linkName = linkPath(link);
  return found;
}

function* fields(first: Uint8Array, readArea: ReadArea): Generator<[string, Uint8Array]> {
  let area: Uint8Array | undefined = first;
  for (let areas = 0; area !== undefined; areas++) {
    if (areas > MAX_AREAS) throw damaged("a directory record in it has no end");
    let next: Uint8Array | undefined;
    for (let at = 0; at + 4 <= area.length;) {
      const length = area[at + 2] ?? 0;
      if (length < 4 || at + length > area.length) break; // padding
      const signature = latin1(area.subarray(at, at + 2));
      const data: Uint8Array = area.subarray(at + 4, at + length);
      at += length;
      if (signature === "ST") break;
      if (signature === "CE") next = readArea(uint32(data, 0), uint32(data, 8), uint32(data, 16));
      else yield [signature, data];
    }
    area = next;
  }
}

/** Each component is its flags, the length of its content, and that. */
function linkPath(components: readonly number[]): DecodedName {
  const names: DecodedName[] = [];
  let pieces: number[] = [];
  for (let at = 0; at + 2 <= components.length;) {
    const [flags = 0, length = 0] = components.slice(at, at + 2);
    at += 2;
    if (flags & CURRENT) names.push({ text: "." });
    else if (flags & PARENT) names.push({ text: ".." });
    else if (flags & ROOT) names.push({ text: "" }); // joined, it makes the slash at the front
    else {
      pieces = [...pieces, ...components.slice(at, at + length)];
      if ((flags & CONTINUE) === 0) {
        names.push(decodeName(Uint8Array.from(pieces)));
        pieces = [];
      }
    }
    at += length;
  }
  const text = names.map((one) => one.text).join("/") || "/";
  return { ...names.find((one) => one.fault !== undefined), text };
}

/** A number in both orders of bytes, of which the little-endian one comes first. */
export function uint32(bytes: Uint8Array, at: number): number {
  return littleEndian(bytes.subarray(at, at + 4));
}
