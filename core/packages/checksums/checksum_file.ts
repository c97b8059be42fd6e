/** Checksum files beside a package: `NAME.sha256`, `NAME.sha256sum.txt`, `SHA256SUMS` and their like. */
import { errno } from "../../util/errno.ts";
import { BinimportError, messageOf } from "../../util/errors.ts";
import { readForeign, UnfitFile } from "../../util/foreign_file.ts";
import type { Package } from "../package.ts";
import { checksumText, digestFor, digestLines } from "./checksum_lines.ts";

const SUFFIXES = [".sha256", ".sha256sum", ".sha256.txt", ".sha256sum.txt"];

/**
 * Files that tell of all that lies in their folder: of operating system packages by kubean, of
 * images by Debian and Ubuntu, CentOS, and Rocky Linux. What they do not name, they say nothing of.
 */
const SHARED = ["os-pkgs.sha256sum.txt", "SHA256SUMS", "sha256sum.txt", "CHECKSUM"];

/** A checksum file, in bytes: thousands of lines; what is longer is something else. */
export const MAX_CHECKSUM_SIZE: number = 4 * 1024 * 1024;

/** Gives the bytes of a file in some folder; undefined when there is none. */
export type ReadBeside = (name: string) => Promise<Uint8Array | undefined>;

/**
 * What a checksum file beside the package says. Throws code `package-unreadable` when there is a file
 * of the package's name that does not say it: to go on would be to ignore it. `read` gives a file in
 * the package's folder.
 */
export async function findChecksum(
  path: string,
  read: ReadBeside = (name) => Promise.try(() => readSmall(folderOf(path) + name)),
): Promise<Package["expected"]> {
  const name = path.slice(folderOf(path).length);
  for (const suffix of SUFFIXES) {
    const bytes = await read(name + suffix);
    if (bytes !== undefined) return ownDigest(path, path + suffix, checksumText(bytes));
  }
  for (const shared of SHARED) {
    const bytes = await read(shared);
    if (bytes === undefined) continue;
    const sha256 = saidOf(await absolute(path), folderOf(path) + shared, checksumText(bytes));
    if (sha256 !== undefined) return { sha256, file: folderOf(path) + shared };
  }
  return undefined;
}

/** What the package's own checksum file says: of its name, or the only digest in it. */
function ownDigest(path: string, file: string, text: string): NonNullable<Package["expected"]> {
  const [only, ...others] = digestLines(text);
  const sha256 = saidOf(path, file, text) ?? (others.length === 0 ? only?.digest : undefined);
  if (sha256 !== undefined) return { sha256, file };
  throw unusable(path, file, "holds no SHA-256 for it");
}

function saidOf(path: string, file: string, text: string): string | undefined {
  const said = digestFor(path, text);
  if (said === "two things") throw unusable(path, file, "holds two SHA-256 for it");
  return said === "nothing" ? undefined : said.digest;
}

function unusable(path: string, file: string, state: string): BinimportError {
  return new BinimportError(
    "package-unreadable",
    `Cannot check package ${JSON.stringify(path)}: ${JSON.stringify(file)} ${state}`,
    { hint: "Mend or remove that file." },
  );
}

/** The checksum files inside a release, which vouch for the packages in it. */
export interface ReleaseChecksums {
  /** Whether a member is a checksum file, to be given to `add`. */
  isOne(member: { readonly name: string; readonly size: number }): boolean;
  add(name: string, bytes: Uint8Array): void;
  /** What they say of a member; throws as {@linkcode findChecksum} does. */
  expected(member: string): Package["expected"];
}

export function releaseChecksums(): ReleaseChecksums {
  const texts = new Map<string, string>();
  return {
    isOne({ name, size }) {
      const base = name.slice(folderOf(name).length);
      const isNamedSo = SHARED.includes(base) || SUFFIXES.some((suffix) => base.endsWith(suffix));
      return isNamedSo && size <= MAX_CHECKSUM_SIZE;
    },
    add: (name, bytes) => void texts.set(name, checksumText(bytes)),
    expected(member) {
      for (const [file, text] of texts) {
        if (SUFFIXES.some((suffix) => file === member + suffix)) {
          return ownDigest(member, file, text);
        }
      }
      for (const [file, text] of texts) {
        if (!member.startsWith(folderOf(file))) continue;
        const sha256 = saidOf(member, file, text);
        if (sha256 !== undefined) return { sha256, file };
      }
      return undefined;
    },
  };
}

/** With its slash; empty for a name alone. */
function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

/** Lines may name it by folders above the working directory. */
async function absolute(path: string): Promise<string> {
  return await Deno.realPath(path).catch(() => path);
}

function readSmall(file: string): Uint8Array | undefined {
  try {
    return readForeign(file, MAX_CHECKSUM_SIZE);
  } catch (cause) {
    if (errno(cause) === "ENOENT") return undefined;
    if (cause instanceof UnfitFile) return new Uint8Array(0);
    throw new BinimportError(
      "package-unreadable",
      `Cannot read ${JSON.stringify(file)}: ${messageOf(cause)}`,
      { cause },
    );
  }
}

/** Throws code `package-damaged` when a package is not what its checksum file says, if it has one. */
export function requireExpected(
  { name, expected }: Pick<Package, "name" | "expected">,
  sha256: string | undefined,
): void {
  if (expected === undefined || expected.sha256 === sha256) return;
  throw new BinimportError(
    "package-damaged",
    `Cannot use package ${JSON.stringify(name)}: ${disagreement(expected, sha256)}`,
    { hint: "Copy the package again, and its checksum file with it." },
  );
}

/** That a package is not what its checksum file says. */
export function disagreement(
  { sha256: said, file }: NonNullable<Package["expected"]>,
  sha256: string | undefined,
): string {
  return `its SHA-256 is ${sha256}, but ${JSON.stringify(file)} says ${said}`;
}
