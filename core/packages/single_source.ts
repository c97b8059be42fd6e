/** A package over one source of bytes. */
import { digestOf, hashing, sha256 } from "../util/digest.ts";
import { BinimportError } from "../util/errors.ts";
import { isPackageError, restated as renamed, unsupported } from "./errors.ts";
import { type Meter, meter } from "./limits.ts";
import { ReadAgain } from "./names/mod.ts";
import type { Package, PackageItem, ReadOptions } from "./package.ts";
import type { ByteSource } from "./file_source.ts";
import { Tally, warningsOf } from "./tally.ts";

/** One reading of the source, from its start. */
export interface Reading {
  /** To be read to their end. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** To be shown what they unpack to. */
  readonly watch: Meter;
  readonly tally: Tally;
  readonly options: ReadOptions;
}

/** How `split` and others name parts of a file: `.aa`, `.001`, `.part-aa`. */
const PART = /\.(?:(?!gz|xz)[a-z]{2}|\d{2,3}|part[\w-]*)$/;

/**
 * A package over a source. Messages of errors of `items` say only the state; {@linkcode ReadAgain}
 * begins another reading.
 */
export function sourcePackage(
  source: ByteSource,
  expected: Package["expected"],
  items: (reading: Reading) => AsyncIterable<PackageItem>,
): Package {
  const { name, size, replayable } = source;
  const named = (error: BinimportError) => {
    const isPart = PART.test(name) && /-(?:damaged|unsupported)$/.test(error.code);
    const message = `Cannot read package ${JSON.stringify(name)}: ${error.message}`;
    return renamed(
      error,
      message,
      isPart ? "Give all parts of it: cat PART… | binimport … -" : undefined,
    );
  };

  function read(options: ReadOptions = {}): ReturnType<Package["read"]> {
    let digest: string | undefined;
    async function* readItems(): AsyncGenerator<PackageItem> {
      const [hash, tally, watch] = [sha256(), new Tally(), meter(options.limits)];
      const bytes = counting(hashing(source.chunks(options.signal), hash), (count) => {
        watch.packed(count);
        options.onBytes?.(count);
      });
      try {
        yield* items({ bytes, watch, tally, options });
      } catch (error) {
        if (!(error instanceof ReadAgain)) throw error;
        if (!replayable) throw error.refusal;
        yield { kind: "restart" };
        return yield* readItems();
      }
      if (tally.files === 0) throw nothingLeft(tally, options.stripComponents);
      digest = hash.digest("hex");
      for (const warning of warningsOf(name, tally)) options.onWarning?.(warning);
    }
    return { items: restating(readItems(), named), sha256: () => digest };
  }

  const digest = (signal?: AbortSignal) =>
    digestOf(source.chunks(signal), signal).then((whole) => whole.sha256, (error) => {
      throw isPackageError(error) ? named(error) : error;
    });

  return {
    name,
    ...(size === undefined ? {} : { size }),
    ...(expected === undefined ? {} : { expected }),
    replayable,
    read,
    ...(replayable ? { digest } : {}),
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
  const stripped = counts.get("stripped-away")?.count;
  if (stripped !== undefined) {
    return unsupported(
      `none of its ${stripped} files is left after --strip-components ${strip ?? "auto"}`,
      "Its files have no folder above them: try --strip-components 0.",
    );
  }
  const state = counts.has("junk") ? "it holds nothing but junk" : "it holds no files";
  return new BinimportError("package-damaged", state);
}

/** The items, with errors of the package restated, those met within a file's bytes too. */
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
  for await (const item of restated(items)) {
    yield item.kind !== "file" ? item : {
      ...item,
      chunks: () => restated(item.chunks()),
      bytes() {
        const bytes = item.bytes(); // at once for most: no promise for each of many small files
        return bytes instanceof Uint8Array ? bytes : bytes.catch(refuse);
      },
    };
  }
}
