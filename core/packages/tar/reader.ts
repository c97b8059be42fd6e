/**
 * Reads a tar archive in one pass and bounded memory: v7, ustar, pax and GNU tar's format. Whatever
 * would make the list of entries a guess is an error. Messages are only the state.
 */
import { ByteReader } from "../../util/byte_reader.ts";
import { damaged } from "../../util/errors.ts";
import { formatBytes } from "../../util/units.ts";
import { hostile, unsupported } from "../errors.ts";
import { quoteName } from "../bytes.ts";
import {
  BLOCK,
  extend,
  EXTENSIONS,
  type Extensions,
  isHeader,
  isZero,
  readEntry,
  sizeOf,
  type TarFields,
  typeflagOf,
} from "./entry.ts";

export type { TarEntryType } from "./entry.ts";

/** One entry of an archive; the next one passes over what was not read of its body. */
export type TarEntry = TarFields & Omit<EntryBody, "end">;

export interface UntarOptions {
  /** A missing end-of-archive block is damage, for no checksum vouches for the end. */
  readonly requireEnd?: boolean;
  readonly onAppended?: () => void;
}

/** In bytes. Records and tape blocks pad an archive by far less; a server could go on for ever. */
const MAX_PADDING = 1e9;

/** Tens of KiB are legitimate (long paths, ACLs, extended attributes); gigabytes are an attack. */
const EXTENSION_MAX = 1 << 20;

/**
 * The entries of the archive in `input`, in order, and of archives appended to it. All of the input
 * is read, for whoever checks a checksum on the way. Errors of the input pass; of the archive they
 * have code `package-damaged`, `package-hostile` (a giant extended header) or `package-unsupported`
 * (no tar, sparse files, several volumes). A name that is not UTF-8 is a `fault` of its entry.
 */
export async function* untar(
  input: AsyncIterable<Uint8Array>,
  options: UntarOptions = {},
): AsyncGenerator<TarEntry> {
  const reader = new ByteReader(input);
  try {
    do yield* entries(reader, options); while (await isAppended(reader, options));
  } finally {
    await reader.close();
  }
}

async function* entries(
  reader: ByteReader,
  { requireEnd }: UntarOptions,
): AsyncGenerator<TarEntry> {
  const extensions: Extensions = { globals: {}, next: undefined };
  let last: string | undefined; // the name of the entry before; empty of an extended header
  const place = () => last ? quoteName(last) : "an extended header";
  for (;;) {
    const header = reader.take(BLOCK) ?? await reader.gather(BLOCK);
    if (header.length === 0 || header.length === BLOCK && isZero(header)) {
      if (extensions.next !== undefined) throw damaged(`it ends after ${place()}`);
      if (header.length === 0 && requireEnd === true) {
        throw damaged("it has no end-of-archive block, so it may be cut short");
      }
      // Two blocks of zeros end an archive. A header that was overwritten would hide its entry.
      if (header.length === 0 || isZero(await reader.gather(BLOCK))) return;
      throw damaged("it goes on after a block of zeros that should end it");
    }
    if (!isHeader(header)) {
      if (last === undefined) throw unsupported("it is not a tar archive");
      throw damaged(
        header.length < BLOCK
          ? `it ends in the middle of the header after ${place()}`
          : `the header after ${place()} is broken`,
      );
    }
    const typeflag = typeflagOf(header);
    if (EXTENSIONS.includes(typeflag)) {
      extend(extensions, typeflag, await extensionBody(reader, header));
      last = "";
      continue;
    }
    const { fields, stored } = readEntry(header, extensions.next ?? extensions.globals);
    extensions.next = undefined;
    last = fields.name;
    const behind = stored - fields.size + padding(stored);
    const { end, ...body } = entryBody(reader, fields.size, fields.name);
    yield { ...fields, ...body };
    await end(behind);
  }
}

async function extensionBody(reader: ByteReader, header: Uint8Array): Promise<Uint8Array> {
  const size = sizeOf(header);
  if (size === undefined) throw damaged("the size of an extended header in it is impossible");
  if (size > EXTENSION_MAX) throw hostile(`an extended header in it has ${size} bytes`);
  const stored = size + padding(size);
  const body = reader.take(stored) ?? await reader.gather(stored);
  if (body.length < stored) throw endsInside("an extended header");
  return body.subarray(0, size);
}

/** Passes over padding; whether another archive follows. Anything else may have been files. */
async function isAppended(reader: ByteReader, { onAppended }: UntarOptions): Promise<boolean> {
  for (let padded = 0; await reader.more();) {
    const block = await reader.peek(BLOCK);
    if (isZero(block)) {
      reader.take(block.length);
      padded += block.length;
      if (padded > MAX_PADDING) {
        const hint = "Ask whoever made it for the archive without them.";
        throw hostile(`more than ${formatBytes(MAX_PADDING)} of zeros follow its end`, hint);
      }
    } else if (isHeader(block)) {
      onAppended?.();
      return true;
    } else throw damaged("what follows its end is not an archive");
  }
  return false;
}

function padding(size: number): number {
  return (BLOCK - size % BLOCK) % BLOCK;
}

/** A body that can be read once, before the next entry is asked for. */
export interface EntryBody {
  /** The bytes, as views into the input's chunks. */
  chunks(): AsyncIterable<Uint8Array>;
  /** All of them in one piece, in place of `chunks`. Valid until the next entry is asked for. */
  bytes(): Uint8Array | Promise<Uint8Array>;
  /** Up to so many bytes from its start, which stay to be read; to be called before all others. */
  head(length: number): Promise<Uint8Array>;
  /** Passes over what was not read of it, and over `more` bytes. */
  end(more: number): Promise<void>;
}

/** The next `size` bytes as the body of an entry. */
export function entryBody(reader: ByteReader, size: number, name: string): EntryBody {
  let left = size;
  let state: "unread" | "reading" | "passed" = "unread";

  function begin(): void {
    if (state !== "unread") {
      throw new Error(`The body of entry "${name}" can be read once, before the next entry`);
    }
    state = "reading";
  }

  async function* chunks() {
    begin();
    while (left > 0) {
      const part = reader.some(left);
      if (part !== undefined) {
        left -= part.length;
        yield part;
        if (state === "passed") begin();
      } else if (!await reader.more()) throw endsInside(quoteName(name));
    }
  }

  function bytes(): Uint8Array | Promise<Uint8Array> {
    begin();
    const count = left;
    left = 0;
    return reader.take(count) ?? reader.gather(count).then((all) => {
      if (all.length < count) throw endsInside(quoteName(name));
      return all;
    });
  }

  return {
    chunks,
    bytes,
    head: (length) => reader.peek(Math.min(length, left)),
    async end(more) {
      state = "passed";
      const length = left + more;
      if (reader.take(length) === undefined && !await reader.skip(length)) {
        throw endsInside(quoteName(name));
      }
    },
  };
}

function endsInside(place: string): Error {
  return damaged(`it ends in the middle of ${place}`);
}
