/**
 * A package: an archive or a folder whose files are to be imported. Reading one gives its items in
 * one pass; links come last, for what one means is known only behind the last member.
 */
/** A file in a package. */
export interface PackageFile {
  /** Which item it is. */
  readonly kind: "file";
  /** The key that it gets in the target. */
  readonly key: string;
  /** Its length in bytes. */
  readonly size: number;
  /** Its permission bits as recorded in the package. */
  readonly mode: number;
  /** Its bytes; may be called once, before the next item is asked for. */
  chunks(): AsyncIterable<Uint8Array>;
  /** All of them in one piece, in place of `chunks`; valid until the next item is asked for. */
  bytes(): Uint8Array | Promise<Uint8Array>;
}

/** A key that has the same bytes as another key of the same package. Comes after every file. */
export interface PackageCopy {
  /** Which item it is. */
  readonly kind: "copy";
  /** The key of the copy. */
  readonly key: string;
  /** The key of the file. */
  readonly of: string;
}

/** What came before is not part of the package: it is one that holds packages. Forget it. */
export interface PackageRestart {
  /** Which item it is. */
  readonly kind: "restart";
}

/** What reading a package gives. */
export type PackageItem = PackageFile | PackageCopy | PackageRestart;

/** Something in a package that is not as one would expect it, and what became of it. */
export interface PackageWarning {
  /** What kind of warning; for scripts. */
  readonly code: string;
  /** What was found; it names the package. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
}

/** Limits that an option can raise. */
export interface PackageLimits {
  /** Bytes that a package may unpack to. Default: 200 times its length, and at least 1 GiB. */
  readonly maxUnpacked?: number;
  /** Members that a package may have. Default: 200,000. */
  readonly maxFiles?: number;
}

/** How a package is read. */
export interface ReadOptions {
  /** Leading name components to drop. Default: `auto`, a common top folder of an archive alone. */
  readonly stripComponents?: number | "auto";
  /** Keep what file managers and editors leave behind. Default: false. */
  readonly keepJunk?: boolean;
  /** Whether a key is wanted. Default: all are. */
  readonly wanted?: (key: string) => boolean;
  /** Folders that are imported into: no part of a package that is a folder. */
  readonly targets?: readonly string[];
  /** Told at the end of a reading what is worth a warning. */
  readonly onWarning?: (warning: PackageWarning) => void;
  /** Told of every further byte of the package as it lies. */
  readonly onBytes?: (count: number) => void;
  /** How much it may grow into. An archive only; a folder is what it is. */
  readonly limits?: PackageLimits;
  /** Stops the reading. */
  readonly signal?: AbortSignal;
}

/** One reading of a package. */
export interface PackageReading {
  /**
   * The items. They end without an error only if the package is whole and its own checksums are
   * right; until then nothing that was read can be trusted. Errors: codes `package-…`.
   */
  readonly items: AsyncIterable<PackageItem>;
  /** SHA-256 of the package as it lies, once the items have ended; a folder has none. */
  sha256(): string | undefined;
}

/** A package that can be read. */
export interface Package {
  /** What the user calls it. */
  readonly name: string;
  /** Its length in bytes as it lies, where that is known. */
  readonly size?: number;
  /** Whether it can be read again. */
  readonly replayable: boolean;
  /** What a checksum file beside it says its SHA-256 is. */
  readonly expected?: { readonly sha256: string; readonly file: string };
  /** Once it was read: commands that its release asks for after an import. */
  nextCommands?(): readonly string[];
  /** Reads it. */
  read(options?: ReadOptions): PackageReading;
  /** SHA-256 of the package as it lies, without looking inside; absent where it has none. */
  digest?(signal?: AbortSignal): Promise<string>;
}
