/** Archives whose bytes depend on their members alone. */
import { Buffer } from "node:buffer";
import { buffer } from "node:stream/consumers";
import tarStream from "tar-stream";

/** A file in an archive. */
export interface Member {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly executable?: true;
}

/** Any fixed time does; GNU tar finds fault with those near 1970. */
const TIME = new Date("2000-01-01T00:00:00Z");

/** A tar archive whose files are for their owner alone, or with `mask` 0 for everybody to read. */
export async function tarOf(
  members: readonly Member[],
  mask = 0o077,
): Promise<Uint8Array<ArrayBuffer>> {
  const pack = tarStream.pack();
  const archive = buffer(pack);
  for (const { name, bytes, executable } of members) {
    const mode = (executable ? 0o755 : 0o644) & ~mask;
    pack.entry({ name, mode, mtime: TIME, uid: 0, gid: 0 }, Buffer.from(bytes));
  }
  pack.finalize();
  return new Uint8Array(await archive);
}
