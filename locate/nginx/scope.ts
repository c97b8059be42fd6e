/** A block in its blocks: what applies to a request, and what it inherits. */
import { toText } from "../bytes.ts";
import type { Directive } from "./directive.ts";

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
