/** A package over one source of bytes. */
import { digestOf, hashing, sha256 } from "../util/digest.ts";
import { BinimportError } from "../util/errors.ts";
import { isPackageError, unsupported, withPackageName } from "./errors.ts";
import { type Meter, meter } from "./limits.ts";
import type { Package, PackageFile, PackageItem, PackageReading, ReadOptions } from "./package.ts";
import type { ByteSource } from "./sources/mod.ts";
import { newTally, type Tally, warningsOf } from "./tally.ts";

/** One reading of a package, for whoever finds the items in it. */
export interface Reading {
  /**
   * Begins to read the source from its start; what is read last must be read to its end. `watch` is
   * to be shown what it unpacks to.
   */
  begin(): { readonly bytes: AsyncIterable<Uint8Array>; readonly watch: Meter };
  readonly options: ReadOptions;
  /** Begins anew with each `begin`. */
  tally(): Tally;
}

/**
 * A package over a source; `expected` is what a checksum file beside it says. Messages of errors of
 * `items` say only the state.
 */
export function sourcePackage(
  source: ByteSource,
  expected: Package["expected"],
  items: (reading: Reading) => AsyncIterable<PackageItem>,
): Package {
  const { name, size, replayable } = source;
  return {
    name,
    ...(size === undefined ? {} : { size }),
    ...(expected === undefined ? {} : { expected }),
    replayable,
    read: (options = {}) => readSource(source, items, options),
    ...(replayable ? { digest: (signal) => digestOfSource(source, signal) } : {}),
  };
}

async function digestOfSource(source: ByteSource, signal?: AbortSignal): Promise<string> {
  try {
    return (await digestOf(source.chunks(signal), signal)).sha256;
  } catch (error) {
    throw isPackageError(error) ? withPackageName(source.name, error) : error;
  }
}

function readSource(
  source: ByteSource,
  itemsOf: (reading: Reading) => AsyncIterable<PackageItem>,
  options: ReadOptions,
): PackageReading {
  let digest: string | undefined;

  async function* items(): AsyncGenerator<PackageItem> {
    let [hash, tally] = [sha256(), newTally()];
    function begin(): ReturnType<Reading["begin"]> {
      [hash, tally] = [sha256(), newTally()];
      const watch = meter(options.limits);
      const bytes = counting(hashing(source.chunks(options.signal), hash), (count) => {
        watch.packed(count);
        options.onBytes?.(count);
      });
      return { bytes, watch };
    }
    yield* itemsOf({ begin, options, tally: () => tally });
    if (tally.files === 0) throw nothingLeft(tally, options.stripComponents);
    digest = hash.digest("hex");
    for (const warning of warningsOf(source.name, tally)) options.onWarning?.(warning);
  }

  return {
    items: restating(items(), (error) => withPackageName(source.name, error)),
    sha256: () => digest,
  };
}

/** Passes chunks on, and tells how long each is. */
export async function* counting(
  chunks: AsyncIterable<Uint8Array>,
  onBytes: (count: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    onBytes(chunk.length);
    yield chunk;
  }
}

function nothingLeft({ counts }: Tally, strip: ReadOptions["stripComponents"]): BinimportError {
  const stripped = counts.get("stripped-away");
  if (stripped === undefined) {
    const state = counts.has("junk") ? "it holds nothing but junk" : "it holds no files";
    return new BinimportError("package-damaged", state);
  }
  return unsupported(
    `none of its ${stripped.count} files is left after --strip-components ${strip ?? "auto"}`,
    "Its files have no folder above them: try --strip-components 0.",
  );
}

/**
 * The items, with errors of the package restated: those met between items, and those met within a
 * file's bytes, which whoever has the item reads.
 */
export async function* restating(
  items: AsyncIterable<PackageItem>,
  restate: (error: BinimportError) => BinimportError,
): AsyncGenerator<PackageItem> {
  function refuse(error: unknown): never {
    throw isPackageError(error) ? restate(error) : error;
  }
  async function* restated<T>(chunks: AsyncIterable<T>): AsyncGenerator<T> {
    try {
      yield* chunks;
    } catch (error) {
      refuse(error);
    }
  }
  function bytesOf(file: PackageFile): Uint8Array | Promise<Uint8Array> {
    try {
      const bytes = file.bytes(); // at once for most: no promise for each of many small files
      return bytes instanceof Uint8Array ? bytes : bytes.catch(refuse);
    } catch (error) {
      return refuse(error);
    }
  }
  for await (const item of restated(items)) {
    yield item.kind !== "file" ? item : {
      ...item,
      chunks: () => restated(item.chunks()),
      bytes: () => bytesOf(item),
    };
  }
}
