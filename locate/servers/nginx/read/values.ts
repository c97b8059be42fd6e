/** What nginx refuses in the words of a directive: the setters of its http modules. */
import { toText } from "../../../bytes.ts";
import { isNetwork } from "../networks.ts";
import { conditionOf, type Location, named } from "../directive.ts";
import { pcre } from "../../pcre/mod.ts";
import { listenMistake, passMistake, resolverMistake, socketsOf, TIME } from "./addresses.ts";
import { type Block, type Found, isSecond } from "./block.ts";

type Check = (found: Found) => string | undefined;

/** Words that have to be as an expression says: each one, or that at a place. */
function words(expression: RegExp, what: string, at?: number): Check {
  return ({ directive: { args } }) => {
    const checked = at === undefined ? args : [args.at(at) ?? ""];
    const odd = checked.find((word) => !expression.test(word));
    return odd === undefined ? undefined : invalid(what, odd);
  };
}

export function invalid(what: string, word: string): string {
  return `invalid ${what} "${toText(word)}"`;
}

const METHOD =
  /^(?:get|head|post|put|delete|mkcol|copy|move|options|propfind|proppatch|lock|unlock|patch)$/i;

const made = words(/^\$./s, "variable name", -1);

const CHECKS: ReadonlyMap<string, Check> = new Map<string, Check>(Object.entries({
  root: rootMistake,
  alias: rootMistake,
  listen: listenMistake,
  location: locationMistake,
  if: ifMistake,
  map: made,
  geo: made,
  split_clients: made,
  set: words(/^\$./s, "variable name", 0),
  rewrite: rewriteMistake,
  return: returnMistake,
  upstream: upstreamMistake,
  log_format: formatMistake,
  access_log: logMistake,
  resolver: resolverMistake,
  try_files: words(/^(?!=)|^=\d{1,3}$/, "code", -1),
  error_page: errorPageMistake,
  server_name: serverNameMistake,
  limit_except: words(METHOD, "method"),
  satisfy: words(/^(?:all|any)$/, "value"),
  gzip_static: words(/^(?:off|on|always)$/, "value"),
  expires: expiresMistake,
  disable_symlinks: disableSymlinksMistake,
  valid_referers: referersMistake,
  allow: addressMistake,
  deny: addressMistake,
}));

/** Directives that take a number, by their names, and what those are. */
const NUMERIC: readonly (readonly [name: RegExp, value: RegExp])[] = [
  [/_timeout$/, TIME],
  [/_hash_\w+_size$|^worker_connections$/, /^\d+$/],
  [/^worker_processes$/, /^(?:\d+|auto)$/],
  [/^client_max_body_size$/, /^\d+[kmg]?$/i],
  [/(?<!exact|index)_size$/, /^\d+[km]?$/i],
];

export function valueMistake(found: Found): string | undefined {
  const { name, args: [first = ""] } = found.directive;
  const check = CHECKS.get(name) ?? (name.endsWith("_pass") ? passMistake : undefined);
  if (check !== undefined) return check(found);
  const [, value] = NUMERIC.find(([names]) => names.test(name)) ?? [];
  return value?.test(first) === false ? `"${name}" directive invalid value` : undefined;
}

function formatMistake({ directive: { args: [name = ""] }, block: { whole } }: Found) {
  return isSecond(whole.made, `log_format ${name}`)
    ? `duplicate "log_format" name "${toText(name)}"`
    : undefined;
}

function logMistake({ directive: { args: [, name = "combined"] }, block: { whole } }: Found) {
  return whole.made.has(`log_format ${name}`) ? undefined : `unknown log format "${toText(name)}"`;
}

