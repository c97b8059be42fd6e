/** Bytes as strings of one character each, `\x00` to `\xff`: patterns mean what servers mean. */
import { Buffer } from "node:buffer";

/** Bytes as a string of one character each. */
export function fromBuffer(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

/** A text's UTF-8 bytes, one character each. */
export function toBytes(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

/** Bytes, read as UTF-8. */
export function toText(bytes: string): string {
  if (!/[\x80-\xff]/.test(bytes)) return bytes; // most often
  return Buffer.from(bytes, "latin1").toString("utf8");
}
