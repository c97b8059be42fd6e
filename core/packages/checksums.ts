/** Checksum files beside a package: `NAME.sha256`, `NAME.sha256sum.txt`, `SHA256SUMS` and their like. */
import { errno } from "../util/errno.ts";
import { BinimportError, messageOf } from "../util/errors.ts";
import { readForeign, UnfitFile } from "../util/foreign_file.ts";
import type { Package } from "./package.ts";

const SUFFIXES = [".sha256", ".sha256sum", ".sha256.txt", ".sha256sum.txt"];

/**
 * Files that tell of all that lies in their folder: of operating system packages by kubean, of
 * images by Debian and Ubuntu, CentOS, and Rocky Linux. What they do not name, they say nothing of.
 */
const SHARED = ["os-pkgs.sha256sum.txt", "SHA256SUMS", "sha256sum.txt", "CHECKSUM"];

/** A checksum file, in bytes: thousands of lines; what is longer is something else. */
export const MAX_CHECKSUM_SIZE: number = 4 * 1024 * 1024;

interface ChecksumFile {
  readonly file: string;
  readonly text: string;
  /** It has the package's name: to go on although it says nothing of it would be to ignore it. */
  readonly isOwn: boolean;
}

/** Gives the bytes of a file beside a package; undefined when there is none. */
export type ReadBeside = (name: string) => Promise<Uint8Array | undefined> | Uint8Array | undefined;

/**
 * What a checksum file beside the package says. Throws code `package-unreadable` when there is a file
 * of the package's name that does not say it, or one that says two things.
 */
export async function findChecksum(
  path: string,
  read: ReadBeside = (name) => readSmall(folderOf(path) + name),
): Promise<Package["expected"]> {
  const name = baseOf(path);
  async function* files(): AsyncGenerator<ChecksumFile> {
    for (const suffix of [...SUFFIXES, ...SHARED]) {
      const isOwn = SUFFIXES.includes(suffix);
      const file = isOwn ? name + suffix : suffix;
      const bytes = await read(file);
      if (bytes !== undefined) {
        yield { file: folderOf(path) + file, text: decodeText(bytes), isOwn };
      }
    }
  }
  // Lines may name it by folders above the working directory.
  return await firstSaid(path, await Deno.realPath(path).catch(() => path), files());
}

/** The checksum files inside a release, which vouch for the packages in it. */
export interface ReleaseChecksums {
  /** Whether a member is a checksum file, to be given to `add`. */
  isOne(member: { readonly name: string; readonly size: number }): boolean;
  add(name: string, bytes: Uint8Array): void;
  /** What they say of a member; throws as {@linkcode findChecksum} does. */
  expected(member: string): Promise<Package["expected"]>;
}

export function releaseChecksums(): ReleaseChecksums {
  const texts = new Map<string, string>();
  return {
    isOne({ name, size }) {
      const isNamedSo = SHARED.includes(baseOf(name)) ||
        SUFFIXES.some((suffix) => name.endsWith(suffix));
      return isNamedSo && size <= MAX_CHECKSUM_SIZE;
    },
    add: (name, bytes) => void texts.set(name, decodeText(bytes)),
    async expected(member) {
      const own = new Set(SUFFIXES.map((suffix) => member + suffix));
      const files = Array.from(texts, ([file, text]) => ({ file, text, isOwn: own.has(file) }))
        .filter(({ file }) => member.startsWith(folderOf(file)))
        .sort((a, b) => Number(b.isOwn) - Number(a.isOwn));
      return await firstSaid(member, member, files);
    },
  };
}

/** `place` is where the package lies, for lines that name it by folders. */
async function firstSaid(
  path: string,
  place: string,
  files: AsyncIterable<ChecksumFile> | Iterable<ChecksumFile>,
): Promise<Package["expected"]> {
  for await (const { file, text, isOwn } of files) {
    const said = digestFor(place, text);
    if (said === "two things") throw unusable(path, file, "holds two SHA-256 for it");
    if (said !== "nothing") return { sha256: said.digest, file };
    if (!isOwn) continue;
    const [only, another] = digestLines(text);
    if (only !== undefined && another === undefined) return { sha256: only.digest, file };
    throw unusable(path, file, "holds no SHA-256 for it");
  }
  return undefined;
}

function unusable(path: string, file: string, state: string): BinimportError {
  return new BinimportError(
    "package-unreadable",
    `Cannot check package ${JSON.stringify(path)}: ${JSON.stringify(file)} ${state}`,
    { hint: "Mend or remove that file." },
  );
}

/** With its slash; empty for a name alone. */
function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
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

/** One line of a checksum file. */
export interface DigestLine {
  /** SHA-256 in lower-case hex. */
  readonly digest: string;
  /** The path beside it; empty when the digest stands alone. */
  readonly file: string;
}

const HEX = "(?<digest>[0-9a-f]{64})";

/** What `sha256sum`, BSD and `openssl dgst` (1.x and 3.x), and PowerShell's Get-FileHash write. */
const FORMS: readonly RegExp[] = [
  new RegExp(`^(?<escaped>\\\\?)${HEX}(?:[ \\t]+\\*?(?<file>.*)|\\s*)$`, "gim"),
  new RegExp(`^SHA(?:2?-)?256 ?\\((?<file>.*)\\) ?= ?${HEX}\\s*$`, "gim"),
  new RegExp(`^SHA256[ \\t]+${HEX}[ \\t]+(?<file>.*)$`, "gim"),
];

/** The digests in a text, in whatever of the usual forms. */
export function digestLines(text: string): DigestLine[] {
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
  const mark = bytes[0] === 0xff && bytes[1] === 0xfe
    ? "utf-16le"
    : bytes[0] === 0xfe && bytes[1] === 0xff
    ? "utf-16be"
    : "utf-8";
  return new TextDecoder(mark).decode(bytes); // which takes the mark away
}

/**
 * What a checksum file says of the file at `path`. The line of its very name counts before one of its
 * path, and that before one of the same name in another folder, of which there may be several.
 */
export function digestFor(
  path: string,
  text: string,
): { readonly digest: string } | "nothing" | "two things" {
  const name = baseOf(path);
  const named = digestLines(text)
    .map(({ digest, file }) => ({
      digest,
      file: file.replaceAll("\\", "/").replace(/^(\.\/)+/, ""),
    }))
    .filter(({ file }) => baseOf(file) === name);
  const exact = [
    named.filter(({ file }) => file === name),
    named.filter(({ file }) => `/${path}`.endsWith(`/${file}`)),
  ].find((lines) => lines.length > 0);
  const [digest, ...others] = new Set((exact ?? named).map((line) => line.digest));
  if (digest === undefined) return "nothing";
  if (others.length === 0) return { digest };
  return exact === undefined ? "nothing" : "two things";
}
