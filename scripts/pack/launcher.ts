/** The file itself: the launcher, and the program behind it. */
import { createHash } from "node:crypto";
import { PROGRAM_FLAGS } from "../program_flags.ts";
import { type Target, ZSTD_LIBRARIES } from "./targets.ts";

/** What is packed. */
export interface Payload {
  readonly version: string;
  readonly target: Target;
  /** A gzip stream with a tar archive: zstd, libraries and the program. */
  readonly first: Uint8Array;
  /** A zstd stream: Deno. */
  readonly second: Uint8Array;
  /** What both take when they are unpacked, in bytes. */
  readonly size: number;
  /** See {@linkcode "./elf.ts"}. */
  readonly slot: number;
  readonly slotSize: number;
  /** The module to start, in the folder `app`. */
  readonly entry: string;
}

/** The launcher is filled up to this length, so that offsets in it do not change its length. */
const LAUNCHER_SIZE = 12 * 1024;

/**
 * Nothing is looked for on the network or beside the program. What is imported only when it is
 * needed is not even parsed before: that is the flag called unstable, which Deno ties to a change in
 * the order in which versions of packages are chosen; there are none to choose.
 */
const RUN_FLAGS = [
  "--no-config",
  "--no-lock",
  "--no-npm",
  "--no-remote",
  "--cached-only",
  "--unstable-lazy-dynamic-imports",
];

/** What follows the path of the cache in the name of the loader; room for it is kept. */
const BELOW_CACHE = 100;

/** Stands for the checksum until it is known. */
const NO_SUM = "0".repeat(64);

/** Makes the file from the text of `launcher.sh`. */
export function packedFile(payload: Payload, template: string): Uint8Array {
  const { first, second } = payload;
  const launcher = filledUp(fill(template, values(payload)));
  // The line that holds the sum is left out of it: the launcher does the same.
  const summed = launcher.replace(`sha256=${NO_SUM}\n`, "");
  const sum = createHash("sha256").update(summed).update(first).update(second).digest("hex");
  const head = new TextEncoder().encode(launcher.replace(NO_SUM, sum));
  return concat([head, first, second]);
}

function values(payload: Payload): Readonly<Record<string, string>> {
  const { version, target, first, second, size, slot, slotSize, entry } = payload;
  const digest = createHash("sha256").update(first).update(second).digest("hex");
  return {
    VERSION: version,
    MACHINE: target.machine,
    SHA256: NO_SUM,
    ID: `${version}-${digest.slice(0, 16)}`,
    FIRST: String(LAUNCHER_SIZE + 1), // tail counts from 1
    FIRST_SIZE: String(first.length),
    SECOND: String(LAUNCHER_SIZE + first.length + 1),
    LOADER: target.loader,
    SLOT: String(slot),
    LONGEST_NAME: String(slotSize - BELOW_CACHE),
    UNPACKED_MEGABYTES: String(Math.ceil(size / 1e6)),
    FLAGS: [...RUN_FLAGS, ...PROGRAM_FLAGS].join(" "),
    ENTRY: entry,
    ZSTD_LIBRARIES: ZSTD_LIBRARIES.map((name) => `"$new/${name}"`).join(" "),
  };
}

function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/@([A-Z0-9_]+)@/g, (placeholder, name) => {
    const value = values[name];
    if (value === undefined) throw new Error(`Cannot fill in ${placeholder} of the launcher`);
    return value;
  });
}

function filledUp(launcher: string): string {
  const { length } = new TextEncoder().encode(launcher);
  if (length > LAUNCHER_SIZE) throw new Error(`Cannot pack: the launcher has ${length} bytes`);
  return launcher + "\n".repeat(LAUNCHER_SIZE - length);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
