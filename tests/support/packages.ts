/** Packages for tests, made in memory. */
import { gzipSync } from "node:zlib";
import { archivePackage } from "../../core/packages/archive.ts";
import type { Package } from "../../core/packages/package.ts";
import type { ByteSource } from "../../core/packages/file_source.ts";
import { inChunks } from "./chunks.ts";
import { tarArchive, type TarPart } from "./tar_builder.ts";

/** What a package's file holds. */
export type Content = string | Uint8Array;

const encoder = new TextEncoder();

/** The bytes of a file's content. */
export function bytesOf(content: Content): Uint8Array {
  return typeof content === "string" ? encoder.encode(content) : content;
}

/** A .tar.gz with these files below one folder, and then these parts. */
export function tarGz(
  files: Readonly<Record<string, Content>>,
  ...parts: readonly TarPart[]
): Uint8Array<ArrayBuffer> {
  const members = Object.entries(files).map(([name, content]) => ({
    name: `offline-files/${name}`,
    body: bytesOf(content),
  }));
  return new Uint8Array(gzipSync(tarArchive(...members, ...parts)));
}

/** How a package in memory behaves. */
export interface MemoryPackageOptions {
  /** Whether it can be read again. Default: true. */
  readonly replayable?: boolean;
  /** What a checksum file beside it says. */
  readonly expected?: string;
  /** Told of each reading. */
  readonly onRead?: () => void;
}

/** A package over bytes. */
export function memoryPackage(
  archive: Uint8Array,
  { replayable = true, expected, onRead }: MemoryPackageOptions = {},
): Package {
  const source: ByteSource = {
    name: "test.tar.gz",
    size: archive.length,
    replayable,
    chunks() {
      onRead?.();
      return inChunks(archive);
    },
  };
  return archivePackage(
    source,
    expected === undefined ? undefined : { sha256: expected, file: "test.tar.gz.sha256" },
  );
}
