/** The form that a manifest has in its target. */
import type { FileRecord, Manifest, PackageRecord } from "./manifest.ts";
import { isShard } from "./shard.ts";

/** In characters, about. */
const CHUNK = 64 * 1024;

/**
 * A manifest in JSON, a line for each file, in chunks: as a whole, that of 100,000 files would take
 * four times its 25 MB while it is made.
 */
export function* manifestBytes(manifest: Manifest): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  let text = "";
  for (const piece of pieces(manifest)) {
    text += piece;
    if (text.length < CHUNK) continue;
    yield encoder.encode(text);
    text = "";
  }
  yield encoder.encode(text);
}

function* pieces({ packages, files }: Manifest): Generator<string> {
  yield '{"version":1,"packages":[';
  for (const [index, { keys, ...rest }] of packages.entries()) {
    if (index > 0) yield ",";
    yield `\n${JSON.stringify(rest).slice(0, -1)},"keys":[`;
    yield* separated(keys, (key) => JSON.stringify(key));
    yield "]}";
  }
  yield '],"files":{';
  yield* separated(files, ([key, file]) => `${JSON.stringify(key)}:${JSON.stringify(file)}`);
  yield "}}\n";
}

function* separated<T>(items: Iterable<T>, toJson: (item: T) => string): Generator<string> {
  let separator = "\n";
  for (const item of items) {
    yield separator + toJson(item);
    separator = ",\n";
  }
}

/**
 * Reads a manifest; `undefined` where the text is none of a version known here. Anybody who may
 * write to the target may have written it: nothing in it is taken on trust.
 */
export function parseManifest(text: string): Manifest | undefined {
  try {
    const json: unknown = JSON.parse(text);
    if (!isRecord(json) || json["version"] !== 1) return undefined;
    const { files, packages } = json;
    if (!isRecord(files) || !Array.isArray(packages)) return undefined;
    return {
      files: new Map(Object.entries(files).filter(isFileEntry)),
      packages: packages.filter(isPackageRecord),
    };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isFileEntry(entry: [string, unknown]): entry is [string, FileRecord] {
  const [, value] = entry;
  return isRecord(value) && isLength(value["size"]) && isLength(value["mode"]) &&
    isDigest(value["sha256"]) && isOptionalText(value["etag"]) &&
    isOptionalText(value["package"]) && (value["found"] === undefined || value["found"] === true);
}

function isPackageRecord(value: unknown): value is PackageRecord {
  if (!isRecord(value) || !isDigest(value["sha256"]) || typeof value["name"] !== "string") {
    return false;
  }
  const { options, keys } = value;
  return isTexts(keys) && isRecord(options) && isTexts(options["include"]) &&
    isTexts(options["exclude"]) && isOptionalText(options["into"]) &&
    (options["stripComponents"] === null || isLength(options["stripComponents"])) &&
    (options["shard"] === undefined || isShard(options["shard"]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isLength(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isDigest(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
}

function isOptionalText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === "string";
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
