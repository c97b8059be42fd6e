/** Reads the file, byte for byte. */
import { BinimportError, messageOf } from "../core/errors.ts";
import { shellWord } from "../core/shell_word.ts";

/** A file as it was read. */
export interface ConfigFile {
  /** Its path as it was given, for messages. */
  readonly name: string;
  /** Where it really lies: a symbolic link is followed. */
  readonly path: string;
  /** What it holds. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same as text, with its byte order mark if it has one. */
  readonly text: string;
}

/** In bytes. The largest published sample has 10 kB. */
const MAX_SIZE = 2 ** 20;

/**
 * Reads a file. Code `config-invalid` when it is absent, cannot be read, is larger than 1 MiB or
 * holds what YAML does not allow: broken UTF-8, NUL, other control characters.
 */
export async function readConfigFile(name: string): Promise<ConfigFile> {
  const { path, bytes } = await readBytes(name);
  return { name, path, bytes, text: decode(bytes, name) };
}

async function readBytes(name: string): Promise<Pick<ConfigFile, "path" | "bytes">> {
  try {
    const path = await Deno.realPath(name);
    const { isFile, size } = await Deno.stat(path);
    if (!isFile) throw unusable(name, "it is no file");
    if (size > MAX_SIZE) throw unusable(name, `it has ${size} bytes, which is too large`);
    return { path, bytes: await Deno.readFile(path) };
  } catch (error) {
    if (error instanceof BinimportError) throw error;
    if (error instanceof Deno.errors.NotFound) throw unusable(name, "no such file");
    throw unusable(name, messageOf(error).replace(/ \(os error \d+\).*$/s, ""));
  }
}

function unusable(
  name: string,
  state: string,
  hint = "Give the path of a clusterConfig.yaml.",
): BinimportError {
  return new BinimportError("config-invalid", `Cannot read ${JSON.stringify(name)}: ${state}`, {
    hint,
  });
}

function decode(bytes: Uint8Array, name: string): string {
  const text = decodeUtf8(bytes, name);
  // Some readers take a lone carriage return for the end of a line, others do not.
  const found = /[\x00-\x08\x0b\x0c\x0e-\x1f]|\r(?!\n)/.exec(text);
  if (found === null) return text;
  const line = text.slice(0, found.index).split("\n").length;
  throw unusable(name, `line ${line} has ${nameOf(found[0])}`);
}

function nameOf(character: string): string {
  if (character === "\0") return "a NUL byte";
  if (character === "\r") return "a carriage return that ends no line";
  return `the control character ${JSON.stringify(character)}`;
}

function decodeUtf8(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw otherEncoding(bytes, name);
  }
}

/** Encodings that editors save instead of UTF-8, by a label that both iconv(1) and decoders know. */
const ENCODINGS = ["GB18030", "Big5", "Windows-1252"] as const;

/** No byte of a longer character in UTF-8 is a line feed: the first line that is broken is the one. */
function otherEncoding(bytes: Uint8Array, name: string): BinimportError {
  if (isUtf16(bytes)) return reEncode(name, "line 1 is in UTF-16, not in UTF-8", "UTF-16");
  const fits = (label: string) => {
    try {
      new TextDecoder(label, { fatal: true }).decode(bytes);
      return true;
    } catch {
      return false;
    }
  };
  for (let start = 0, line = 1; start < bytes.length; line++) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline < 0 ? bytes.length : newline;
    const column = new TextDecoder().decode(bytes.subarray(start, end)).indexOf("\ufffd") + 1;
    if (column > 0) {
      const encoding = ENCODINGS.find(fits) ?? "Windows-1252";
      const guess = encoding === "GB18030" ? "; it seems to be in GBK" : "";
      const state = `line ${line}, column ${column} is not in UTF-8${guess}`;
      return reEncode(name, state, encoding);
    }
    start = end + 1;
  }
  return reEncode(name, "it is not in UTF-8", "GB18030");
}

/** By its byte order mark, or by the zero that every second byte of plain text is. */
function isUtf16([first, second]: Uint8Array): boolean {
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff) ||
    first === 0 || second === 0;
}

function reEncode(name: string, state: string, encoding: string): BinimportError {
  const command = `iconv -f ${encoding} -t UTF-8 ${shellWord(name)} > utf8.yaml`;
  return unusable(name, state, `Save it as UTF-8 in the editor, or: ${command}`);
}
