/** What nginx refuses in the words of a directive: the setters of its http modules. */
import { toText } from "../../../bytes.ts";
import { rangeOf } from "../access_rules.ts";
import { conditionOf } from "../directive.ts";
import { pcre } from "../pcre/mod.ts";
import { type Block, type Found, isSecond } from "./block.ts";
import { listenMistake } from "./listen.ts";

type Check = (found: Found) => string | undefined;

/** Checks that need nothing but the words. */
function ofWords(check: (args: readonly string[]) => string | undefined): Check {
  return ({ directive }) => check(directive.args);
}

/** The first mistake in any word. */
function ofEach(check: (word: string) => string | undefined): Check {
  return ({ directive }) => directive.args.map(check).find((one) => one !== undefined);
}

/** A word that has to be as an expression says. */
function matching(expression: RegExp, what: string): (word: string) => string | undefined {
  return (word) => expression.test(word) ? undefined : `invalid ${what} "${toText(word)}"`;
}

function variableName(word = ""): string | undefined {
  return matching(/^\$./s, "variable name")(word);
}

const METHOD =
  /^(?:get|head|post|put|delete|mkcol|copy|move|options|propfind|proppatch|lock|unlock|patch)$/i;

const CHECKS: ReadonlyMap<string, Check> = new Map<string, Check>(Object.entries({
  root: rootMistake,
  alias: rootMistake,
  listen: listenMistake,
  location: locationMistake,
  if: ifMistake,
  map: ofWords((args) => variableName(args.at(-1))),
  geo: ofWords((args) => variableName(args.at(-1))),
  rewrite: ofWords(rewriteMistake),
  return: ofWords(returnMistake),
  set: ofWords(([name]) => variableName(name)),
  proxy_pass: ofWords(([url = ""]) =>
    /^https?:\/\/|\$/i.test(url) ? undefined : "invalid URL prefix"
  ),
  try_files: ofWords((args) => matching(/^(?!=)|^=\d{1,3}$/, "code")(args.at(-1) ?? "")),
  error_page: ofWords(errorPageMistake),
  server_name: serverNameMistake,
  limit_except: ofEach(matching(METHOD, "method")),
  satisfy: ofEach(matching(/^(?:all|any)$/, "value")),
  gzip_static: ofEach(matching(/^(?:off|on|always)$/, "value")),
  disable_symlinks: ofWords(disableSymlinksMistake),
  valid_referers: referersMistake,
  allow: ofEach(addressMistake),
  deny: ofEach(addressMistake),
}));

/** Directives that take a number; they are read only for what templates leave in them. */
const NUMERIC = /_(?:size|timeout)$|^worker_(?:connections|processes)$/;

/** Why the setter of a directive refuses its words, in nginx's words. */
export function valueMistake(found: Found): string | undefined {
  const { name, args: [first = ""] } = found.directive;
  const mistake = CHECKS.get(name)?.(found);
  if (mistake !== undefined || !first.includes("$") || !NUMERIC.test(name)) return mistake;
  return `"${name}" directive invalid value`;
}

