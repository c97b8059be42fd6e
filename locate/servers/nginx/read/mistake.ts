/** What nginx refuses in a directive, in its own words: `ngx_conf_handler` and the setters. */
import { toText } from "../../../bytes.ts";
import type { Directive } from "../directive.ts";
import { isNetwork } from "../networks.ts";
import { upstreamServerMistake } from "./addresses.ts";
import { type Block, type Found, isSecond } from "./block.ts";
import { COMMANDS } from "./commands.ts";
import { invalid, regexMistake, valueMistake } from "./values.ts";
import { variableMistake } from "./variables.ts";

/** Directives whose other spelling changes the answer: one letter off is no other module's. */
const DECISIVE = ["root", "alias", "listen", "server", "server_name", "location", "try_files"];

/** Why nginx does not start with a directive; notes what later ones are compared with. */
export function mistakeIn(found: Found): string | undefined {
  const { directive: { name, args }, block, inner } = found;
  const { context } = block;
  if (context === undefined) return undefined;
  if (context === "m" || context === "g" || context === "p") {
    if (inner !== undefined) return 'unexpected "{"';
    if (context !== "p") return entryMistake(found, context === "m" ? "map" : "geo");
    return PERCENT.test(name) ? undefined : invalid("percent value", name);
  }
  if (context === "U" && name === "server" && inner === undefined) {
    return upstreamServerMistake(found);
  }
  const command = COMMANDS.get(name);
  if (command === undefined) return unknownName(name) ?? variableMistake(found, false);
  const { contexts, words } = command;
  const hasBlock = words.includes("{");
  if (contexts !== "*" && !contexts.includes(context)) {
    return `"${name}" directive is not allowed here`;
  }
  if (hasBlock && inner === undefined) return `directive "${name}" has no opening "{"`;
  if (!hasBlock && inner !== undefined) return `directive "${name}" is not terminated by ";"`;
  const isOpen = words.includes("+") && args.length > Number(words[0]);
  const isFlag = words.startsWith("f");
  const fits = isFlag
    ? args.length === 1
    : isOpen || (args.length < 10 && words.includes(`${args.length}`));
  if (!fits) return `invalid number of arguments in "${name}" directive`;
  if (words.endsWith("!") && isSecond(block.seen, name)) return `"${name}" directive is duplicate`;
  if (isFlag && !/^(?:on|off)$/i.test(args[0] ?? "")) {
    const value = toText(args[0] ?? "");
    return `invalid value "${value}" in "${name}" directive, it must be "on" or "off"`;
  }
  return valueMistake(found) ?? variableMistake(found, true);
}

/** Of directives that nginx's own modules lack, only what can be none of any module's. */
function unknownName(name: string): string | undefined {
  const [odd] = toText(name).match(/[^\x21-\x7e]/u) ?? [];
  const unknown = `unknown directive "${toText(name)}"`;
  if (odd !== undefined) {
    // Such as U+00A0, which nobody can see.
    const code = (odd.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    const looks = /^[\p{Z}\p{C}]$/u.test(odd) ? "invisible" : `"${odd}"`;
    return `${unknown}: it holds the character U+${code} (${looks}), often pasted from a page`;
  }
  // Other languages have an else; no module does.
  if (!/^(?!el(?:se|s?if))\w+$/.test(name)) return unknown;
  const meant = DECISIVE.find((one) => isOneOff(one, name));
  return meant === undefined ? undefined : `${unknown}; "${meant}" may be meant`;
}

/** Whether one letter was left out, put in, changed, or two were swapped. */
function isOneOff(one: string, other: string): boolean {
  let start = 0;
  while (start < one.length && one[start] === other[start]) start++;
  const [a, b] = [one.slice(start), other.slice(start)];
  return a.slice(1) === b || a === b.slice(1) || a.slice(1) === b.slice(1) ||
    (a.length > 1 && a[0] === b[1] && a[1] === b[0] && a.slice(2) === b.slice(2));
}

/** Of a `split_clients`, to two decimals. */
const PERCENT = /^(?=.*[1-9])\d*(?:\.\d{0,2})?%$|^\*$/;

/** Words that stand without a value in a `map` and a `geo`. */
const OPTIONS = { map: /^(?:hostnames|volatile)$/, geo: /^(?:ranges|proxy_recursive|volatile)$/ };

function entryMistake(found: Found, kind: "map" | "geo"): string | undefined {
  const { directive: { name, args }, block } = found;
  if (args.length === 0 && OPTIONS[kind].test(name)) {
    block.seen.add(`${name};`);
    return undefined;
  }
  if (args.length !== 1) return `invalid number of the ${kind} parameters`;
  if (name === "include") return undefined;
  const mistake = kind === "map" ? mapMistake(found) : networkMistake(name);
  return mistake ?? variableMistake(found, true);
}

function networkMistake(name: string): string | undefined {
  const isKnown = /^(?:default|delete|proxy)$|-/.test(name) || isNetwork(name);
  return isKnown ? undefined : invalid("network", name);
}

/** Longer maps are not looked through for entries that stand twice. */
const MAX_COMPARED = 10_000;

function mapMistake({ directive: { name }, block }: Found): string | undefined {
  const [, expression] = /^~\*?(.*)$/s.exec(name) ?? [];
  if (expression !== undefined) return regexMistake(expression);
  const { seen } = block;
  if (seen.size > MAX_COMPARED) return undefined;
  const isBoth = name.startsWith(".") && seen.has("hostnames;");
  const keys = isBoth ? [name.slice(1), `*${name}`] : [name];
  if (!keys.some((key) => isSecond(seen, key.toLowerCase()))) return undefined;
  return name === "default"
    ? "duplicate default map parameter"
    : `conflicting parameter "${toText(name)}"`;
}

/** What nginx refuses at the end of a block: an `upstream` of nothing, more than all clients. */
export function blockMistake({ context, directives }: Block): string | undefined {
  // Other modules have servers of their own, such as drizzle_server.
  const isServer = ({ name }: Directive) => name === "server" || !COMMANDS.has(name);
  if (context === "U" && !directives.some(isServer)) return "no servers are inside upstream";
  if (context !== "p") return undefined;
  let hundredths = 0;
  for (const { name } of directives) {
    hundredths = name === "*" ? 10_000 : hundredths + Math.round(parseFloat(name) * 100);
    if (hundredths > 10_000) return "percent total is greater than 100%";
  }
  return undefined;
}
