/** What nginx refuses in the words of a directive: the setters of its http modules. */
import { parseAddress } from "../../../../core/util/address.ts";
import { toText } from "../../../bytes.ts";
import type { Directive } from "../directive.ts";
import { locationOf } from "../location_block.ts";
import { pcre } from "../pcre/mod.ts";
import { type Block, isSecond, type Refuse } from "./block.ts";
import { listenMistake } from "./listen.ts";
import { templateMistake } from "./variables.ts";

type Check = (directive: Directive, block: Block, refuse: Refuse) => string | undefined;

const CHECKS: Readonly<Record<string, Check>> = {
  root: rootMistake,
  alias: rootMistake,
  listen: listenMistake,
  location: locationMistake,
  if: ifMistake,
  rewrite: rewriteMistake,
  return: returnMistake,
  set: setMistake,
  try_files: tryFilesMistake,
  error_page: errorPageMistake,
  server_name: serverNameMistake,
  limit_except: ({ args }) =>
    first(args, (name) => METHOD.test(name) ? undefined : `invalid method "${name}"`),
  satisfy: oneOf("all", "any"),
  gzip_static: oneOf("off", "on", "always"),
  disable_symlinks: disableSymlinksMistake,
  allow: addressMistake,
  deny: addressMistake,
};

const METHOD =
  /^(?:get|head|post|put|delete|mkcol|copy|move|options|propfind|proppatch|lock|unlock|patch)$/i;

/** Why the setter of a directive refuses its words, in nginx's words. */
export function valueMistake(
  directive: Directive,
  block: Block,
  refuse: Refuse,
): string | undefined {
  const check = Object.hasOwn(CHECKS, directive.name) ? CHECKS[directive.name] : undefined;
  return check?.(directive, block, refuse) ?? templateMistake(directive);
}

function first(
  words: readonly string[],
  check: (word: string) => string | undefined,
): string | undefined {
  return words.map(check).find((one) => one !== undefined);
}

function oneOf(...values: readonly string[]): Check {
  return ({ args: [value = ""] }) =>
    values.includes(value) ? undefined : `invalid value "${value}"`;
}

