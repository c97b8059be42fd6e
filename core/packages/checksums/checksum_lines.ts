/** What stands in a checksum file: digests, each with the name of what it is of. */

/** One line of such a file. */
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

/** The text of a checksum file: UTF-8 or, by its byte order mark, UTF-16 as PowerShell's `>` writes. */
export function checksumText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding = first === 0xff && second === 0xfe
    ? "utf-16le"
    : first === 0xfe && second === 0xff
    ? "utf-16be"
    : "utf-8";
  return new TextDecoder(encoding).decode(bytes); // which takes the mark away
}

/** What a checksum file says of one file. */
export type Said = { readonly digest: string } | "nothing" | "two things";

/**
 * What it says of the file at `path`. The line of its very name counts before one of its path, and
 * that before one of the same name in another folder, of which there may be several.
 */
export function digestFor(path: string, text: string): Said {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const named = digestLines(text)
    .map(({ digest, file }) => ({
      digest,
      file: file.replaceAll("\\", "/").replace(/^(\.\/)+/, ""),
    }))
    .filter(({ file }) => file.slice(file.lastIndexOf("/") + 1) === name);
  const ranks = [
    named.filter(({ file }) => file === name),
    named.filter(({ file }) => `/${path}`.endsWith(`/${file}`)),
  ];
  const exact = ranks.find((lines) => lines.length > 0);
  const [digest, ...others] = new Set((exact ?? named).map((line) => line.digest));
  if (digest === undefined) return "nothing";
  if (others.length === 0) return { digest };
  return exact === undefined ? "nothing" : "two things";
}
