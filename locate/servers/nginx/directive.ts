/** Directives of a configuration, as a tree, and the blocks that one stands in. */
import { toText } from "../../bytes.ts";
import type { Place } from "../../config_text.ts";

/** One directive: its name, its words, and what stands in its block. */
export interface Directive extends Place {
  readonly name: string;
  /** The words behind the name, as bytes, quotes and escapes resolved. */
  readonly args: readonly string[];
  /** The directives in its block; empty where {@linkcode isFollowed} says that it is passed over. */
  readonly block?: readonly Directive[];
}

/** Blocks that decide which file answers a URL. */
const FOLLOWED = new Set(["http", "server", "location", "if", "limit_except", "map", "geo"]);

/** Whether a block's directives are kept; `types`, `upstream` and all others are not. */
export function isFollowed(name: string): boolean {
  return FOLLOWED.has(name);
}

/** The directives of one name among others. */
export function named(directives: readonly Directive[], name: string): Directive[] {
  return directives.filter((one) => one.name === name);
}

/** A block, from the innermost one outwards. */
export interface Scope {
  readonly block: Directive;
  readonly outer?: Scope;
}

/** A block inside a scope. */
export function scopeIn(outer: Scope, block: Directive): Scope {
  return { block, outer };
}

/** The first directive of this name in the block itself. */
export function own({ block }: Scope, name: string): Directive | undefined {
  return block.block?.find((one) => one.name === name);
}

/** The first directive of this name in the nearest block that has one. */
export function inherited(scope: Scope, name: string): Directive | undefined {
  return nearest(scope, (one) => own(one, name));
}

/** What the nearest scope gives that gives anything. */
export function nearest<T>(scope: Scope, look: (scope: Scope) => T | undefined): T | undefined {
  for (let one: Scope | undefined = scope; one !== undefined; one = one.outer) {
    const found = look(one);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A directive as it stands: `root /srv`. */
export function directiveText({ name, args }: Directive): string {
  return toText([name, ...args].join(" "));
}
