/** Archives of very many empty files. */
import { gzipSync } from "node:zlib";
import { join, tarPart } from "../tar_builder.ts";

const BLOCK = 512;
const PER_MEMBER = 10_000;
const DIGITS = 8;

/** A .tar.gz of `count` empty files, `times` over, in members of gzip. */
export function manyEntries(count: number, times: number): Uint8Array<ArrayBuffer> {
  const members: Uint8Array<ArrayBuffer>[] = [];
  for (let first = 0; first < count; first += PER_MEMBER) {
    const blocks = new Uint8Array(Math.min(PER_MEMBER, count - first) * BLOCK);
    for (let at = 0; at < blocks.length; at += BLOCK) {
      writeEntry(blocks.subarray(at, at + BLOCK), first + at / BLOCK);
    }
    members.push(new Uint8Array(gzipSync(blocks, { level: 1 })));
  }
  const all = join(...members);
  return join(...Array.from({ length: times }, () => all), gzipSync(new Uint8Array(2 * BLOCK)));
}

const TEMPLATE = tarPart({ name: `offline-files/folder/file-${"0".repeat(DIGITS)}` });
const DIGITS_AT = "offline-files/folder/file-".length;
const CHECKSUM_AT = 148;

/** A header whose digits are those of a number; making each one anew would take minutes. */
function writeEntry(block: Uint8Array, number: number): void {
  block.set(TEMPLATE);
  const digits = String(number).padStart(DIGITS, "0");
  let sum = parseInt(new TextDecoder().decode(TEMPLATE.subarray(CHECKSUM_AT, CHECKSUM_AT + 6)), 8);
  for (let i = 0; i < DIGITS; i++) {
    const digit = digits.charCodeAt(i);
    block[DIGITS_AT + i] = digit;
    sum += digit - 0x30;
  }
  block.set(new TextEncoder().encode(sum.toString(8).padStart(6, "0")), CHECKSUM_AT);
}
