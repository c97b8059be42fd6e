/**
 * A package over one source of bytes: what archives and images have in common.
 *
 * Errors of a package that say which one it is: whoever meets them first knows only the state.
 */
import { digestOf, hashing, sha256 } from "../util/digest.ts";
import { BinimportError } from "../util/errors.ts";
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

/** What tells one form of package from another. */
export interface PackageForm {
  /** The items of a reading; messages of errors say only the state. */
  items(reading: Reading): AsyncIterable<PackageItem>;
}

/** A package over a source; `expected` is what a checksum file beside it says. */
export function sourcePackage(
  source: ByteSource,
  expected: Package["expected"],
  form: PackageForm,
): Package {
  return {
    name: source.name,
    ...(source.size === undefined ? {} : { size: source.size }),
    ...(expected === undefined ? {} : { expected }),
    replayable: source.replayable,
    read: (options = {}) => readSource(source, form, options),
    ...(source.replayable ? { digest: (signal) => digestOfSource(source, signal) } : {}),
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
  form: PackageForm,
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
    yield* form.items({ begin, options, tally: () => tally });
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

function nothingLeft(
  { strippedAway: { count }, junk }: Tally,
  strip: ReadOptions["stripComponents"] = "auto",
): BinimportError {
  if (count === 0) {
    const state = junk.count === 0 ? "it holds no files" : "it holds nothing but junk";
    return new BinimportError("package-damaged", state);
  }
  return new BinimportError(
    "package-unsupported",
    `none of its ${count} files is left after --strip-components ${strip}`,
    { hint: "Its files have no folder above them: try --strip-components 0." },
  );
}

/** Says the same of the package's name. */
function withPackageName(name: string, error: BinimportError): BinimportError {
  return restated(error, `Cannot read package ${JSON.stringify(name)}: ${error.message}`);
}

/** The same error with another message. */
export function restated(error: BinimportError, message: string): BinimportError {
  const hint = error.hint === undefined ? {} : { hint: error.hint };
  return new BinimportError(error.code, message, { ...hint, cause: error });
}

/** Whether an error is about the package, and not about what is done with it. */
export function isPackageError(error: unknown): error is BinimportError {
  return error instanceof BinimportError && error.code.startsWith("package-");
}

/**
 * The items, with errors of the package restated: those met between items, and those met within a
 * file's bytes, which whoever has the item reads.
 */
export async function* restating(
  items: AsyncIterable<PackageItem>,
  restate: (error: BinimportError) => BinimportError,
): AsyncGenerator<PackageItem> {
  const restateAny = (error: unknown) => isPackageError(error) ? restate(error) : error;
  async function* chunksOf(file: PackageFile): AsyncGenerator<Uint8Array> {
    try {
      yield* file.chunks();
    } catch (error) {
      throw restateAny(error);
    }
  }
  function bytesOf(file: PackageFile): Uint8Array | Promise<Uint8Array> {
    const refuse = (error: unknown) => {
      throw restateAny(error);
    };
    try {
      const bytes = file.bytes();
      return bytes instanceof Uint8Array ? bytes : bytes.catch(refuse);
    } catch (error) {
      return refuse(error);
    }
  }
  try {
    for await (const item of items) {
      yield item.kind === "file"
        ? { ...item, chunks: () => chunksOf(item), bytes: () => bytesOf(item) }
        : item;
    }
  } catch (error) {
    throw restateAny(error);
  }
}
