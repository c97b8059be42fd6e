/** Errors of a package that say which one it is: whoever meets them first knows only the state. */
import { BinimportError } from "./errors.ts";
import type { PackageFile, PackageItem } from "./package.ts";

/** Says the same of the package's name. */
export function withPackageName(name: string, error: BinimportError): BinimportError {
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
  async function bytesOf(file: PackageFile): Promise<Uint8Array> {
    try {
      return await file.bytes();
    } catch (error) {
      throw restateAny(error);
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
