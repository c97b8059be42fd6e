/** The modifier and name of a `location` block. */
import { toText } from "../../bytes.ts";
import type { Directive } from "./directive.ts";

/** A `location` block. */
export interface Location {
  readonly directive: Directive;
  /** `@` for one that only nginx itself can redirect to. */
  readonly modifier: "" | "=" | "^~" | "~" | "~*" | "@";
  /** The prefix, the expression or the name behind `@`, as bytes. It is not URL-decoded. */
  readonly name: string;
}

/** The modifier and name as they are written. */
export function locationText({ modifier, name }: Location): string {
  return toText(modifier === "@" ? `@${name}` : `${modifier} ${name}`.trim());
}

const MODIFIERS = ["=", "^~", "~*", "~"] as const;

/**
 * The location of a `location` block; undefined where its modifier is none. Modifier and name may be
 * one word: `location ~*\.iso$`.
 */
export function locationOf(directive: Directive): Location | undefined {
  const [first = "", second] = directive.args;
  const modifier = second === undefined
    ? MODIFIERS.find((one) => first.startsWith(one))
    : MODIFIERS.find((one) => first === one);
  if (second !== undefined) return modifier && { directive, modifier, name: second };
  if (modifier !== undefined) return { directive, modifier, name: first.slice(modifier.length) };
  if (first.startsWith("@")) return { directive, modifier: "@", name: first.slice(1) };
  return { directive, modifier: "", name: first };
}
