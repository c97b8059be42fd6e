/** What an author's code gives, who may write without types: whether it has the right shape. */

/** Whether a value is of a kind, and how that is called. */
export type Rule = readonly [is: (value: unknown) => boolean, kind: string];

export function isObject(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === "object" && value !== null;
}

function isNumber(value: unknown): boolean {
  return typeof value === "number" && value >= 0;
}

function isInfo(value: unknown): boolean {
  return isObject(value) && typeof value["key"] === "string" && isNumber(value["size"]) &&
    [value["etag"], value["sha256"]].every((one) => one === undefined || typeof one === "string");
}

/** What is known of an object. */
export const INFO: Rule = [isInfo, "{ key, size }"];

/** What calls of an adapter give, by their names. */
export const GIVES: Readonly<Record<string, Rule>> = {
  stat: [(value) => value === undefined || isInfo(value), INFO[1]],
  put: INFO,
  publish: INFO,
  get: [(value) => value instanceof ReadableStream, "a ReadableStream"],
  stage: [
    (value) =>
      isObject(value) &&
      [value["publish"], value["discard"]].every((one) => typeof one === "function"),
    "{ publish, discard }",
  ],
  freeSpace: [isNumber, "a number of bytes"],
  clearStaged: [isNumber, "a number of objects"],
};

/** A value in a few words; text is cut, and what is inside an object is not shown. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 60));
  if (!isObject(value)) return String(value);
  return `an object with ${Object.keys(value).slice(0, 5).join(", ") || "nothing"}`;
}
