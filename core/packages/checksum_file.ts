/** Checksum files beside a package: `NAME.sha256`, `NAME.sha256sum.txt`, `SHA256SUMS` and their like. */
import { BinimportError, messageOf } from "../util/errors.ts";
import type { Package } from "./package.ts";

const SUFFIXES = [".sha256", ".sha256sum", ".sha256.txt", ".sha256sum.txt"];

/**
 * Files that tell of all that lies in their folder: of operating system packages by kubean, of
 * images by Debian and Ubuntu, CentOS, and Rocky Linux. What they do not name, they say nothing of.
 */
const SHARED = ["os-pkgs.sha256sum.txt", "SHA256SUMS", "sha256sum.txt", "CHECKSUM"];

/** A checksum file, in bytes: it is a line or a few; more than this is something else. */
export const MAX_CHECKSUM_SIZE = 1024 * 1024;

/**
 * What a checksum file beside the package says. The file is what `sha256sum` writes: `DIGEST  NAME`
 * or `DIGEST *NAME` lines, `SHA256 (NAME) = DIGEST` lines, or a digest alone. Throws code
 * `package-unreadable` when there is a file of the package's name that does not say it: to go on
 * would be to ignore it. `read` gives the text of a file in the package's folder.
 */
export async function findChecksum(
  path: string,
  read: (name: string) => Promise<string | undefined> = (name) => readSmall(folderOf(path) + name),
): Promise<Package["expected"]> {
  const name = path.slice(folderOf(path).length);
  for (const suffix of SUFFIXES) {
    const text = await read(name + suffix);
    if (text === undefined) continue;
    const sha256 = digestFor(name, text) ?? onlyDigest(text);
    const file = path + suffix;
    if (sha256 !== undefined) return { sha256, file };
    throw new BinimportError(
      "package-unreadable",
      `Cannot check package ${JSON.stringify(path)}: ${
        JSON.stringify(file)
      } holds no SHA-256 for it`,
      { hint: "Mend or remove that file." },
    );
  }
  for (const shared of SHARED) {
    const text = await read(shared);
    const sha256 = text === undefined ? undefined : digestFor(name, text);
    if (sha256 !== undefined) return { sha256, file: folderOf(path) + shared };
  }
  return undefined;
}

/** With its slash; empty for a name alone. */
function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
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

/** The digest on the line that names the file. */
function digestFor(name: string, text: string): string | undefined {
  const named = digestLines(text).find(({ file }) =>
    file.slice(file.lastIndexOf("/") + 1) === name
  );
  return named?.digest;
}

/** The only digest, whatever name is beside it. */
function onlyDigest(text: string): string | undefined {
  const lines = digestLines(text);
  return lines.length === 1 ? lines[0]?.digest : undefined;
}

/** What lines say that give a digest, and mostly a name. Others are passed over. */
export function digestLines(
  text: string,
): { readonly digest: string; readonly file: string }[] {
  const gnu = [...text.matchAll(/^\\?([0-9a-f]{64})(?:[ \t]+\*?(.*?))?\s*$/gim)]
    .map(([, digest = "", file = ""]) => ({ digest: digest.toLowerCase(), file }));
  const bsd = [...text.matchAll(/^SHA256 \((.*)\) = ([0-9a-f]{64})\s*$/gim)]
    .map(([, file = "", digest = ""]) => ({ digest: digest.toLowerCase(), file }));
  return [...gnu, ...bsd];
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
    `Cannot use package ${
      JSON.stringify(name)
    }: its SHA-256 is ${sha256}, but ${file} says ${expected.sha256}`,
    { hint: "Copy the package again, and its checksum file with it." },
  );
}
