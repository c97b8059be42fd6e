/** Which part of a file a request asks for, by RFC 9110, section 14. */
import { combineRanges, parse } from "range-parser";

/** Bytes of a file, both ends included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** A part from the first byte on, or one of the last bytes. */
const FROM_START = /=\s*(?:0*-|.*,\s*0*-)/;

/** The result codes of `parse` are bits. */
const MALFORMED = 1;

/**
 * The part that the header `Range` asks for, or "none" when the file has none of it. `undefined` when
 * all of the file is to be sent, which is right for a header that is malformed, of another unit, or
 * asks for several parts that neither meet nor overlap: a server may ignore those.
 */
export function byteRange(header: string | null, size: number): ByteRange | "none" | undefined {
  const { type, code, ranges } = parse(size, header ?? "");
  if (type !== "bytes" || (code & MALFORMED) !== 0) return undefined;
  // An empty file is sent whole to who asks for it from its beginning, as nginx does; a client that
  // goes on with what it has (curl -C -) would take 416 for a failure.
  if (ranges.length === 0) {
    return code === 0 || (size === 0 && FROM_START.test(header ?? "")) ? undefined : "none";
  }
  const [first, ...others] = combineRanges(ranges);
  return first === undefined || others.length > 0
    ? undefined
    : { start: first.start, end: first.end };
}
