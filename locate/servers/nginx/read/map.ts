/** What nginx refuses among the entries of a `map` or `geo`. */
import { toText } from "../../../bytes.ts";
import { rangeOf } from "../access_rules.ts";
import { type Found, isSecond } from "./block.ts";
import { regexMistake } from "./values.ts";

/** Longer ones are not looked through for entries that stand twice. */
const MAX_COMPARED = 10_000;

/** Why nginx refuses an entry, in its words. */
export function entryMistake({ directive, block, inner }: Found): string | undefined {
  const { name, args } = directive;
  const kind = block.context === "m" ? "map" : "geo";
  const options = kind === "map" ? ["hostnames", "volatile"] : ["ranges", "proxy_recursive"];
  if (inner !== undefined) return 'unexpected "{"';
  if (args.length === 0 && options.includes(name)) {
    isSecond(block, `${name};`);
    return undefined;
  }
  if (args.length !== 1) return `invalid number of the ${kind} parameters`;
  if (name === "include") return undefined;
  if (kind === "geo") {
    const isWord = /^(?:default|delete|proxy)$|-/.test(name);
    if (isWord || rangeOf(name, "ipv4") || rangeOf(name, "ipv6")) return undefined;
    return `invalid network "${toText(name)}"`;
  }
  const [, expression] = /^~\*?(.*)$/s.exec(name) ?? [];
  if (expression !== undefined) return regexMistake(expression);
  if ((block.seen?.size ?? 0) > MAX_COMPARED) return undefined;
  const isBoth = name.startsWith(".") && block.seen?.has("hostnames;");
  const keys = isBoth ? [name.slice(1), `*${name}`] : [name];
  if (!keys.some((key) => isSecond(block, key.toLowerCase()))) return undefined;
  return name === "default"
    ? "duplicate default map parameter"
    : `conflicting parameter "${toText(name)}"`;
}