function rootMistake({ name, args: [value = ""] }: Directive, block: Block): string | undefined {
  const other = name === "root" ? "alias" : "root";
  if (isSecond(block, name)) return `"${name}" directive is duplicate`;
  if (block.seen?.has(other)) {
    return `"${name}" directive is duplicate, "${other}" directive was specified earlier`;
  }
  if (name === "alias" && block.location?.modifier === "@") {
    return 'the "alias" directive cannot be used inside the named location';
  }
  const own = /\$\{?(document_root|realpath_root)/.exec(value)?.[1];
  return own && `the $${own} variable cannot be used in the "${name}" directive`;
}

function locationMistake(
  directive: Directive,
  block: Block,
  refuse: Refuse,
): string | undefined {
  const { args: [first = "", second] } = directive;
  const location = locationOf(directive);
  if (location === undefined) {
    return second === undefined ? undefined : `invalid location modifier "${toText(first)}"`;
  }
  const { modifier } = location;
  const name = modifier === "@" ? `@${location.name}` : location.name;
  const isRegex = modifier.startsWith("~");
  if (isRegex && name === "") return undefined;
  const regex = isRegex ? regexMistake(name) : undefined;
  const mistake = regex ?? insideMistake(name, isRegex, block);
  if (mistake === undefined && !isRegex && modifier !== "@") {
    noteLocation(`location ${modifier === "="} ${name}`, block, refuse);
  }
  return mistake;
}

/** `location` in a location. */
function insideMistake(name: string, isRegex: boolean, block: Block): string | undefined {
  if (block.context !== "L" || block.location === undefined) return undefined;
  const { modifier, name: plain } = block.location;
  const outer = modifier === "@" ? `@${plain}` : plain;
  const inside = `location "${toText(name)}" cannot be inside the`;
  if (modifier === "=") return `${inside} exact location "${toText(outer)}"`;
  if (modifier === "@") return `${inside} named location "${toText(outer)}"`;
  if (name.startsWith("@") && !isRegex) {
    return `named location "${toText(name)}" can be on the server level only`;
  }
  if (isRegex || name.startsWith(outer)) return undefined;
  return `location "${toText(name)}" is outside location "${toText(outer)}"`;
}

/** Found when nginx sorts the locations; `^~` and no modifier are alike to it. */
function noteLocation(key: string, block: Block, refuse: Refuse): void {
  if (!isSecond(block, key)) return;
  const name = toText(key.replace(/^\S+ \S+ /, ""));
  block.whole.late.push(() => refuse(`duplicate location "${name}"`));
}

function regexMistake(source: string): string | undefined {
  const pattern = pcre(source, false);
  if (!("invalid" in pattern)) return undefined;
  return `the regular expression "${toText(source)}" is not valid: ${pattern.refused}`;
}

function ifMistake({ args }: Directive): string | undefined {
  const [start = "", last = ""] = [args[0], args.at(-1)];
  const invalid = (word: string) => `invalid condition "${toText(word)}"`;
  if (!start.startsWith("(")) return invalid(start);
  const words = start === "(" ? args.slice(1) : [start.slice(1), ...args.slice(1)];
  if (!last.endsWith(")")) return invalid(last);
  const inner = last === ")"
    ? words.slice(0, -1)
    : [...words.slice(0, -1), words.at(-1)?.slice(0, -1) ?? ""];
  const [subject = "", operator = "", operand = ""] = inner;
  if (/^!?-.$/.test(subject)) {
    return inner.length === 2 && /[fdex]$/.test(subject) ? undefined : invalid(subject);
  }
  if (!/^\$./s.test(subject) || (inner.length !== 1 && inner.length !== 3)) return invalid(subject);
  if (inner.length === 1 || operator === "=" || operator === "!=") return undefined;
  if (!/^!?~\*?$/.test(operator)) return `unexpected "${toText(operator)}" in condition`;
  return regexMistake(operand);
}

function rewriteMistake({ args: [source = "", to = "", flag] }: Directive): string | undefined {
  if (to === "") return "empty replacement";
  const regex = regexMistake(source);
  if (regex !== undefined || flag === undefined) return regex;
  const isKnown = /^(?:last|break|redirect|permanent)$/.test(flag);
  return isKnown ? undefined : `invalid parameter "${toText(flag)}"`;
}

function returnMistake({ args: [code = "", text] }: Directive): string | undefined {
  const isCode = /^\d+$/.test(code) && Number(code) <= 999;
  const isUrl = text === undefined && /^(?:https?:\/\/|\$scheme)/.test(code);
  return isCode || isUrl ? undefined : `invalid return code "${toText(code)}"`;
}

function setMistake({ args: [name = ""] }: Directive): string | undefined {
  return /^\$./s.test(name) ? undefined : `invalid variable name "${toText(name)}"`;
}

function tryFilesMistake({ args }: Directive): string | undefined {
  const last = args.at(-1) ?? "";
  if (!last.startsWith("=") || /^=\d{1,3}$/.test(last)) return undefined;
  return `invalid code "${toText(last)}"`;
}

function errorPageMistake({ args }: Directive): string | undefined {
  const target = args.at(-2) ?? "";
  const isTarget = target.startsWith("=");
  if (isTarget && (args.length === 2 || !/^=\d*$/.test(target))) return `invalid value "${target}"`;
  return first(args.slice(0, isTarget ? -2 : -1), (code) => {
    if (!/^\d+$/.test(code) || code === "499") return `invalid value "${toText(code)}"`;
    const isError = Number(code) >= 300 && Number(code) <= 599;
    return isError ? undefined : `value "${code}" must be between 300 and 599`;
  });
}

function serverNameMistake({ args }: Directive, block: Block, refuse: Refuse): string | undefined {
  const { sockets, late } = block.whole;
  for (const name of args) {
    // Only sockets with several servers have tables of names.
    if (isWildcard(name)) continue;
    late.push(() => {
      const shared = [...sockets].find(([, { blocks }]) => blocks.size > 1 && blocks.has(block));
      return shared && refuse(`invalid server name or wildcard "${toText(name)}" on ${shared[0]}`);
    });
  }
  return first(args, nameMistake);
}

/** `*.example.com`, `.example.com`, `www.example.*`, or a name without a star. */
function isWildcard(name: string): boolean {
  if (name.startsWith("~")) return true;
  return !name.includes("..") && /^(?:\.[^*]+|\*\.[^*]+|[^*]+\.\*|[^*]*)$/.test(name);
}

function nameMistake(name: string): string | undefined {
  if (/^\*(?!\..)/s.test(name) || name === ".") return `server name "${toText(name)}" is invalid`;
  if (name === "~") return 'empty regex in server name "~"';
  return name.startsWith("~") ? regexMistake(name.slice(1)) : undefined;
}

function disableSymlinksMistake({ args }: Directive): string | undefined {
  const odd = args.find((one) => !/^(?:off|on|if_not_owner|from=.*)$/s.test(one));
  if (odd !== undefined) return `invalid parameter "${toText(odd)}"`;
  const kinds = args.filter((one) => !one.startsWith("from="));
  if (kinds.length === 0) {
    return '"disable_symlinks" must have "off", "on" or "if_not_owner" parameter';
  }
  if (args.length === 1) return undefined;
  if (kinds.length === 2) return `duplicate parameters "${args.join(" ")}"`;
  return kinds[0] === "off" ? '"from=" cannot be used with "off" parameter' : undefined;
}

function addressMistake({ args: [text = ""] }: Directive): string | undefined {
  if (text === "all" || text === "unix:") return undefined;
  const [address = "", bits, more] = text.split("/");
  const isIpv4 = /^\d{1,3}(?:\.\d{1,3}){3}$/.test(address) &&
    address.split(".").every((part) => Number(part) <= 255);
  const isIpv6 = address.includes(":") && parseAddress(`http://[${address}]/`) !== undefined;
  const fits = bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= (isIpv4 ? 32 : 128));
  if ((isIpv4 || isIpv6) && fits && more === undefined) return undefined;
  return `invalid parameter "${toText(text)}"`;
}
