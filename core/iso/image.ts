/** An ISO 9660 image in a file: read where its tables lie, without mounting it. */
import { damaged } from "../damaged.ts";

/** Bytes in a sector; descriptors and directories are laid out in such (ECMA-119, 6.1.2). */
export const SECTOR = 2048;

/** The first volume descriptor; before it is the system area, for boot loaders (ECMA-119, 6.2.1). */
const FIRST_DESCRIPTOR = 16;

/** A file that is read at any place. */
export interface Image extends Disposable {
  /** Its length in bytes. */
  readonly size: number;
  /** Bytes of it; throws code `package-damaged` when it ends before. `what` is what they are. */
  read(offset: number, length: number, what: string): Uint8Array;
}

/** Opens a file as an image. Reading is synchronous: some calls a directory, of microseconds. */
export async function openImage(path: string): Promise<Image> {
  const file = await Deno.open(path);
  const { size } = file.statSync();
  return {
    size,
    read(offset, length, what) {
      if (offset + length > size) throw endsBefore(what, size);
      const bytes = new Uint8Array(length);
      file.seekSync(offset, Deno.SeekMode.Start);
      for (let at = 0; at < length;) {
        const count = file.readSync(bytes.subarray(at));
        if (count === null) throw endsBefore(what, offset + at);
        at += count;
      }
      return bytes;
    },
    [Symbol.dispose]: () => file.close(),
  };
}

/** Whether a file is an ISO 9660 image; false of one that cannot be read. */
export async function isIso(path: string): Promise<boolean> {
  try {
    using image = await openImage(path);
    const [, ...name] = image.read(FIRST_DESCRIPTOR * SECTOR, 6, "the volume descriptor");
    return String.fromCharCode(...name) === "CD001";
  } catch {
    return false;
  }
}

/** One volume descriptor (ECMA-119, 8.1). */
export interface VolumeDescriptor {
  /** 1: primary; 2: supplementary, such as Joliet's; 255: the last one. */
  readonly type: number;
  readonly bytes: Uint8Array;
}

/** A disc has a few; more than this is no disc. */
const MAX_DESCRIPTORS = 64;

/** The volume descriptors, but for the one that ends them. */
export function* volumeDescriptors(image: Image): Generator<VolumeDescriptor> {
  for (let n = 0; n < MAX_DESCRIPTORS; n++) {
    const offset = (FIRST_DESCRIPTOR + n) * SECTOR;
    const bytes = image.read(offset, SECTOR, "the volume descriptors");
    if (String.fromCharCode(...bytes.subarray(1, 6)) !== "CD001") break;
    const [type = 255] = bytes;
    if (type === 255) return;
    yield { type, bytes };
  }
  throw damaged("its volume descriptors have no end");
}

function endsBefore(what: string, size: number): Error {
  return damaged(`it ends before ${what}, after ${size} bytes`);
}
