/** The known ways to compress a package: a further one is its decoder, and an entry here. */
import type { ByteReader } from "../../util/byte_reader.ts";

interface Compression {
  readonly name: string;
  /** How names of packages end that are compressed so, in short: `.tar.` and anything will do. */
  readonly ending: string;
  /** How its data begins, as bytes in Latin-1. */
  readonly begins: RegExp;
  /** Loads what unpacks it; `reading` is the same object for all of one reading of a package. */
  readonly decoder: () => Promise<
    (input: ByteReader, reading: object) => AsyncIterable<Uint8Array>
  >;
}

/** All that there are. */
export const COMPRESSIONS: Compression[] = [
  {
    name: "gzip",
    ending: "tgz",
    begins: /^\x1f\x8b/,
    decoder: async () => (await import("./inflater.ts")).gunzip,
  },
  {
    name: "zstd",
    ending: "tzst",
    begins: /^(?:\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18)/, // it may begin with a skippable frame
    decoder: async () => (await import("./zstd.ts")).unzstd,
  },
  {
    name: "xz",
    ending: "txz",
    begins: /^\xfd7zX/,
    decoder: async () => (await import("./xz.ts")).unxz,
  },
];

/** What packages are, for people: `gzip, zstd or xz`. */
export function compressionNames(): string {
  const names = COMPRESSIONS.map(({ name }) => name);
  return `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}

/** What can be given as a package, for help. */
export function packageKinds(): string {
  return `archives (tar, also with ${compressionNames()}), ISO images, folders, http(s):// addresses, or - for standard input`;
}

/** Whether a file is named like an archive or image. */
export function isArchiveName(name: string): boolean {
  const [, tarEnding, ending = ""] = /\.(?:(tar(?:\.\w+)?)|(\w+))$/.exec(name.toLowerCase()) ?? [];
  return tarEnding !== undefined ||
    ["iso", ...COMPRESSIONS.map((one) => one.ending)].includes(ending);
}
