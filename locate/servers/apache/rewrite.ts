/** mod_rewrite: whether rules leave a GET of a file to that file. */
import { toText } from "../../bytes.ts";
import { NoAnswer } from "../../result.ts";
import { allHold, anyHolds, forAll } from "../node_request.ts";
import { type Directive, GIVE_ROOT, groupsOf, last, lastOf, quoted, unclear } from "../server.ts";
import { followsLinks, type Section } from "./sections.ts";
import { type RewriteRequest, variableOf } from "./variables.ts";

/** Groups that `$N` and `%N` stand for. */
interface Groups {
  readonly rule: readonly string[];
  readonly condition: readonly string[];
}

/** Runs the rules of a host, as {@linkcode checkRewrites}: it has the engine of the server around it. */
export async function checkHostRewrites(
  lists: readonly (readonly Directive[])[],
  request: RewriteRequest,
): Promise<boolean> {
  const [own = []] = lists;
  return isOn(lists) && await checkRewrites(withoutInherit(own), request.uri, request);
}

/** As those of a host; in folders, the last section that has any counts, and sees what is left. */
export async function checkFolderRewrites(
  sections: readonly Section[],
  request: RewriteRequest,
): Promise<void> {
  const isRewrite = ({ name }: Directive) => name.startsWith("rewrite");
  const found = sections.findLast(({ directives }) => directives.some(isRewrite));
  const lists = sections.map(({ directives }) => directives).toReversed();
  if (found === undefined || !isOn(lists)) return;
  const { directives, folder } = found;
  if (!followsLinks(sections)) {
    const rule = directives.find(isRewrite);
    const state = `${rule && quoted(rule)} needs Options FollowSymLinks: Apache httpd answers 403`;
    throw new NoAnswer("denied", state, "Add FollowSymLinks to Options there, and reload it.");
  }
  const { path } = request;
  const above = folder.replace(/\/?$/, "/");
  const subject = path.startsWith(above) ? path.slice(above.length) : path;
  await checkRewrites(withoutInherit(directives), subject, request);
}

/** The first list that says anything of the engine decides. */
function isOn(lists: readonly (readonly Directive[])[]): boolean {
  return /^on$/i.test(lastOf(lists, "rewriteengine")?.args[0] ?? "");
}

function withoutInherit(rules: readonly Directive[]): readonly Directive[] {
  const options = last(rules, "rewriteoptions");
  if (options === undefined || !/(?<!ignore)inherit/i.test(options.text)) return rules;
  throw unclear(toText(options.text), options, "is not followed");
}

/**
 * Runs the rules among some directives, of one level: of a host, or of a folder with what is left of
 * the path there as `subject`. Throws {@linkcode NoAnswer} where one may turn the request into
 * another one. Gives whether `END` keeps later levels from being looked at.
 */
async function checkRewrites(
  directives: readonly Directive[],
  subject: string,
  request: RewriteRequest,
): Promise<boolean> {
  const rules = rulesOf(directives);
  for (let i = 0; i < rules.length; i++) {
    const rule = rules[i];
    if (rule === undefined) break;
    const { directive } = rule;
    const has = (names: string, at = i) => {
      const one = rules[at]?.directive;
      return one !== undefined && flagIn(one, names) !== undefined;
    };
    if (isInert(directive)) continue;
    const { held, groups } = await matches(rule, subject, request);
    if (held === false) {
      while (has("C|chain")) i++;
      continue;
    }
    if (takesAway(directive, groups, subject, request)) throw taken(directive, held);
    if (held === undefined) continue; // it decides nothing itself, at the most it skips others
    if (has("END")) return true;
    if (has("L|last")) return false;
    i += Number(flagIn(directive, "S|skip") ?? 0);
  }
  return false;
}

/** Whether it sets variables and cookies at the most: then its conditions need not be understood. */
function isInert({ args: [, target, flags = ""] }: Directive): boolean {
  const inert = /^\[?(?:\s*(?:E|env|CO|cookie|NC|nocase|NS|nosubreq|T|type)(?:=[^,]*)?,?)*\]?$/i;
  return target === "-" && inert.test(flags);
}

function taken(rule: Directive, held: true | undefined): NoAnswer {
  const unsure = held === undefined ? ", which depends on the client" : "";
  const state = `${quoted(rule)} may turn the request into another one${unsure}`;
  return new NoAnswer("rewrite", state, GIVE_ROOT);
}

interface Rule {
  readonly directive: Directive;
  readonly conditions: readonly Directive[];
}

function rulesOf(directives: readonly Directive[]): Rule[] {
  const rules: Rule[] = [];
  let conditions: Directive[] = [];
  for (const directive of directives) {
    if (directive.name === "rewritecond") conditions.push(directive);
    if (directive.name !== "rewriterule") continue;
    rules.push({ directive, conditions });
    conditions = [];
  }
  return rules;
}

