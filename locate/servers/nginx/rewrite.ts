/** The rewrite module: `set`, `if`, `return`, `rewrite`, `break`, in their order. */
import { toText } from "../../bytes.ts";
import type { FileKind } from "../../file_view.ts";
import { NoAnswer, noteStep, noteWarning } from "../../result.ts";
import { NODE_AGENTS } from "../node_request.ts";
import { conditionOf, type Directive, directiveText, quoted, type Scope } from "./directive.ts";
import { kindFound, type Request, testRewriting } from "./request.ts";
import { lookupIn, requireValue, valueOf } from "./variables.ts";

/**
 * Runs the directives of a server or location, and gives the scope from then on: in a location, that
 * of the last `if` that was met. Throws {@linkcode NoAnswer} where they answer or redirect.
 */
export async function runRewrites(scope: Scope, request: Request): Promise<Scope> {
  let current = scope;
  for (const directive of scope.block.block ?? []) {
    let directives: readonly Directive[] = [directive];
    if (directive.name === "if") {
      const met = await meets(directive, request, current);
      if (met === undefined) passOver(directive, request);
      if (!met) continue;
      if (scope.block.name === "location") current = { block: directive, outer: scope };
      directives = directive.block ?? [];
    }
    if (directives.some((one) => endsPhase(one, current, request))) break;
  }
  return current;
}

/** Runs a directive other than `if`; gives whether it ends the phase, as `break` does. */
function endsPhase(directive: Directive, scope: Scope, request: Request): boolean {
  const { name, args: [variable = "", value = ""] } = directive;
  switch (name) {
    case "break":
      if (request.uriChanged) request.validLocation = false;
      request.uriChanged = false;
      return true;
    case "set":
      request.variables.set(keyOf(variable), valueOf(value, lookupIn(request, scope)));
      return false;
    case "return": {
      const code = /^\d+$/.exec(variable)?.[0] ?? "302";
      const target = JSON.stringify(toText(directive.args.at(-1) ?? ""));
      const hint = /^30[12378]$/.test(code)
        ? `Give the URL that it redirects to (${target}).`
        : "Give a URL that is served from files, or the folder with --root DIR.";
      const state = `${quoted(directive)} answers without a file`;
      throw new NoAnswer("return", state, hint, Number(code));
    }
    case "rewrite":
      return rewrite(directive, scope, request);
    default:
      return false;
  }
}

function keyOf(variable: string): string {
  return variable.slice(1).toLowerCase();
}

/** Changes the URI, as `ngx_http_script_regex_start_code`. */
function rewrite(directive: Directive, scope: Scope, request: Request): boolean {
  const [source = "", replacement = "", flag] = directive.args;
  const regex = { source, caseless: false, place: directive };
  if (!testRewriting(request, regex, request.uri)) return false;
  const redirects = /^(?:https?:\/\/|\$scheme)/.test(replacement);
  if (redirects || flag === "redirect" || flag === "permanent") {
    const target = JSON.stringify(toText(replacement));
    const hint = `Give the URL that it redirects to (${target}), or the folder with --root DIR.`;
    throw new NoAnswer("rewrite", `${quoted(directive)} redirects to another address`, hint);
  }
  const [text = "", query] = replacement.replace(/\?$/, "").split(/\?(.*)/s, 2);
  const lookup = lookupIn(request, scope);
  const uri = requireValue(text, directive, lookup);
  if (query !== undefined || replacement.endsWith("?")) {
    const args = valueOf(query ?? "", lookup);
    request.variables.set("args", args).set("query_string", args);
  }
  noteStep(request.trace, `${directiveText(directive)}: goes on with ${toText(uri)}`, directive);
  request.uri = uri;
  request.internal = true;
  request.uriChanged = flag !== "break";
  if (flag === "break") request.validLocation = false;
  return flag !== undefined;
}

/** An `if` that cannot be told is taken as not met. */
function passOver(directive: Directive, request: Request): void {
  const inner = directive.block ?? [];
  for (const { name, args } of inner) {
    if (name === "set") request.variables.set(keyOf(args[0] ?? ""), undefined);
  }
  // What can change the path, or keep a file from being served.
  if (!inner.some(({ name }) => /^(?:return|rewrite|root)$|_pass$/.test(name))) return;
  const state = "is met depends on the client or on other parts of the configuration";
  const message = `Whether ${quoted(directive)} ${state}; it is taken as not met`;
  const hint = "Where it is met, the file is not served as described.";
  noteWarning(request.trace, { code: "unclear-condition", message, hint });
}

/** Whether a GET meets a condition; undefined when that cannot be told, or differs between agents. */
async function meets(directive: Directive, request: Request, scope: Scope) {
  const met = await meetsPlainly(directive, request, scope);
  if (met !== undefined) return met;
  const answers = new Set<boolean | undefined>();
  for (const agent of NODE_AGENTS) {
    const variables = new Map(request.variables).set("http_user_agent", agent);
    const asked = { ...request, variables, mapped: new Map(request.mapped) };
    answers.add(await meetsPlainly(directive, asked, scope));
    request.captures = asked.captures;
  }
  return answers.size === 1 ? [...answers][0] : undefined;
}

async function meetsPlainly(directive: Directive, request: Request, scope: Scope) {
  const [first = "", second, third = ""] = conditionOf(directive);
  const lookup = lookupIn(request, scope);
  const [, not, letter] = /^(!?)-([fdex])$/.exec(first) ?? [];
  if (letter !== undefined && second !== undefined) {
    const path = valueOf(second, lookup);
    if (path === undefined) return undefined;
    // nginx asks for the URL's own file without a map in between, so nothing of one is kept.
    const own = lookupIn({ ...request, mapped: new Map(request.mapped) }, scope);
    const kind = await kindFound(request, path, own("request_filename"));
    if (letter === "x") return undefined; // whether it may be run
    const isThere = letter === "e" ? kind !== undefined : kind === KINDS[letter];
    return isThere !== (not === "!");
  }
  const value = lookup(first.slice(1));
  if (value === undefined) return undefined;
  if (second === undefined) return value !== "" && value !== "0";
  const isNegated = second.startsWith("!");
  if (second.includes("~")) {
    const regex = { source: third, caseless: second.endsWith("*"), place: directive };
    return testRewriting(request, regex, value) !== isNegated;
  }
  const expected = valueOf(third, lookup);
  return expected === undefined ? undefined : (value === expected) !== isNegated;
}

const KINDS: Readonly<Record<string, FileKind>> = { f: "file", d: "folder" };
