/** JSON that other programs print: looked into without trust in its shape. */
import { tried } from "./tried.ts";

type Scalar = null | boolean | number | string;
export type Json = Scalar | readonly Json[] | { readonly [name: string]: Json };

/** The value of a text; undefined when it is no JSON. */
export function parseJson(text: string): Json | undefined {
  return tried(() => JSON.parse(text));
}

/** What stands under these names, one in the other; undefined when one of them is missing. */
export function at(value: Json | undefined, ...names: readonly string[]): Json | undefined {
  let found = value;
  for (const name of names) {
    if (!isObject(found) || !Object.hasOwn(found, name)) return undefined;
    found = found[name];
  }
  return found;
}

/** A text that stands there; empty when there is none. */
export function textAt(value: Json | undefined, ...names: readonly string[]): string {
  const found = at(value, ...names);
  return typeof found === "string" ? found : "";
}

/** A whole number above 0 that stands there, also one written as text. */
export function countAt(value: Json | undefined, ...names: readonly string[]): number | undefined {
  const found = Number(at(value, ...names));
  return Number.isSafeInteger(found) && found > 0 ? found : undefined;
}

/** A list that stands there; empty when there is none. */
export function listAt(value: Json | undefined, ...names: readonly string[]): readonly Json[] {
  const found: unknown = at(value, ...names);
  return Array.isArray(found) ? found : [];
}

/** The texts of a list that stands there. */
export function textsAt(value: Json | undefined, ...names: readonly string[]): string[] {
  return listAt(value, ...names).filter((one) => typeof one === "string");
}

/** The names and values of an object that stands there; none when there is no object. */
export function entriesAt(
  value: Json | undefined,
  ...names: readonly string[]
): [name: string, value: Json][] {
  const found = at(value, ...names);
  return isObject(found) ? Object.entries(found) : [];
}

/** Whether it has members. */
export function isObject(value: Json | undefined): value is { readonly [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