/** `[L,R=301]`: what stands behind the `=` of a flag that has one of these names, in either case. */
function flagIn({ args: [, , text = ""] }: Directive, names: string): string | undefined {
  const pattern = new RegExp(`^\\s*(?:${names})\\s*(?:=(.*))?$`, "is");
  const found = text.replace(/^\[|\]$/g, "").split(",").map((flag) => pattern.exec(flag));
  const [flag] = found.filter((one) => one !== null);
  return flag && (flag[1] ?? "");
}

async function matches(
  { directive, conditions }: Rule,
  subject: string,
  request: RewriteRequest,
): Promise<{ readonly held: boolean | undefined; readonly groups: Groups }> {
  const [pattern = ""] = directive.args;
  const negated = pattern.startsWith("!");
  const isIn = (one: Directive, names: string) => flagIn(one, names) !== undefined;
  const caseless = isIn(directive, "NC|nocase");
  const rule = groupsOf(pattern.replace(/^!/, ""), subject, directive, caseless);
  let groups: Groups = { rule: negated ? [] : rule ?? [], condition: [] };
  if ((rule === undefined) !== negated) return { held: false, groups };
  const held: (boolean | undefined)[] = [];
  let alternatives: (boolean | undefined)[] = [];
  for (const one of conditions) {
    const result = alternatives.includes(true)
      ? { held: true, groups: groups.condition }
      : await conditionHolds(one, isIn(one, "NC|nocase"), groups, request);
    if (result.held) groups = { ...groups, condition: result.groups };
    alternatives.push(result.held);
    if (isIn(one, "OR|ornext")) continue;
    held.push(anyHolds(alternatives));
    alternatives = [];
    if (held.at(-1) === false) break;
  }
  return { held: allHold(held), groups };
}

async function conditionHolds(
  one: Directive,
  caseless: boolean,
  groups: Groups,
  request: RewriteRequest,
): Promise<{ readonly held: boolean | undefined; readonly groups: readonly string[] }> {
  const [test = "", full = ""] = one.args;
  const pattern = full.replace(/^!/, "");
  const values = test.toLowerCase() === "expr" ? undefined : expanded(test, groups, request);
  const fold = (text: string) => caseless ? text.toLowerCase() : text;
  const compare = /^(=|<=|>=|<|>)(.*)$/s.exec(pattern);
  let found: readonly string[] = groups.condition;
  let held: boolean | undefined;
  if (/^-[a-z]+$/i.test(pattern)) {
    const [value] = values ?? [];
    held = value === undefined ? undefined : await fileTest(pattern, value, request);
  } else if (compare !== null) {
    const [, operator = "", given = ""] = compare;
    const wanted = fold(given.replace(/^"(.*)"$/s, "$1"));
    held = forAll(values, (value) => ordered(fold(value), operator, wanted));
  } else {
    held = forAll(values, (value) => {
      const match = groupsOf(pattern, value, one, caseless);
      found = match ?? found;
      return match !== undefined;
    });
  }
  const negated = full.startsWith("!");
  return { held: negated && held !== undefined ? !held : held, groups: negated ? [] : found };
}

function ordered(value: string, operator: string, wanted: string): boolean {
  if (value === wanted) return operator.includes("=");
  return operator.startsWith("<") ? value < wanted : operator.startsWith(">") && value > wanted;
}

/** Of the file asked for and the folders above it, which are going to be there; else as it is now. */
async function fileTest(
  test: string,
  value: string,
  { path, view }: RewriteRequest,
): Promise<boolean | undefined> {
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
function expanded(
  text: string,
  groups: Groups,
  request: RewriteRequest,
): readonly string[] | undefined {
  let found: readonly string[] | undefined = [""];
  const parts = text.matchAll(/%\{([^}]*)\}|([$%])(\d)|\$\{[^}]*\}|\\(.)|([^%$\\]+|.)/gs);
  for (const [part, variable, sign, group, escaped, plain] of parts) {
    const values = variable !== undefined
      ? variableOf(variable, request)
      : sign !== undefined
      ? [groups[sign === "$" ? "rule" : "condition"][Number(group)] ?? ""]
      : part.startsWith("${")
      ? undefined
      : [escaped ?? plain ?? part];
    found = values && found?.flatMap((before) => values.map((value) => before + value));
  }
  return found;
}

/** Whether a rule that holds leaves the file alone: no status, no handler, and no other path. */
function takesAway(
  rule: Directive,
  groups: Groups,
  subject: string,
  request: RewriteRequest,
): boolean {
  const { args: [, target = ""] } = rule;
  const answers = "F|forbidden|G|gone|H|handler|P|proxy|N|next";
  if (flagIn(rule, answers) !== undefined) return true;
  const status = flagIn(rule, "R|redirect");
  if (target === "-") return status !== undefined && !/^(?:$|3\d\d$|[a-z])/i.test(status);
  if (status !== undefined) return true;
  const [result, other] = expanded(target, groups, request) ?? [];
  const { uri, path, filename } = request;
  // On the level of a host, only [PT] leaves a path that was put in to aliases and redirections.
  if (filename === uri && flagIn(rule, "PT|passthrough") === undefined) return true;
  const stays = result === uri || result === path || result === subject;
  return !stays || other !== undefined;
}
