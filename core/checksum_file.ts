/** Checksum files beside a package: `NAME.sha256`, `NAME.sha256sum.txt` and their like. */
import { BinimportError, messageOf } from "./errors.ts";
import type { Package } from "./package.ts";

const SUFFIXES = [".sha256", ".sha256sum", ".sha256.txt", ".sha256sum.txt"];

/** A checksum file, in bytes: it is a line or a few; more than this is something else. */
export const MAX_CHECKSUM_SIZE = 1024 * 1024;

/**
 * What a checksum file beside the package says. The file is what `sha256sum` writes: `DIGEST  NAME`
 * or `DIGEST *NAME` lines, or a digest alone. Throws code `package-unreadable` when there is such a
 * file that does not say it of this package: to go on would be to ignore it. `read` gives the text
 * of the file whose name has this further suffix; by default on disk.
 */
export async function findChecksum(
  path: string,
  read: (suffix: string) => Promise<string | undefined> = (suffix) => readSmall(path + suffix),
): Promise<Package["expected"]> {
  for (const suffix of SUFFIXES) {
    const file = path + suffix;
    const text = await read(suffix);
    if (text === undefined) continue;
    const sha256 = digestFor(path.slice(path.lastIndexOf("/") + 1), text);
    if (sha256 !== undefined) return { sha256, file };
    throw new BinimportError(
      "package-unreadable",
      `Cannot check package ${JSON.stringify(path)}: ${
        JSON.stringify(file)
      } holds no SHA-256 for it`,
      { hint: "Mend or remove that file." },
    );
  }
  return undefined;
}

async function readSmall(file: string): Promise<string | undefined> {
  try {
    const { size, isFile } = await Deno.stat(file);
    if (!isFile || size > MAX_CHECKSUM_SIZE) return "";
    return await Deno.readTextFile(file);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw new BinimportError(
      "package-unreadable",
      `Cannot read ${JSON.stringify(file)}: ${messageOf(cause)}`,
      { cause },
    );
  }
}

/** The digest on the line that names the file; or the only digest, whatever name is beside it. */
function digestFor(name: string, text: string): string | undefined {
  const lines = [...text.matchAll(/^\\?([0-9a-f]{64})(?:[ \t]+\*?(.*?))?\s*$/gim)]
    .map(([, digest = "", file = ""]) => ({ digest: digest.toLowerCase(), file }));
  const named = lines.find(({ file }) => file.slice(file.lastIndexOf("/") + 1) === name);
  return (named ?? (lines.length === 1 ? lines[0] : undefined))?.digest;
}

/** Throws code `package-damaged` when a package is not what its checksum file says, if it has one. */
export function requireExpected(
  { name, expected }: Pick<Package, "name" | "expected">,
  sha256: string | undefined,
): void {
  if (expected === undefined || expected.sha256 === sha256) return;
  const file = JSON.stringify(expected.file);
  throw new BinimportError(
    "package-damaged",
    `Cannot import package ${
      JSON.stringify(name)
    }: its SHA-256 is ${sha256}, but ${file} says ${expected.sha256}`,
    { hint: "Copy the package again, and its checksum file with it." },
  );
}