function rootMistake({ directive, block, isPlain }: Found): string | undefined {
  const { name, args: [value = ""] } = directive;
  const { base } = block;
  if (base === name) return `"${name}" directive is duplicate`;
  if (base !== undefined) {
    return `"${name}" directive is duplicate, "${base}" directive was specified earlier`;
  }
  block.base = name === "root" ? "root" : "alias";
  if (name === "alias" && block.location?.modifier === "@") {
    return 'the "alias" directive cannot be used inside the named location';
  }
  const own = isPlain ? undefined : /\$\{?(document_root|realpath_root)/.exec(value)?.[1];
  return own && `the $${own} variable cannot be used in the "${name}" directive`;
}

function locationMistake(found: Found): string | undefined {
  const { directive: { args: [first = ""] }, block, inner } = found;
  const location = inner?.location;
  if (location === undefined) return `invalid location modifier "${toText(first)}"`;
  const { modifier } = location;
  const name = modifier === "@" ? `@${location.name}` : location.name;
  const isRegex = modifier.startsWith("~");
  if (isRegex && name === "") return undefined;
  const mistake = (isRegex ? regexMistake(name) : undefined) ??
    nestedMistake(name, isRegex, block);
  // Found when nginx sorts the locations; `^~` and no modifier are alike to it.
  const isPrefix = mistake === undefined && !isRegex && modifier !== "@";
  if (isPrefix && isSecond(block, `location ${modifier === "="} ${name}`)) {
    block.whole.late.push({ found, mistake: () => `duplicate location "${toText(name)}"` });
  }
  return mistake;
}

/** `location` in a location. */
function nestedMistake(name: string, isRegex: boolean, block: Block): string | undefined {
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

/** Why PCRE refuses an expression. */
export function regexMistake(source: string): string | undefined {
  const pattern = pcre(source, false);
  if (!("invalid" in pattern)) return undefined;
  return `the regular expression "${toText(source)}" is not valid: ${pattern.refused}`;
}

function ifMistake({ directive }: Found): string | undefined {
  const { args: [start = ""] } = directive;
  const last = directive.args.at(-1) ?? "";
  const invalid = (word: string) => `invalid condition "${toText(word)}"`;
  if (!start.startsWith("(")) return invalid(start);
  if (!last.endsWith(")")) return invalid(last);
  const words = conditionOf(directive);
  const [subject = "", operator = "", operand = ""] = words;
  if (/^!?-.$/.test(subject)) {
    return words.length === 2 && /[fdex]$/.test(subject) ? undefined : invalid(subject);
  }
  if (!/^\$./s.test(subject) || (words.length !== 1 && words.length !== 3)) return invalid(subject);
  if (words.length === 1 || operator === "=" || operator === "!=") return undefined;
  if (!/^!?~\*?$/.test(operator)) return `unexpected "${toText(operator)}" in condition`;
  return regexMistake(operand);
}

function rewriteMistake([source = "", to = "", flag = "last"]: readonly string[]) {
  if (to === "") return "empty replacement";
  return regexMistake(source) ?? matching(/^(?:last|break|redirect|permanent)$/, "parameter")(flag);
}

function returnMistake([code = "", text]: readonly string[]): string | undefined {
  const isUrl = text === undefined && /^(?:https?:\/\/|\$scheme)/.test(code);
  if (isUrl || (/^\d+$/.test(code) && Number(code) <= 999)) return undefined;
  return `invalid return code "${toText(code)}"`;
}

function errorPageMistake(args: readonly string[]): string | undefined {
  const target = args.at(-2) ?? "";
  const isTarget = target.startsWith("=");
  if (isTarget && (args.length === 2 || !/^=\d*$/.test(target))) return `invalid value "${target}"`;
  return args.slice(0, isTarget ? -2 : -1).map((code) => {
    if (!/^\d+$/.test(code) || code === "499") return `invalid value "${toText(code)}"`;
    const isError = Number(code) >= 300 && Number(code) <= 599;
    return isError ? undefined : `value "${code}" must be between 300 and 599`;
  }).find((one) => one !== undefined);
}

function serverNameMistake(found: Found): string | undefined {
  const { directive: { args }, block } = found;
  const { sockets, late } = block.whole;
  for (const name of args) {
    // Only sockets with several servers have tables of names.
    if (PLAIN_NAME.test(name) || isWildcard(name)) continue;
    const mistake = () => {
      const shared = [...sockets].find(([, { blocks }]) => blocks.size > 1 && blocks.has(block));
      return shared && `invalid server name or wildcard "${toText(name)}" on ${shared[0]}`;
    };
    late.push({ found, mistake });
  }
  return args.map(nameMistake).find((one) => one !== undefined);
}

/** What nearly all names are. */
const PLAIN_NAME = /^\w[\w-]*(?:\.\w[\w-]*)*$/;

/** `*.example.com`, `.example.com`, `www.example.*`, or a name without a star. */
function isWildcard(name: string): boolean {
  if (name.startsWith("~")) return true;
  return !name.includes("..") && /^(?:\.[^*]+|\*\.[^*]+|[^*]+\.\*|[^*]*)$/.test(name);
}

function nameMistake(name: string): string | undefined {
  if (PLAIN_NAME.test(name)) return undefined;
  if (/^\*(?!\..)/s.test(name) || name === ".") return `server name "${toText(name)}" is invalid`;
  if (name === "~") return 'empty regex in server name "~"';
  return name.startsWith("~") ? regexMistake(name.slice(1)) : undefined;
}

function disableSymlinksMistake(args: readonly string[]): string | undefined {
  const odd = args.find((one) => !/^(?:off|on|if_not_owner|from=.*)$/s.test(one));
  if (odd !== undefined) return `invalid parameter "${toText(odd)}"`;
  const [kind, second] = args.filter((one) => !one.startsWith("from="));
  if (kind === undefined) {
    return '"disable_symlinks" must have "off", "on" or "if_not_owner" parameter';
  }
  if (second !== undefined) return `duplicate parameters "${args.join(" ")}"`;
  return args.length > 1 && kind === "off"
    ? '"from=" cannot be used with "off" parameter'
    : undefined;
}

/** All directives of a block are taken together, expressions not counted. */
function referersMistake(found: Found): undefined {
  const { directive: { args }, block } = found;
  const key = "a valid referer";
  if (args.some((one) => !/^(?:none$|blocked$|~)/.test(one))) isSecond(block, key);
  else if (args.some((one) => !one.startsWith("~"))) {
    const state =
      'the "none" or "blocked" referers are specified in the "valid_referers" directive without any valid referer';
    block.whole.late.push({ found, mistake: () => block.seen?.has(key) ? undefined : state });
  }
}

function addressMistake(text: string): string | undefined {
  const isKnown = text === "unix:" || rangeOf(text, "ipv4") || rangeOf(text, "ipv6");
  return isKnown ? undefined : `invalid parameter "${toText(text)}"`;
}
