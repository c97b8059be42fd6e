/** What nginx refuses in a directive, in its own words: `ngx_conf_handler` and the setters. */
import { toText } from "../../../bytes.ts";
import { rangeOf } from "../access_rules.ts";
import { type Found, isMap, isSecond } from "./block.ts";
import { commandFor } from "./commands.ts";
import { regexMistake, valueMistake } from "./values.ts";
import { variableMistake } from "./variables.ts";

/** Directives whose other spelling changes the answer: one letter off is no other module's. */
const DECISIVE = ["root", "alias", "listen", "server", "server_name", "location", "try_files"];

/**
 * Why nginx does not start with this directive in this place; undefined where it does. Notes in the
 * block what later ones are compared with.
 */
export function mistakeIn(found: Found): string | undefined {
  const { directive: { name, args }, block, inner } = found;
  const { context } = block;
  if (context === undefined) return undefined;
  if (isMap(block)) return entryMistake(found) ?? variableMistake(found, true);
  const command = commandFor(name);
  if (command === undefined) return unknownName(name) ?? variableMistake(found, false);
  if (!command.allows(context)) return `"${name}" directive is not allowed here`;
  if (command.block && inner === undefined) return `directive "${name}" has no opening "{"`;
  if (!command.block && inner !== undefined) return `directive "${name}" is not terminated by ";"`;
  if (!command.takes(args.length)) return `invalid number of arguments in "${name}" directive`;
  if (command.unique && isSecond(block, name)) return `"${name}" directive is duplicate`;
  if (command.flag && !/^(?:on|off)$/i.test(args[0] ?? "")) {
    const value = toText(args[0] ?? "");
    return `invalid value "${value}" in "${name}" directive, it must be "on" or "off"`;
  }
  return valueMistake(found) ?? variableMistake(found, true);
}

/** Of directives that nginx's own modules lack, only what can be none of any module's. */
function unknownName(name: string): string | undefined {
  const [odd] = toText(name).match(/[^\x21-\x7e]/u) ?? [];
  const unknown = `unknown directive "${toText(name)}"`;
  if (odd !== undefined) return `${unknown}: it holds ${characterText(odd)}`;
  if (!/^\w+$/.test(name)) return unknown;
  const meant = DECISIVE.find((one) => isOneOff(one, name));
  return meant === undefined ? undefined : `${unknown}; "${meant}" may be meant`;
}

/** Such as `the character U+00A0`, which nobody can see. */
function characterText(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  const looks = /^[\p{Z}\p{C}]$/u.test(character) ? "invisible" : `"${character}"`;
  return `the character U+${code} (${looks}), often pasted from a page`;
}

/** Whether one letter was left out, put in, changed, or two were swapped. */
function isOneOff(one: string, other: string): boolean {
  let start = 0;
  while (start < one.length && one[start] === other[start]) start++;
  const [a, b] = [one.slice(start), other.slice(start)];
  return a.slice(1) === b || a === b.slice(1) || a.slice(1) === b.slice(1) ||
    (a.length > 1 && a[0] === b[1] && a[1] === b[0] && a.slice(2) === b.slice(2));
}

/** Longer ones are not looked through for entries that stand twice. */
const MAX_COMPARED = 10_000;

/** Why nginx refuses an entry, in its words. */
function entryMistake({ directive, block, inner }: Found): string | undefined {
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
