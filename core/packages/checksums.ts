/** Checksum files beside a package: `NAME.sha256`, `NAME.sha256sum.txt`, `SHA256SUMS` and the like. */
import { errno } from "../util/errno.ts";
import { BinimportError } from "../util/errors.ts";
import { readForeign, UnfitFile } from "../util/foreign_file.ts";
import { latin1 } from "./bytes.ts";
import { unreadable } from "./errors.ts";
import { baseOf, folderOf } from "./names/mod.ts";
import type { Package } from "./package.ts";

const SUFFIXES = [".sha256", ".sha256sum", ".sha256.txt", ".sha256sum.txt"];

/** Of all that lies in a folder: by kubean; by Debian and Ubuntu, CentOS, and Rocky Linux. */
const SHARED = ["os-pkgs.sha256sum.txt", "SHA256SUMS", "sha256sum.txt", "CHECKSUM"];

/** A checksum file, in bytes: thousands of lines; what is longer is something else. */
export const MAX_CHECKSUM_SIZE: number = 4 * 1024 * 1024;

/**
 * What a checksum file beside the package says; `read` gives the bytes of one. Throws code
 * `package-unreadable` when one of the package's name does not say it, or one says two things.
 */
export async function findChecksum(
  path: string,
  read: (name: string) => Promise<Uint8Array | undefined> | Uint8Array | undefined = (name) =>
    readSmall(folderOf(path) + name),
): Promise<Package["expected"]> {
  // Lines may name it by folders above the working directory.
  const place = await Deno.realPath(path).catch(() => path);
  for (const file of [...SUFFIXES.map((suffix) => baseOf(path) + suffix), ...SHARED]) {
    const bytes = await read(file);
    const said = bytes && saidBy(folderOf(path) + file, decodeText(bytes), path, place);
    if (said !== undefined) return said;
  }
  return undefined;
}

/** Whether a member of a release is a file that vouches for the packages in it. */
export function isChecksumFile({ name, size }: { name: string; size: number }): boolean {
  const isNamedSo = SHARED.includes(baseOf(name)) || SUFFIXES.some((end) => name.endsWith(end));
  return isNamedSo && size <= MAX_CHECKSUM_SIZE;
}

/** What such files say of a member; throws as {@linkcode findChecksum} does. */
export function expectedInside(
  member: string,
  texts: ReadonlyMap<string, string>,
): Package["expected"] {
  const beside = [...texts.keys()].filter((file) => member.startsWith(folderOf(file)));
  const own = SUFFIXES.map((suffix) => member + suffix).filter((file) => texts.has(file));
  for (const file of new Set([...own, ...beside])) {
    const said = saidBy(file, texts.get(file) ?? "", member, member);
    if (said !== undefined) return said;
  }
  return undefined;
}

/** The line of the package's very name counts before one of its path, and that before namesakes. */
function saidBy(file: string, text: string, path: string, place: string): Package["expected"] {
  const lines = digestLines(text);
  const named = lines.map((line) => ({
    ...line,
    file: line.file.replaceAll("\\", "/").replace(/^(\.\/)+/, ""),
  })).filter((line) => baseOf(line.file) === baseOf(path));
  const exact = named.filter((line) => line.file === baseOf(path));
  const below = named.filter((line) => `/${place}`.endsWith(`/${line.file}`));
  // To go on although a file with the package's name says nothing of it would be to ignore it.
  const isOwn = SUFFIXES.some((suffix) => file === path + suffix);
  const alone = lines.length > 0 ? lines : digestWords(text);
  const told = [exact, below, named, isOwn && alone.length === 1 ? alone : []]
    .find((some) => some.length > 0) ?? [];
  const [sha256, ...others] = new Set(told.map((line) => line.digest));
  if (sha256 !== undefined && others.length === 0) return { sha256, file };
  const isTwofold = others.length > 0 && told !== named;
  if (!isTwofold && !isOwn) return undefined;
  const state = isTwofold ? "holds two SHA-256 for it" : "holds no SHA-256 for it";
  const message = `Cannot check package ${JSON.stringify(path)}: ${JSON.stringify(file)} ${state}`;
  throw new BinimportError("package-unreadable", message, { hint: "Fix or remove that file." });
}

