/** Directives of a configuration, as a tree, and the blocks that one stands in. */
import { toText } from "../../bytes.ts";
import { type Place, placeText } from "../../config_text.ts";

/** One directive: its name, its words, and what stands in its block. */
export interface Directive extends Place {
  readonly name: string;
  /** The words behind the name, as bytes, quotes and escapes resolved. */
  readonly args: readonly string[];
  /** The directives in its block; empty where the block does not decide which file is read. */
  readonly block: readonly Directive[] | undefined;
}

export function named({ block = [] }: Pick<Directive, "block">, name: string): Directive[] {
  return block.filter((one) => one.name === name);
}

/** A block, from the innermost one outwards. */
export interface Scope {
  readonly block: Directive;
  readonly outer?: Scope;
}

export function own({ block }: Scope, name: string): Directive | undefined {
  return block.block?.find((one) => one.name === name);
}

export function inherited(scope: Scope, name: string): Directive | undefined {
  return nearest(scope, (one) => own(one, name));
}

/** All that fit in the nearest block that has any. */
export function allInherited(scope: Scope, fits: (one: Directive) => boolean): Directive[] {
  return nearest(scope, ({ block: { block = [] } }) => {
    const found = block.filter(fits);
    return found.length > 0 ? found : undefined;
  }) ?? [];
}

export function says(scope: Scope, name: string, word: string): boolean {
  return inherited(scope, name)?.args[0] === word;
}

/** What the nearest scope gives that gives anything. */
export function nearest<T>(scope: Scope, look: (scope: Scope) => T | undefined): T | undefined {
  return look(scope) ?? (scope.outer && nearest(scope.outer, look));
}

/** A directive as it stands: `root /srv`. */
export function directiveText({ name, args }: Directive): string {
  return toText([name, ...args].join(" "));
}

/** `"root /srv" at FILE:LINE`. */
export function quoted(directive: Directive): string {
  return `"${directiveText(directive)}" at ${placeText(directive)}`;
}

/** What a `location` block is for. */
export interface Location {
  readonly directive: Directive;
  /** `@` for one that only nginx itself can redirect to. */
  readonly modifier: "" | "=" | "^~" | "~" | "~*" | "@";
  /** The prefix, the expression or the name behind `@`, as bytes. It is not URL-decoded. */
  readonly name: string;
}

export function locationText({ modifier, name }: Location): string {
  return toText(modifier === "@" ? `@${name}` : `${modifier} ${name}`.trim());
}

const MODIFIERS = ["=", "^~", "~*", "~", "@"] as const;

/** Undefined where its modifier is none. Modifier and name may be one word: `location ~*\.iso$`. */
export function locationOf(directive: Directive): Location | undefined {
  const [first = "", second] = directive.args;
  if (second !== undefined) {
    const modifier = MODIFIERS.find((one) => first === one && one !== "@");
    return modifier && { directive, modifier, name: second };
  }
  const modifier = MODIFIERS.find((one) => first.startsWith(one)) ?? "";
  return { directive, modifier, name: first.slice(modifier.length) };
}

/** The words between the parentheses of an `if`, which may be glued to them. */
export function conditionOf({ args }: Directive): string[] {
  const last = args.length - 1;
  return args.map((word, i) => word.slice(i === 0 ? 1 : 0, i === last ? -1 : undefined))
    .filter((word, i) => word !== "" || (i !== 0 && i !== last));
}