function rootMistake({ directive, block, isPlain }: Found): string | undefined {
  const { name, args: [value = ""] } = directive;
  const earlier = block.directives.find((one) => one.name === "root" || one.name === "alias")?.name;
  if (earlier === name) return `"${name}" directive is duplicate`;
  if (earlier !== undefined) {
    return `"${name}" directive is duplicate, "${earlier}" directive was specified earlier`;
  }
  if (name === "alias" && block.location?.modifier === "@") {
    return 'the "alias" directive cannot be used inside the named location';
  }
  const own = isPlain ? undefined : /\$\{?(document_root|realpath_root)/.exec(value)?.[1];
  return own && `the $${own} variable cannot be used in the "${name}" directive`;
}

function locationMistake(found: Found): string | undefined {
  const { directive: { args: [first = ""] }, block, inner } = found;
  const location = inner?.location;
  if (location === undefined) return invalid("location modifier", first);
  const { modifier } = location;
  const name = nameOf(location);
  const isRegex = modifier.startsWith("~");
  if (isRegex && name === "") return undefined;
  const mistake = (isRegex ? regexMistake(name) : undefined) ??
    nestedMistake(name, isRegex, block);
  // Found when nginx sorts the locations; `^~` and no modifier are alike to it.
  const isPrefix = mistake === undefined && !isRegex && modifier !== "@";
  if (isPrefix && isSecond(block.seen, modifier === "=" ? `= ${name}` : ` ${name}`)) {
    block.whole.late.push({ found, mistake: () => `duplicate location "${toText(name)}"` });
  }
  return mistake;
}

function nameOf({ modifier, name }: Location): string {
  return modifier === "@" ? `@${name}` : name;
}

function nestedMistake(name: string, isRegex: boolean, block: Block): string | undefined {
  if (block.context !== "L" || block.location === undefined) return undefined;
  const { modifier } = block.location;
  const outer = nameOf(block.location);
  const inside = `location "${toText(name)}" cannot be inside the`;
  if (modifier === "=") return `${inside} exact location "${toText(outer)}"`;
  if (modifier === "@") return `${inside} named location "${toText(outer)}"`;
  if (name.startsWith("@") && !isRegex) {
    return `named location "${toText(name)}" can be on the server level only`;
  }
  if (isRegex || name.startsWith(outer)) return undefined;
  return `location "${toText(name)}" is outside location "${toText(outer)}"`;
}

export function regexMistake(source: string): string | undefined {
  const pattern = pcre(source, false);
  if (!("invalid" in pattern)) return undefined;
  return `the regular expression "${toText(source)}" is not valid: ${pattern.refused}`;
}

function ifMistake({ directive }: Found): string | undefined {
  const { args: [start = ""] } = directive;
  const last = directive.args.at(-1) ?? "";
  const odd = (word: string) => invalid("condition", word);
  if (!start.startsWith("(")) return odd(start);
  if (!last.endsWith(")")) return odd(last);
  const condition = conditionOf(directive);
  const [subject = "", operator = "", operand = ""] = condition;
  if (/^!?-.$/.test(subject)) {
    return condition.length === 2 && /[fdex]$/.test(subject) ? undefined : odd(subject);
  }
  if (!/^\$./s.test(subject) || ![1, 3].includes(condition.length)) return odd(subject);
  if (condition.length === 1 || operator === "=" || operator === "!=") return undefined;
  if (!/^!?~\*?$/.test(operator)) return `unexpected "${toText(operator)}" in condition`;
  return regexMistake(operand);
}

function rewriteMistake({ directive: { args: [source = "", to, flag = "last"] } }: Found) {
  if (to === "") return "empty replacement";
  const isFlag = /^(?:last|break|redirect|permanent)$/.test(flag);
  return regexMistake(source) ?? (isFlag ? undefined : invalid("parameter", flag));
}

function returnMistake({ directive: { args: [code = "", text] } }: Found): string | undefined {
  const isUrl = text === undefined && /^(?:https?:\/\/|\$scheme)/.test(code);
  return isUrl || /^0*\d{1,3}$/.test(code) ? undefined : invalid("return code", code);
}

function errorPageMistake({ directive: { args } }: Found): string | undefined {
  const target = args.at(-2) ?? "";
  const isTarget = target.startsWith("=");
  if (isTarget && (args.length === 2 || !/^=\d*$/.test(target))) return invalid("value", target);
  const odd = args.slice(0, isTarget ? -2 : -1)
    .find((code) => code === "499" || !/^0*[3-5]\d\d$/.test(code));
  if (odd === undefined) return undefined;
  const isNumber = odd !== "499" && /^\d+$/.test(odd);
  return isNumber ? `value "${odd}" must be between 300 and 599` : invalid("value", odd);
}

/** What nearly all names are. */
const PLAIN_NAME = /^\w[\w-]*(?:\.\w[\w-]*)*$/;

/** An expression, `*.example.com`, `.example.com`, `www.example.*`, or a name without a star. */
const WILDCARD = /^(?:~.*|(?!.*\.\.)(?:\.[^*]+|\*\.[^*]+|[^*]+\.\*|[^*]*))$/s;

function serverNameMistake(found: Found): string | undefined {
  const { directive: { args }, block } = found;
  const { sockets, late } = block.whole;
  for (const name of args) {
    if (PLAIN_NAME.test(name)) continue;
    const shown = toText(name);
    if (/^\*(?!\..)/s.test(name) || name === ".") return `server name "${shown}" is invalid`;
    if (name === "~") return 'empty regex in server name "~"';
    const mistake = name.startsWith("~") ? regexMistake(name.slice(1)) : undefined;
    if (mistake !== undefined) return mistake;
    if (WILDCARD.test(name)) continue;
    // Only sockets with several servers, or names with groups, have tables of names.
    const hasGroups = args.some((one) => /^~.*\((?!\?[:=!>#])/s.test(one));
    const mistakeOn = () => {
      const shared = named({ block: block.directives }, "listen").flatMap(socketsOf)
        .find((socket) => hasGroups || (sockets.get(socket)?.servers ?? 0) > 1);
      return shared && `invalid server name or wildcard "${shown}" on ${shared}`;
    };
    late.push({ found, mistake: mistakeOn });
  }
  return undefined;
}

function upstreamMistake({ directive: { args: [name = ""] }, block }: Found): string | undefined {
  return isSecond(block.whole.made, `upstream ${name.toLowerCase()}`)
    ? `duplicate upstream "${toText(name)}"`
    : undefined;
}

/** In seconds, of what a time of day has. */
const UNITS: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, h: 3600, d: 86_400 };

function expiresMistake({ directive: { args }, block }: Found): string | undefined {
  const [first = "", time = first] = args;
  const isModified = args.length === 2;
  const wrong = (state: string) => `"expires" directive ${state}`;
  if (isSecond(block.seen, "expires")) return wrong("is duplicate");
  if (isModified && first !== "modified") return wrong("invalid value");
  if (time.includes("$") || (!isModified && /^(?:epoch|max|off)$/.test(time))) return undefined;
  if (!TIME.test(time.replace(/^[@+-]/, ""))) return wrong("invalid value");
  if (!time.startsWith("@")) return undefined;
  if (isModified) return wrong('daily time cannot be used with "modified" parameter');
  const seconds = [...time.matchAll(/(\d+)(\w?)/g)]
    .reduce((sum, [, number, unit = ""]) => sum + Number(number) * (UNITS[unit] ?? Infinity), 0);
  return seconds > 86_400 ? wrong("daily time value must be less than 24 hours") : undefined;
}

function disableSymlinksMistake({ directive: { args } }: Found): string | undefined {
  const odd = args.find((one) => !/^(?:off|on|if_not_owner|from=.*)$/s.test(one));
  if (odd !== undefined) return invalid("parameter", odd);
  const [kind, second] = args.filter((one) => !one.startsWith("from="));
  if (kind === undefined) {
    return '"disable_symlinks" must have "off", "on" or "if_not_owner" parameter';
  }
  if (second !== undefined) return `duplicate parameters "${args.join(" ")}"`;
  if (args.length === 1 || kind !== "off") return undefined;
  return '"from=" cannot be used with "off" parameter';
}

/** All directives of a block are taken together, expressions not counted. */
function referersMistake(found: Found): undefined {
  const { directive: { args }, block } = found;
  const key = "a valid referer";
  if (args.some((one) => !/^(?:none$|blocked$|~)/.test(one))) block.seen.add(key);
  if (args.every((one) => one.startsWith("~"))) return;
  const state =
    'the "none" or "blocked" referers are specified in the "valid_referers" directive without any valid referer';
  block.whole.late.push({ found, mistake: () => block.seen.has(key) ? undefined : state });
}

function addressMistake({ directive: { args: [text = ""] } }: Found): string | undefined {
  return text === "unix:" || isNetwork(text) ? undefined : invalid("parameter", text);
}
