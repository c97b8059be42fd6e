/** Directives of a configuration, as a tree. */
import type { Place } from "../source.ts";

/** One directive: its name, its words, and what stands in its block. */
export interface Directive extends Place {
  /** Its first word. */
  readonly name: string;
  /** The words behind the name, as bytes, quotes and escapes resolved. */
  readonly args: readonly string[];
  /** The directives in its block; empty where {@linkcode isFollowed} says that it is passed over. */
  readonly block?: readonly Directive[];
}

/** Blocks that decide which file answers a URL. */
const FOLLOWED = new Set(["http", "server", "location", "if", "limit_except"]);

/** Whether a block's directives are kept; `map`, `types`, `upstream` and all others are not. */
export function isFollowed(name: string): boolean {
  return FOLLOWED.has(name);
}

/** The directives of one name among others. */
export function named(directives: readonly Directive[], name: string): Directive[] {
  return directives.filter((one) => one.name === name);
}
