/** Lets a program bring its own loader and libraries. */

/** A program that finds its libraries beside itself. */
export interface OwnLoader {
  readonly bytes: Uint8Array;
  /** Where the loader's absolute path is to be written, ending in NUL. */
  readonly slot: number;
  /** How much room there is for it, NUL included. */
  readonly slotSize: number;
}

/** Of all paths that Linux takes, few are longer; beyond that they are refused. */
const SLOT_SIZE = 1024;

// Names and numbers from elf(5).
const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const DT_NULL = 0n;
const DT_STRTAB = 5n;
const DT_RPATH = 15n;
const DT_DEBUG = 21n;
const DT_RUNPATH = 29n;
const DYNAMIC_ENTRY_SIZE = 16;

/**
 * Changes an ELF program for 64-bit Linux so that the kernel starts it with a loader whose path is
 * written into a slot at the end of the file, and the loader looks for libraries in the program's
 * own folder. Nothing else is moved: the run path takes the bytes of the old loader's name, and its
 * entry that of `DT_DEBUG`, which only debuggers use. Throws when the file is no such program.
 */
export function withOwnLoader(program: Uint8Array): OwnLoader {
  const slot = Math.ceil(program.length / 16) * 16;
  const bytes = new Uint8Array(slot + SLOT_SIZE);
  bytes.set(program);
  const view = new DataView(bytes.buffer);
  const headers = programHeaders(view);
  const interpreter = headers.find(({ type }) => type === PT_INTERP);
  const dynamic = headers.find(({ type }) => type === PT_DYNAMIC);
  if (interpreter === undefined || dynamic === undefined) {
    throw new Error("Cannot give the program a loader: it is linked statically");
  }
  const runPath = new TextEncoder().encode("$ORIGIN\0");
  bytes.fill(0, interpreter.offset, interpreter.offset + interpreter.size);
  bytes.set(runPath, interpreter.offset);
  setRunPath(view, dynamic, interpreter.address);
  view.setBigUint64(interpreter.at + 8, BigInt(slot), true); // p_offset
  view.setBigUint64(interpreter.at + 32, BigInt(SLOT_SIZE), true); // p_filesz
  return { bytes, slot, slotSize: SLOT_SIZE };
}

/** A part of the file that the kernel or the loader looks at. */
interface ProgramHeader {
  readonly type: number;
  /** Where the header itself stands. */
  readonly at: number;
  readonly offset: number;
  readonly address: bigint;
  readonly size: number;
}

function programHeaders(view: DataView): ProgramHeader[] {
  const isElf64 = view.getUint32(0, false) === 0x7f454c46 && view.getUint8(4) === 2;
  if (!isElf64 || view.getUint8(5) !== 1) {
    throw new Error("Cannot give the program a loader: it is no little-endian ELF64 file");
  }
  const first = Number(view.getBigUint64(32, true));
  const size = view.getUint16(54, true);
  return Array.from({ length: view.getUint16(56, true) }, (_, i) => {
    const at = first + i * size;
    return {
      type: view.getUint32(at, true),
      at,
      offset: Number(view.getBigUint64(at + 8, true)),
      address: view.getBigUint64(at + 16, true),
      size: Number(view.getBigUint64(at + 32, true)),
    };
  });
}

/** `address` is that of the path's text in memory, wherever it lies: offsets may be negative. */
function setRunPath(view: DataView, { offset, size }: ProgramHeader, address: bigint): void {
  let strings: bigint | undefined;
  let free: number | undefined;
  for (let at = offset; at < offset + size; at += DYNAMIC_ENTRY_SIZE) {
    const tag = view.getBigUint64(at, true);
    if (tag === DT_NULL) break;
    if (tag === DT_STRTAB) strings = view.getBigUint64(at + 8, true);
    if (tag === DT_DEBUG) free = at;
    if (tag === DT_RPATH || tag === DT_RUNPATH) {
      throw new Error("Cannot give the program a run path: it has one");
    }
  }
  if (strings === undefined || free === undefined) {
    throw new Error("Cannot give the program a run path: it has no DT_STRTAB or no DT_DEBUG");
  }
  view.setBigUint64(free, DT_RUNPATH, true);
  view.setBigUint64(free + 8, BigInt.asUintN(64, address - strings), true);
}
