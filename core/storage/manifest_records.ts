/** What a manifest holds of files and packages; and whether what was read is such a thing. */
import { at, type Json } from "../util/json.ts";
import type { Shard } from "./shard.ts";

/** What is known of one file. */
export interface FileRecord {
  /** Its length in bytes. */
  readonly size: number;
  /** Permission bits that the package gave it. */
  readonly mode: number;
  /** SHA-256 of the bytes that were written. */
  readonly sha256: string;
  /** SHA-256 of the package that it came from, as that lay; absent for a folder. */
  readonly package?: string;
  /** The target's etag of it when it was written; absent when the target gave none. */
  readonly etag?: string;
  /** It lay there with these bytes before an import came: it is not ours to take away. */
  readonly found?: true;
}

/** Options that decide which keys a package gives. */
export interface PackageOptions {
  /** Leading folders dropped from names; `auto` for a common top folder; null in former records. */
  readonly stripComponents: number | "auto" | null;
  /** What file managers and editors leave behind is kept. */
  readonly keepJunk?: true;
  /** Globs of which a key must match one, unless there are none. */
  readonly include: readonly string[];
  /** Globs that no key may match. */
  readonly exclude: readonly string[];
  /** The folder in front of every key; absent for what each kind of package has by default. */
  readonly into?: string;
  /** The share of the files, where several runs divide them. */
  readonly shard?: Shard;
}

/** A package that was imported whole: with the same options it gives these keys again. */
export interface PackageRecord {
  readonly sha256: string;
  /** Its length in bytes as it lay; absent when it came through a pipe. */
  readonly size?: number;
  readonly name: string;
  readonly options: PackageOptions;
  readonly keys: readonly string[];
}

/** What tells records apart: the package's SHA-256 and the options it was read with. */
export function packageIdentity(sha256: string, options: PackageOptions): string {
  const { stripComponents, include, exclude, into, shard, keepJunk } = options;
  return JSON.stringify([sha256, stripComponents, include, exclude, into, shard, keepJunk]);
}

type JsonObject = { readonly [name: string]: Json };

/** Whether the name and value of a member of an object are a key and its record. */
export function isFileEntry(entry: [string, Json]): entry is [string, JsonObject & FileRecord] {
  const [, value] = entry;
  return isLength(at(value, "size")) && isLength(at(value, "mode")) &&
    isDigest(at(value, "sha256")) && isOptionalText(at(value, "etag")) &&
    isOptionalText(at(value, "package")) && isOptionalTrue(at(value, "found"));
}

/** Whether a value is a package's record. */
export function isPackageRecord(value: Json | undefined): value is JsonObject & PackageRecord {
  const option = (name: string) => at(value, "options", name);
  const [strip, shard] = [option("stripComponents"), option("shard")];
  return isDigest(at(value, "sha256")) && typeof at(value, "name") === "string" &&
    [at(value, "keys"), option("include"), option("exclude")].every(isTexts) &&
    isOptionalText(option("into")) && (strip === "auto" || strip === null || isLength(strip)) &&
    isOptionalTrue(option("keepJunk")) &&
    (shard === undefined || [at(shard, "index"), at(shard, "count")].every(isLength));
}

function isLength(value: Json | undefined): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isDigest(value: Json | undefined): boolean {
  return typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
}

function isOptionalText(value: Json | undefined): boolean {
  return value === undefined || typeof value === "string";
}

function isOptionalTrue(value: Json | undefined): boolean {
  return value === undefined || value === true;
}

function isTexts(value: Json | undefined): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
