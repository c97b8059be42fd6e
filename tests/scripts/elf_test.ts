import { deepEqual, equal, throws } from "node:assert/strict";
import { withOwnLoader } from "../../scripts/pack/elf.ts";

const DYNAMIC = 64 + 2 * 56;
const INTERPRETER = DYNAMIC + 3 * 16;
const OLD_LOADER = "/lib64/ld-linux-x86-64.so.2\0";

/** A program's headers, its dynamic section with these tags, and the name of its loader. */
function program(...tags: readonly (readonly [bigint, bigint])[]): Uint8Array {
  const bytes = new Uint8Array(INTERPRETER + OLD_LOADER.length + 5);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
  view.setBigUint64(32, 64n, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, 2, true);
  header(view, 64, 3, INTERPRETER, 0x1000n, OLD_LOADER.length);
  header(view, 64 + 56, 2, DYNAMIC, 0x2000n, 3 * 16);
  for (const [i, [tag, value]] of tags.entries()) {
    view.setBigUint64(DYNAMIC + i * 16, tag, true);
    view.setBigUint64(DYNAMIC + i * 16 + 8, value, true);
  }
  bytes.set(new TextEncoder().encode(OLD_LOADER), INTERPRETER);
  return bytes;
}

function header(
  view: DataView,
  at: number,
  type: number,
  offset: number,
  address: bigint,
  size: number,
): void {
  view.setUint32(at, type, true);
  view.setBigUint64(at + 8, BigInt(offset), true);
  view.setBigUint64(at + 16, address, true);
  view.setBigUint64(at + 32, BigInt(size), true);
}

const STRTAB: readonly [bigint, bigint] = [5n, 0x3000n];
const DEBUG: readonly [bigint, bigint] = [21n, 0n];

Deno.test("elf: the kernel reads the loader from the slot, the loader the run path", () => {
  const before = program(DEBUG, STRTAB);
  const { bytes, slot, slotSize } = withOwnLoader(before);
  const view = new DataView(bytes.buffer);
  equal(slot % 16, 0);
  equal(bytes.length, slot + slotSize);
  deepEqual([view.getBigUint64(72, true), view.getBigUint64(96, true)], [
    BigInt(slot),
    BigInt(slotSize),
  ]);
  const name = new TextDecoder().decode(bytes.subarray(INTERPRETER, INTERPRETER + 9));
  equal(name, "$ORIGIN\0\0");
  // DT_RUNPATH in the place of DT_DEBUG; the text lies before the string table.
  deepEqual(
    [view.getBigUint64(DYNAMIC, true), view.getBigInt64(DYNAMIC + 8, true)],
    [29n, 0x1000n - 0x3000n],
  );
  deepEqual(bytes.subarray(slot), new Uint8Array(slotSize));
});

Deno.test("elf: what cannot be given a loader is refused", () => {
  throws(
    () => withOwnLoader(new TextEncoder().encode("#!/bin/sh\n".repeat(20))),
    /no little-endian/,
  );
  throws(() => withOwnLoader(program([29n, 1n], STRTAB, DEBUG)), /it has one/);
  throws(() => withOwnLoader(program([15n, 1n], STRTAB, DEBUG)), /it has one/);
  throws(() => withOwnLoader(program(STRTAB)), /no DT_STRTAB or no DT_DEBUG/);
  throws(() => withOwnLoader(program(DEBUG)), /no DT_STRTAB or no DT_DEBUG/);
  const linked = program(DEBUG, STRTAB);
  linked[64] = 1;
  throws(() => withOwnLoader(linked), /linked statically/);
});