function readSmall(file: string): Uint8Array | undefined {
  try {
    return readForeign(file, MAX_CHECKSUM_SIZE);
  } catch (cause) {
    if (errno(cause) === "ENOENT") return undefined;
    if (cause instanceof UnfitFile) return new Uint8Array(0);
    throw unreadable(file, cause);
  }
}

/** Throws code `package-damaged` when a package is not what its checksum file, if any, says. */
export function requireExpected(
  { name, expected }: Pick<Package, "name" | "expected">,
  sha256: string | undefined,
): void {
  if (expected === undefined || expected.sha256 === sha256) return;
  const message = `Cannot use package ${JSON.stringify(name)}: ${disagreement(expected, sha256)}`;
  const hint = "Copy the package again, and its checksum file with it.";
  throw new BinimportError("package-damaged", message, { hint });
}

/** That a package is not what its checksum file says. */
export function disagreement(
  { sha256: said, file }: NonNullable<Package["expected"]>,
  sha256: string | undefined,
): string {
  return `its SHA-256 is ${sha256}, but ${JSON.stringify(file)} says ${said}`;
}

const HEX = "(?<digest>[0-9a-f]{64})";

/** What `sha256sum`, BSD and `openssl dgst` (1.x and 3.x), and PowerShell's Get-FileHash write. */
const FORMS: readonly RegExp[] = [
  new RegExp(`^(?<escaped>\\\\?)${HEX}(?:[ \\t]+\\*?(?<file>.*)|\\s*)$`, "gim"),
  new RegExp(`^SHA(?:2?-)?256 ?\\((?<file>.*)\\) ?= ?${HEX}\\s*$`, "gim"),
  new RegExp(`^SHA256[ \\t]+${HEX}[ \\t]+(?<file>.*)$`, "gim"),
  new RegExp(`^Hash[ \\t]*:[ \\t]*${HEX}\\s+^Path[ \\t]*:[ \\t]*(?<file>.*)$`, "gim"),
];

/** In any other form: `sha256: HEX`, JSON, or as certutil of Windows 8 writes it, `01 23 45 …`. */
function digestWords(text: string): { readonly digest: string; readonly file: string }[] {
  return [...text.matchAll(/(?<![0-9a-z])(?:[0-9a-f]{2} ?){32}(?![0-9a-z])/gi)]
    .map(([digest]) => ({ digest: digest.replaceAll(" ", "").toLowerCase(), file: "" }));
}

/** The digests in a text, in any of the usual forms; `file` is empty where one stands alone. */
export function digestLines(text: string): { readonly digest: string; readonly file: string }[] {
  return FORMS.flatMap((form) => [...text.matchAll(form)]).map(({ groups = {} }) => {
    const { digest = "", escaped = "" } = groups;
    const file = groups["file"]?.trimEnd() ?? ""; // in one pass, whatever stands there
    return {
      digest: digest.toLowerCase(),
      // GNU writes a name with a line break or a backslash so, and a backslash before the line.
      file: escaped === "" ? file : file.replace(/\\(.)/g, (_, c) => c === "n" ? "\n" : c),
    };
  });
}

/** Text in UTF-8 or, by its byte order mark, in UTF-16 as PowerShell's `>` and Windows write it. */
export function decodeText(bytes: Uint8Array): string {
  const mark = latin1(bytes.subarray(0, 2));
  const encoding = mark === "\xff\xfe" ? "utf-16le" : mark === "\xfe\xff" ? "utf-16be" : "utf-8";
  return new TextDecoder(encoding).decode(bytes); // which takes the mark away
}
