/** Where nginx goes on by itself: the rewrite module in its order, `try_files`, `error_page`. */
import { toText } from "../../bytes.ts";
import { placeText } from "../../config_text.ts";
import type { FileKind } from "../../file_view.ts";
import { NoAnswer, noteStep, noteWarning } from "../../result.ts";
import { NODE_AGENTS } from "../node_request.ts";
import {
  allInherited,
  conditionOf,
  type Directive,
  directiveText,
  own,
  quoted,
  says,
  type Scope,
} from "./directive.ts";
import { kindFound, type Request, testRegex } from "./request.ts";
import { baseOf, baseText, lookupIn, pathBelow, requireValue, valueOf } from "./variables.ts";

/** Runs a block's directives; gives the scope from then on: that of the last `if` that was met. */
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
  request.captures = undefined;
  if (!testRegex(request, source, request.uri, directive)) return false;
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
    const unkept = lookupIn({ ...request, mapped: new Map(request.mapped) }, scope);
    const kind = await kindFound(request, path, unkept("request_filename"));
    if (letter === "x") return undefined; // whether it may be run
    const isThere = letter === "e" ? kind !== undefined : kind === KINDS[letter];
    return isThere !== (not === "!");
  }
  const value = lookup(first.slice(1));
  if (value === undefined) return undefined;
  if (second === undefined) return value !== "" && value !== "0";
  const isNegated = second.startsWith("!");
  if (second.includes("~")) {
    request.captures = undefined;
    return testRegex(request, third, value, directive, second.endsWith("*")) !== isNegated;
  }
  const expected = valueOf(third, lookup);
  return expected === undefined ? undefined : (value === expected) !== isNegated;
}

const KINDS: Readonly<Record<string, FileKind>> = { f: "file", d: "folder" };

/** The path that is served, or where nginx goes on. The URI's own file counts as there already. */
export async function tryFiles(
  scope: Scope,
  request: Request,
): Promise<{ readonly path: string } | { readonly next: string } | undefined> {
  const directive = own(scope, "try_files");
  if (directive === undefined) return undefined;
  const { trace, uri } = request;
  const base = baseOf(request, scope);
  const { folder, replaces } = base;
  // Where variables gave a name, the beginning that an `alias` replaces is taken off.
  const nameOf = (text: string) => {
    const name = requireValue(text, directive, lookupIn(request, scope));
    const isOwn = typeof replaces === "number" && text.includes("$") &&
      name.startsWith(uri.slice(0, replaces));
    return isOwn ? name.slice(replaces) : name;
  };
  const note = (text: string) => noteStep(trace, `${directiveText(directive)}: ${text}`, directive);
  for (const text of directive.args.slice(0, -1)) {
    const path = folder + nameOf(text.replace(/\/$/, ""));
    const shown = JSON.stringify(toText(path));
    if (text.endsWith("/")) {
      if (await kindFound(request, path, undefined) !== "folder") continue;
      const state = `${shown}, which try_files at ${placeText(directive)} finds, is a folder`;
      throw new NoAnswer("redirect", state, "Give the URL with a slash at its end.");
    }
    if (path === pathBelow(base, uri) || path.endsWith(uri)) {
      noteStep(trace, baseText(base), base.directive);
      note(`takes ${toText(text)}`);
      return { path };
    }
    if (await kindFound(request, path, undefined) !== "file") continue;
    note(`${toText(path)} exists`);
    const instead = "instead of the URL's own file, as long as it exists";
    const message = `${quoted(directive)} serves ${shown} ${instead}`;
    noteWarning(trace, { code: "try-files", message });
    return { path };
  }
  const last = directive.args.at(-1) ?? "";
  if (last.startsWith("=")) {
    const state = `${quoted(directive)} never looks for a file of the URL's own name`;
    const hint =
      "Add $uri to try_files, and reload nginx; or give a URL that is served from files.";
    throw new NoAnswer("no-file", state, hint, Number(last.slice(1)));
  }
  const next = nameOf(last);
  note(`goes on with ${toText(next)}`);
  return { next: next.replace(/\?.*$/s, "") };
}

/** Where nginx goes on after an error; a page that keeps the error's status is no answer. */
export function errorPage(scope: Scope, error: NoAnswer, request: Request): string | undefined {
  if (error.status === undefined || request.errorPage) return undefined;
  const page = allInherited(scope, ({ name }) => name === "error_page")
    .find(({ args }) => args.slice(0, -1).includes(String(error.status)));
  if (page === undefined) return undefined;
  const [kept = "", target = ""] = page.args.slice(-2);
  const uri = /^=(?:200)?$/.test(kept) ? valueOf(target, lookupIn(request, scope)) : undefined;
  if (uri === undefined || !/^[/@]/.test(uri)) return undefined;
  request.errorPage = !says(scope, "recursive_error_pages", "on");
  noteStep(request.trace, `${directiveText(page)}: goes on with ${toText(uri)}`, page);
  return uri.startsWith("/") ? uri.replace(/\?.*$/s, "") : uri;
}
