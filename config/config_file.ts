/** Reads the file, byte for byte. */
import { BinimportError, messageOf } from "../core/errors.ts";

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

function unusable(name: string, state: string): BinimportError {
  return new BinimportError("config-invalid", `Cannot read ${JSON.stringify(name)}: ${state}`, {
    hint: "Give the path of a clusterConfig.yaml.",
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
    throw unusable(name, "it is not in UTF-8");
  }
}
