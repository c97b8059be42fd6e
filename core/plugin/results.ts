/** What a plug-in's calls gave, checked before anybody relies on it. */
import type { ObjectInfo, PutSource, Staged } from "../adapter.ts";
import { BinimportError } from "../errors.ts";
import { type PluginFile, slip } from "./slip.ts";

/** Requires an {@linkcode ObjectInfo}, about a certain key when one is given. */
export function checkInfo(
  value: unknown,
  member: string,
  file: PluginFile,
  key?: string,
): ObjectInfo {
  if (!isInfo(value)) {
    throw slip(file, `${member} gave ${shown(value)}, not { key, size }`);
  }
  if (key !== undefined && value.key !== key) {
    throw slip(file, `${member} was asked for ${shown(key)} and gave the key ${shown(value.key)}`);
  }
  return value;
}

function isInfo(value: unknown): value is ObjectInfo {
  const textOrNothing = (one: unknown) => one === undefined || typeof one === "string";
  return typeof value === "object" && value !== null &&
    "key" in value && typeof value.key === "string" &&
    "size" in value && typeof value.size === "number" && value.size >= 0 &&
    (!("etag" in value) || textOrNothing(value.etag)) &&
    (!("sha256" in value) || textOrNothing(value.sha256));
}

/** Requires that a plug-in took all of a source, and says that it stored as much. */
export function checkStored(
  info: ObjectInfo,
  source: PutSource,
  taken: number,
  member: string,
  { address }: PluginFile,
): ObjectInfo {
  const wrong = taken !== source.size ? `read ${taken}` : `says that it stored ${info.size}`;
  if (taken === source.size && info.size === source.size) return info;
  throw new BinimportError(
    "integrity",
    `Cannot store ${JSON.stringify(info.key)}: ${member} of ${
      JSON.stringify(address)
    } ${wrong} of ${source.size} bytes`,
    { key: info.key },
  );
}

/** Requires a stream. */
export function checkStream(value: unknown, file: PluginFile): ReadableStream<Uint8Array> {
  if (value instanceof ReadableStream) return value;
  throw slip(file, `get() gave ${shown(value)}, not a ReadableStream`);
}

/** Requires what `stage` is to give. */
export function checkStaged(value: unknown, file: PluginFile): Staged {
  if (isStaged(value)) return value;
  throw slip(file, `stage() gave ${shown(value)}, not { publish, discard }`);
}

function isStaged(value: unknown): value is Staged {
  return typeof value === "object" && value !== null &&
    "publish" in value && typeof value.publish === "function" &&
    "discard" in value && typeof value.discard === "function";
}

/** Requires a number of bytes, or of something else. */
export function checkNumber(value: unknown, member: string, of: string, file: PluginFile): number {
  if (typeof value === "number" && value >= 0) return value;
  throw slip(file, `${member} gave ${shown(value)}, not a number of ${of}`);
}

/** Requires an address that nodes can fetch from, or none. */
export function checkUrl(value: unknown, file: PluginFile): URL | undefined {
  if (value === undefined) return undefined;
  if (!(value instanceof URL)) throw slip(file, `publicUrl() gave ${shown(value)}, not a URL`);
  if (!/^https?:$/.test(value.protocol)) {
    throw slip(file, `publicUrl() gave an address of ${value.protocol}, not of http or https`);
  }
  // Not shown: it would be printed.
  if (value.username || value.password) throw slip(file, "publicUrl() gave one with credentials");
  return value;
}

/** A value in a few words; text is cut, and what is inside an object is not shown. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 60));
  if (typeof value === "object" && value !== null) {
    return `an object with ${Object.keys(value).slice(0, 5).join(", ") || "nothing"}`;
  }
  return String(value);
}
