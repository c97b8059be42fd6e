/** What an author's code gives, who may write without types: whether it has the right shape. */
import type { ObjectInfo, Staged } from "./adapter.ts";

export function isObject(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === "object" && value !== null;
}

export function isNumber(value: unknown): value is number {
  return typeof value === "number" && value >= 0;
}

export function isStream(value: unknown): value is ReadableStream<Uint8Array> {
  return value instanceof ReadableStream;
}

export function isStaged(value: unknown): value is Staged {
  return isObject(value) &&
    [value["publish"], value["discard"]].every((one) => typeof one === "function");
}

export function isInfo(value: unknown): value is ObjectInfo {
  return isObject(value) && typeof value["key"] === "string" && isNumber(value["size"]) &&
    [value["etag"], value["sha256"]].every((one) => one === undefined || typeof one === "string");
}

/** A value in a few words; text is cut, and what is inside an object is not shown. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 60));
  if (isObject(value)) {
    return `an object with ${Object.keys(value).slice(0, 5).join(", ") || "nothing"}`;
  }
  return String(value);
}
