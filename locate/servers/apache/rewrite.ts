/** mod_rewrite: whether rules leave a GET of a file to that file. */
import { toText } from "../../bytes.ts";
import { NoAnswer } from "../../result.ts";
import { allHold, anyHolds, forAll, not } from "../node_request.ts";
import { matchOf } from "../pcre/mod.ts";
import { type Directive, GIVE_ROOT, last, quoted, unclear } from "../server.ts";
import { followsLinks, type Section } from "./sections.ts";
import { type RewriteRequest, variableOf } from "./variables.ts";

/** The rules of folders: the last section that has any counts, and sees what is left of the path. */
export async function runFolderRules(
  sections: readonly Section[],
  request: RewriteRequest,
): Promise<void> {
  const isRewrite = ({ name }: Directive) => name.startsWith("rewrite");
  const found = sections.findLast(({ directives }) => directives.some(isRewrite));
  if (found === undefined) return;
  const { directives, folder } = found;
  if (!followsLinks(sections)) {
    const rule = directives.find(isRewrite);
    const state = `${rule && quoted(rule)} needs Options FollowSymLinks: Apache httpd answers 403`;
    throw new NoAnswer("denied", state, "Add FollowSymLinks to Options there, and reload it.");
  }
  const { path } = request;
  const above = folder.replace(/\/?$/, "/");
  await runRules(directives, path.startsWith(above) ? path.slice(above.length) : path, request);
}

export function isEngineOn(all: readonly Directive[]): boolean {
  return /^on$/i.test(last(all, "rewriteengine")?.args[0] ?? "");
}

/**
 * Runs the rules of one level: of a host, or of a folder with what is left of the path as `subject`.
 * Throws {@linkcode NoAnswer} where one may change the request. Gives whether `END` ends it all.
 */
export async function runRules(
  directives: readonly Directive[],
  subject: string,
  request: RewriteRequest,
): Promise<boolean> {
  const options = last(directives, "rewriteoptions");
  if (options !== undefined && /(?<!ignore)inherit/i.test(options.text)) {
    throw unclear(options, "is not followed");
  }
  const rules = rulesOf(directives);
  for (let i = 0; i < rules.length; i++) {
    const rule = rules[i];
    if (rule === undefined) break;
    const { flags } = rule;
    // Its conditions need not be understood.
    if (rule.target === "-" && INERT.isSupersetOf(flags)) continue;
    const tested: Tested = { ...request, subject, groups: { $: [], "%": [] } };
    const held = await matches(rule, tested);
    if (held === false) {
      while (rules[i]?.flags.has("C")) i++;
      continue;
    }
    if (takesAway(rule, tested)) {
      const unsure = held === undefined ? ", which depends on the client" : "";
      const state = `${quoted(rule.directive)} may turn the request into another one${unsure}`;
      throw new NoAnswer("rewrite", state, GIVE_ROOT);
    }
    if (held === undefined) continue; // it decides nothing itself, at the most it skips others
    if (flags.has("END")) return true;
    if (flags.has("L")) return false;
    i += Number(flags.get("S") ?? 0);
  }
  return false;
}

/** A rule, or a condition with what is tested as its pattern. */
interface Rule {
  readonly directive: Directive;
  readonly pattern: string;
  readonly target: string;
  readonly flags: ReadonlyMap<string, string>;
  readonly conditions: readonly Rule[];
}

function rulesOf(directives: readonly Directive[]): Rule[] {
  const rules: Rule[] = [];
  let conditions: Rule[] = [];
  for (const directive of directives) {
    const { name, args: [pattern = "", target = "", flags = ""] } = directive;
    const one = { directive, pattern, target, flags: flagsOf(flags) };
    if (name === "rewritecond") conditions.push({ ...one, conditions: [] });
    if (name !== "rewriterule") continue;
    rules.push({ ...one, conditions });
    conditions = [];
  }
  return rules;
}

const SHORT = new Map(
  `CHAIN C COOKIE CO ENV E FORBIDDEN F GONE G HANDLER H LAST L NEXT N NOCASE NC NOSUBREQ NS
ORNEXT OR PASSTHROUGH PT PROXY P REDIRECT R SKIP S TYPE T`
    .matchAll(/(\w+)\s(\w+)/g).map(([, long = "", short = ""]) => [long, short]),
);

/** Flags that set variables and cookies at the most. */
const INERT = new Set(["E", "CO", "NC", "NS", "T"]);

/** `[L,R=301]`, in either case. */
function flagsOf(text: string): Map<string, string> {
  const flags = text.replace(/^\[|\]$/g, "").split(",").map((one) => one.trim()).filter(Boolean);
  return new Map(flags.map((one) => {
    const [, name = "", value = ""] = /^(\w*)\s*=?(.*)$/s.exec(one) ?? [];
    return [SHORT.get(name.toUpperCase()) ?? name.toUpperCase(), value];
  }));
}

/** A request as one rule sees it, and the groups that `$N` and `%N` stand for. */
interface Tested extends RewriteRequest {
  readonly subject: string;
  readonly groups: { $: readonly string[]; "%": readonly string[] };
}

