/** Builds tar archives byte by byte, right ones and any kind of wrong one. */

const BLOCK = 512;
const encoder = new TextEncoder();

/** One header and what follows it. Only `name` is needed: the rest makes it a ustar file. */
export interface TarPart {
  /** The name field, up to 100 bytes. */
  readonly name: string | Uint8Array;
  /** One character; default `"0"`. */
  readonly typeflag?: string;
  /** What follows, padded with `padding` to whole blocks. */
  readonly body?: Uint8Array;
  /** The size field: a number in octal, or the field's bytes. Default: the length of `body`. */
  readonly size?: number | string | Uint8Array;
  /** The mode field, likewise. Default: 0644. */
  readonly mode?: number | string;
  /** The link field, up to 100 bytes. */
  readonly linkName?: string;
  /** The prefix field of ustar, up to 155 bytes. */
  readonly prefix?: string;
  /** Magic and version. Default: `ustar`. */
  readonly format?: "v7" | "ustar" | "gnu";
  /** How the checksum is made. Default: over unsigned bytes. */
  readonly checksum?: "unsigned" | "signed" | "wrong";
  /** The byte that pads the body. Default: 0. */
  readonly padding?: number;
}

const MAGIC = { v7: "", ustar: "ustar\x0000", gnu: "ustar  \0" };

/** A header with its body. */
export function tarPart(part: TarPart): Uint8Array<ArrayBuffer> {
  const body = part.body ?? new Uint8Array(0);
  const padded = new Uint8Array(Math.ceil(body.length / BLOCK) * BLOCK).fill(part.padding ?? 0);
  padded.set(body);
  return join(tarHeader(part, body.length), padded);
}

/** Parts, and the two blocks of zeros that end an archive. */
export function tarArchive(...parts: readonly (TarPart | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const bytes = parts.map((part) => part instanceof Uint8Array ? part : tarPart(part));
  return join(...bytes, new Uint8Array(2 * BLOCK));
}

/** An extended header: of the next entry (`x`) or of all that follow (`g`). */
export function paxHeader(
  records: Readonly<Record<string, string | Uint8Array>>,
  typeflag: "x" | "g" | "X" = "x",
): Uint8Array<ArrayBuffer> {
  const body = Object.entries(records).map(([keyword, value]) => paxRecord(keyword, value));
  return tarPart({ name: "PaxHeaders/x", typeflag, body: join(...body) });
}

/** A name (`L`) or link target (`K`) too long for the next entry's header, as GNU tar has it. */
export function gnuLong(typeflag: "L" | "K", text: string): Uint8Array<ArrayBuffer> {
  return tarPart({ name: "././@LongLink", typeflag, format: "gnu", body: bytesOf(`${text}\0`) });
}

/** `LENGTH KEYWORD=VALUE\n`, where LENGTH counts its own digits. */
export function paxRecord(keyword: string, value: string | Uint8Array): Uint8Array<ArrayBuffer> {
  const rest = join(bytesOf(` ${keyword}=`), bytesOf(value), bytesOf("\n"));
  let length = rest.length + 1;
  while (`${length}`.length + rest.length !== length) length = `${length}`.length + rest.length;
  return join(bytesOf(`${length}`), rest);
}

/** A size field in GNU tar's base 256, of any value below 2^88. */
export function base256(value: bigint): Uint8Array<ArrayBuffer> {
  const field = new Uint8Array(12);
  for (let at = 11, left = value; at > 0; at--, left >>= 8n) field[at] = Number(left & 0xffn);
  field[0] = 0x80;
  return field;
}

/** Bytes one after another. */
export function join(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function tarHeader(part: TarPart, bodyLength: number): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(BLOCK);
  const put = (at: number, length: number, value: string | Uint8Array) => {
    const bytes = bytesOf(value);
    if (bytes.length > length) throw new RangeError(`"${value}" does not fit ${length} bytes`);
    header.set(bytes, at);
  };
  put(0, 100, part.name);
  put(100, 8, numeric(part.mode ?? 0o644, 7));
  put(108, 8, numeric(0, 7));
  put(116, 8, numeric(0, 7));
  put(124, 12, numeric(part.size ?? bodyLength, 11));
  put(136, 12, numeric(0, 11));
  put(156, 1, part.typeflag ?? "0");
  put(157, 100, part.linkName ?? "");
  put(257, 8, MAGIC[part.format ?? "ustar"]);
  put(345, 155, part.prefix ?? "");
  put(148, 8, `${checksum(header, part.checksum).toString(8).padStart(6, "0")}\0 `);
  return header;
}

function numeric(value: number | string | Uint8Array, digits: number): string | Uint8Array {
  return typeof value === "number" ? value.toString(8).padStart(digits, "0") : value;
}

function checksum(header: Uint8Array, how: TarPart["checksum"] = "unsigned"): number {
  const signed = how === "signed";
  const sum = header.reduce((total, byte) => total + (signed && byte > 127 ? byte - 256 : byte), 0);
  return sum + 8 * 0x20 + (how === "wrong" ? 1 : 0);
}

function bytesOf(value: string | Uint8Array): Uint8Array {
  return typeof value === "string" ? encoder.encode(value) : value;
}
