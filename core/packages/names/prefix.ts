/** A package whose files go below a folder of the target. */
import { BinimportError, messageOf } from "../../util/errors.ts";
import type { Package, PackageItem, ReadOptions } from "../package.ts";
import { packageKey } from "./entry_key.ts";

/** Each package below the folder `into`, if there is one. */
export function inPlace(packages: readonly Package[], into: string | undefined): Package[] {
  return packages.map((one) => into === undefined ? one : placedPackage(one, into));
}

/** The package with a folder in front of its keys; globs see them so. */
function placedPackage(inner: Package, folder: string): Package {
  const place = (key: string) => `${folder}/${key}`;

  function read(options: ReadOptions = {}): ReturnType<Package["read"]> {
    const { wanted } = options;
    const reading = inner.read({
      ...options,
      isPlaced: true,
      ...(wanted === undefined ? {} : { wanted: (key) => wanted(place(key)) }),
    });
    return { ...reading, items: placeItems(reading.items) };
  }

  async function* placeItems(items: AsyncIterable<PackageItem>): AsyncGenerator<PackageItem> {
    for await (const item of items) {
      if (item.kind === "restart") yield item;
      else if (item.kind === "copy") yield { ...item, key: place(item.key), of: place(item.of) };
      else yield { ...item, key: place(item.key) };
    }
  }

  return { ...inner, read };
}

/** A folder as it was given, as a key; throws code `usage` when it could not be one. */
export function folderKey(given: string): string {
  try {
    const key = packageKey(given, 0);
    if (key !== undefined) return key;
  } catch (cause) {
    throw new BinimportError(
      "usage",
      `Cannot use ${JSON.stringify(given)} as --into: ${messageOf(cause)}`,
      { cause },
    );
  }
  throw new BinimportError(
    "usage",
    `Cannot use ${JSON.stringify(given)} as --into: it names no folder`,
  );
}
