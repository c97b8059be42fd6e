/** Which requests a directive is for. */
import { wildcard } from "../../core/util/wildcard.ts";
import { groupsOf, unclear } from "../other/unclear.ts";
import type { WebAddress } from "../web_address.ts";
import type { Directive } from "./read.ts";

/** A request as matchers see it. */
export interface Asked {
  readonly address: WebAddress;
  /** Decoded, as bytes. */
  readonly uri: string;
}

/** The matcher of a directive, and the words behind it. */
export interface Matched {
  /** `/path*`, `*` or `@name`; absent for every request. */
  readonly matcher: string | undefined;
  readonly args: readonly string[];
}

/** A first word that begins with a slash, `@`, or is a `*`, is a matcher. */
export function splitMatcher({ args }: Pick<Directive, "args">): Matched {
  const [first = "", ...rest] = args;
  const isMatcher = first === "*" || /^[/@]/.test(first);
  return isMatcher ? { matcher: first, args: rest } : { matcher: undefined, args };
}

/**
 * Whether a directive is for a request. `named` are the directives around it, among which `@name` is
 * looked for. Throws {@linkcode NoAnswer} where that cannot be told.
 */
export function isFor(
  one: Directive,
  matcher: string | undefined,
  named: readonly Directive[],
  asked: Asked,
): boolean {
  if (matcher === undefined || matcher === "*") return true;
  if (!matcher.startsWith("@")) return matchesPath(matcher, asked.uri);
  const found = named.find(({ name }) => name === matcher);
  const holds = found === undefined ? undefined : all(conditionsOf(found), asked);
  if (holds !== undefined) return holds;
  throw unclear([one.name, ...one.args].join(" "), one, "is for requests that cannot be told");
}

/** How specific: the length of its one path, as Caddy sorts them; then whether there is any. */
export function specificity(matcher: string | undefined, named: readonly Directive[]): number {
  if (matcher === undefined || matcher === "*") return 0;
  if (matcher.startsWith("/")) return matcher.replace(/\*$/, "").length + 1;
  const found = named.find(({ name }) => name === matcher);
  const [only, ...others] = found === undefined ? [] : conditionsOf(found);
  const isPath = only?.name === "path" && only.args.length === 1 && others.length === 0;
  return isPath ? (only.args[0] ?? "").replace(/\*$/, "").length + 1 : 0.5;
}

/** `@name path /x`, or a block with one on each line. */
function conditionsOf(
  { args: [name, ...args], block, file, line }: Directive,
): readonly Directive[] {
  if (name === undefined) return block ?? [];
  return [{ name, args, file, line, ...(block === undefined ? {} : { block }) }];
}

function all(conditions: readonly Directive[], asked: Asked): boolean | undefined {
  const held = conditions.map((one) => holds(one, asked));
  return held.includes(false) ? false : held.includes(undefined) ? undefined : true;
}

function holds(one: Directive, asked: Asked): boolean | undefined {
  const { name, args, block, file, line } = one;
  switch (name) {
    case "path":
      return args.some((path) => matchesPath(path, asked.uri));
    case "path_regexp":
      return groupsOf(args.at(-1) ?? "", asked.uri, one) !== undefined;
    case "method":
      return args.some((method) => /^get$/i.test(method));
    case "host":
      return args.some((host) => host.toLowerCase() === asked.address.host);
    case "protocol":
      return args[0] === asked.address.scheme;
    case "file":
      // The file asked for counts as there: it is going to be written.
      return args.length === 0 && block === undefined ? true : undefined;
    case "not": {
      const [inner, ...rest] = args;
      const conditions = inner === undefined
        ? block ?? []
        : [{ name: inner, args: rest, file, line }];
      const held = all(conditions, asked);
      return held === undefined ? undefined : !held;
    }
    default:
      return undefined;
  }
}

/** In either case; a `*` at the beginning or at the end stands for anything. */
function matchesPath(path: string, uri: string): boolean {
  const [pattern, subject] = [path.toLowerCase(), uri.toLowerCase()];
  const inner = pattern.replace(/^\*|\*$/g, "");
  if (inner.includes("*")) return wildcard(pattern, { stop: "/" })(subject);
  if (pattern.startsWith("*") && pattern.endsWith("*")) return subject.includes(inner);
  if (pattern.endsWith("*")) return subject.startsWith(inner);
  if (pattern.startsWith("*")) return subject.endsWith(inner);
  return subject === pattern;
}