/** Whether a rule is for a request; notes its groups. */
async function matches({ directive, pattern, flags, conditions }: Rule, tested: Tested) {
  const { subject, groups } = tested;
  const found = matchOf(pattern.replace(/^!/, ""), subject, directive, flags.has("NC"));
  if ((found === undefined) !== pattern.startsWith("!")) return false;
  groups.$ = found?.groups ?? [];
  const held: (boolean | undefined)[] = [];
  let alternatives: (boolean | undefined)[] = [];
  for (const one of conditions) {
    if (!alternatives.includes(true)) alternatives.push(await conditionHolds(one, tested));
    if (one.flags.has("OR")) continue;
    held.push(anyHolds(alternatives));
    alternatives = [];
    if (held.at(-1) === false) break;
  }
  return allHold(held);
}

async function conditionHolds(condition: Rule, tested: Tested) {
  const { directive, pattern: test, target, flags } = condition;
  const pattern = target.replace(/^!/, "");
  const isCaseless = flags.has("NC");
  const values = test.toLowerCase() === "expr" ? undefined : expanded(test, tested);
  const fold = (text: string) => isCaseless ? text.toLowerCase() : text;
  const [, operator, given = ""] = /^(=|<=|>=|<|>|-(?:[gl][et]|eq|ne))(.*)$/s.exec(pattern) ?? [];
  let found = tested.groups["%"];
  let held: boolean | undefined;
  if (/^-[a-z]+$/i.test(pattern)) {
    const [value] = values ?? [];
    held = value === undefined ? undefined : await fileTest(pattern, value, tested);
  } else if (operator !== undefined) {
    const wanted = fold(given.replace(/^"(.*)"$/s, "$1"));
    held = forAll(values, (value) => isOrdered(fold(value), operator, wanted));
  } else {
    held = forAll(values, (value) => {
      const match = matchOf(pattern, value, directive, isCaseless);
      found = match?.groups ?? found;
      return match !== undefined;
    });
  }
  if (target.startsWith("!")) [held, found] = [not(held), []];
  if (held) tested.groups["%"] = found;
  return held;
}

/** Texts by their lengths first, as `compare_lexicography`; `-gt` and its kin numbers, as `atoi`. */
function isOrdered(value: string, operator: string, wanted: string): boolean {
  const number = (text: string) => Number(/^\s*[+-]?\d+/.exec(text)?.[0] ?? 0);
  const order = operator.startsWith("-")
    ? number(value) - number(wanted)
    : value.length - wanted.length || (value < wanted ? -1 : Number(value > wanted));
  return (order === 0 ? /=|[gl]e|eq/ : order < 0 ? /<|l|n/ : />|g|n/).test(operator);
}

/** Of the file asked for and the folders above it, which are going to be there; else as it is now. */
async function fileTest(test: string, value: string, { path, view }: Tested) {
  const plain = value.replace(/\/{2,}/g, "/");
  const isAsked = plain === path;
  const isAbove = plain !== "" && path.startsWith(plain.replace(/\/?$/, "/"));
  const there = plain.startsWith("/") ? await view.kind(toText(plain)) : undefined;
  const kind = isAsked ? "file" : isAbove ? "folder" : there;
  if (test === "-f") return kind === "file";
  if (test === "-d") return kind === "folder";
  if (test === "-s") return kind === "file" && !isAsked ? undefined : kind === "file";
  return /^-[lLh]$/.test(test) && (kind === undefined || isAsked) ? false : undefined;
}

/** What a text can stand for; undefined where that cannot be told. */
function expanded(text: string, tested: Tested): readonly string[] | undefined {
  let found: readonly string[] | undefined = [""];
  const parts = text.matchAll(/%\{([^{}]*)\}|([$%])(\d)|\$\{|\\(.)|([^%$\\]+|.)/gs);
  for (const [part, variable, sign, group, escaped, plain] of parts) {
    const values = variable !== undefined
      ? variableOf(variable, tested)
      : sign !== undefined
      ? [tested.groups[sign === "$" ? "$" : "%"][Number(group)] ?? ""]
      : part.startsWith("${")
      ? undefined
      : [escaped ?? plain ?? part];
    found = values && found?.flatMap((before) => values.map((value) => before + value));
  }
  return found;
}

/** Whether a rule that holds takes the file away: by a status, a handler, or another path. */
function takesAway({ target, flags }: Rule, tested: Tested): boolean {
  if (["F", "G", "H", "P", "N"].some((flag) => flags.has(flag))) return true;
  const status = flags.get("R");
  if (target === "-") return status !== undefined && !/^(?:$|3\d\d$|[a-z])/i.test(status);
  if (status !== undefined) return true;
  const { uri, path, filename, subject } = tested;
  // On the level of a host, only [PT] leaves a path that was put in to aliases and redirections.
  if (filename === uri && !flags.has("PT")) return true;
  const [result = "", ...others] = expanded(target, tested) ?? [];
  return others.length > 0 || ![uri, path, subject].includes(result);
}
