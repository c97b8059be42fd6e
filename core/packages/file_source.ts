/** Where the bytes of a package come from: a file, a part of a file, or a stream. */
import { abortable } from "../util/streams.ts";
import { BinimportError, messageOf } from "../util/errors.ts";

/** A package's bytes as they lie, still compressed. */
export interface ByteSource {
  readonly name: string;
  readonly size?: number;
  readonly replayable: boolean;
  /** The bytes, each chunk valid until the next is asked for; fails with `package-unreadable`. */
  chunks(signal?: AbortSignal): AsyncIterable<Uint8Array>;
  /** Opens it for reading at any place, where that can be done. */
  open?(): Promise<RandomAccess>;
}

/** Bytes that are read at any place; synchronously, for a call takes microseconds. */
export interface RandomAccess extends Disposable {
  readonly size: number;
  /** Some of them; fewer where they end before. */
  read(offset: number, length: number): Uint8Array;
}

/** Large enough that system calls cost nothing, small enough that memory stays flat. */
const CHUNK_SIZE = 1024 * 1024;

/** A part of a file: from byte `offset`, `size` bytes long. */
export interface FileRange {
  readonly offset: number;
  readonly size: number;
}

/** A source over a file, or over a range of it. */
export function fileSource(path: string, name: string, range: FileRange): ByteSource {
  return {
    name,
    size: range.size,
    replayable: true,
    chunks: (signal) => readable(readFile(path, range, signal), signal),
    open: () => Deno.open(path).then((file) => randomAccess(file, range), unreadable),
  };
}

/** A source over a stream that can be read once, such as standard input. */
export function streamSource(name: string, stream: () => AsyncIterable<Uint8Array>): ByteSource {
  // A pipe may stall for good: an abort does not wait for it.
  const chunks = (signal?: AbortSignal) => readable(abortable(stream(), signal), signal);
  return { name, replayable: false, chunks };
}

function randomAccess(file: Deno.FsFile, range: FileRange): RandomAccess {
  return {
    size: range.size,
    read(offset, length) {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, range.size - offset)));
      file.seekSync(range.offset + offset, Deno.SeekMode.Start);
      let filled = 0;
      while (filled < bytes.length) {
        const count = file.readSync(bytes.subarray(filled));
        if (count === null) break;
        filled += count;
      }
      return bytes.subarray(0, filled);
    },
    [Symbol.dispose]: () => file.close(),
  };
}

async function* readFile(path: string, range: FileRange, signal?: AbortSignal) {
  using file = await Deno.open(path);
  await file.seek(range.offset, Deno.SeekMode.Start);
  // The disk fills one buffer while the other is being used. New ones for each chunk would pile up
  // faster than they are collected.
  const size = Math.min(CHUNK_SIZE, range.size);
  let [filling, using] = [new Uint8Array(size), new Uint8Array(size)];
  const readAhead = (buffer: Uint8Array) => {
    const reading = file.read(buffer);
    reading.catch(() => {}); // thrown when it is its turn
    return reading;
  };
  let left = range.size;
  let reading = readAhead(filling);
  try {
    while (left > 0) {
      const count = await reading;
      signal?.throwIfAborted();
      if (count === null) return; // it shrank: the archive's own end will be missed
      [filling, using] = [using, filling];
      reading = readAhead(filling);
      const chunk = using.subarray(0, Math.min(count, left));
      left -= chunk.length;
      yield chunk;
    }
  } finally {
    await reading.catch(() => {}); // the file must not be closed under it
  }
}

async function* readable(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined) {
  try {
    yield* chunks;
  } catch (cause) {
    signal?.throwIfAborted();
    unreadable(cause);
  }
}

function unreadable(cause: unknown): never {
  if (cause instanceof BinimportError) throw cause;
  throw new BinimportError("package-unreadable", messageOf(cause), { cause });
}
