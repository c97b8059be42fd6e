/** The rewrite module: `set`, `if`, `return`, `rewrite`, `break`, in their order. */
import { toText } from "../../bytes.ts";
import { placeText } from "../../config_text.ts";
import { NoAnswer, noteStep, noteWarning } from "../../result.ts";
import { type Directive, directiveText, type Scope, scopeIn } from "./directive.ts";
import { lookupIn } from "./path.ts";
import { kindFound, type Request, testRewriting } from "./request.ts";
import { evaluate, type Lookup } from "./template.ts";

/**
 * Runs the directives of a server or location for a GET.
 *
 * @returns the scope from then on: in a location, that of the last `if` that was met
 * @throws {NoAnswer} where the request is answered or redirected here
 */
export async function runRewrites(scope: Scope, request: Request): Promise<Scope> {
  const isLocation = scope.block.name === "location";
  let current = scope;
  for (const directive of scope.block.block ?? []) {
    if (directive.name === "if") {
      const met = await meets(directive, request, current);
      if (met === undefined) passOver(directive, request);
      if (!met) continue;
      const inside = scopeIn(scope, directive);
      if (isLocation) current = inside;
      if (runPlain(directive.block ?? [], current, request)) return current;
    } else if (runPlain([directive], current, request)) return current;
  }
  return current;
}

/** Directives other than `if`; gives whether `break` ended them. */
function runPlain(directives: readonly Directive[], scope: Scope, request: Request): boolean {
  for (const directive of directives) {
    switch (directive.name) {
      case "break":
        if (request.uriChanged) request.validLocation = false;
        request.uriChanged = false;
        return true;
      case "set":
        set(directive, scope, request);
        break;
      case "return":
        throw answered(directive);
      case "rewrite":
        if (rewrite(directive, scope, request)) return true;
        break;
    }
  }
  return false;
}

function set({ args: [name = "", value = ""] }: Directive, scope: Scope, request: Request): void {
  const evaluated = evaluate(value, lookupIn(request, scope));
  request.variables.set(variableName(name), "unknown" in evaluated ? undefined : evaluated.value);
}

function answered(directive: Directive): NoAnswer {
  const code = /^\d+$/.exec(directive.args[0] ?? "")?.[0] ?? "302";
  const target = directive.args.at(-1) ?? "";
  const answer = new NoAnswer(
    "return",
    `"${directiveText(directive)}" at ${placeText(directive)} answers without a file`,
    /^30[12378]$/.test(code)
      ? `Give the URL that it redirects to (${JSON.stringify(toText(target))}).`
      : "Give a URL that is served from files, or the folder with --root DIR.",
  );
  answer.status = Number(code);
  return answer;
}

/** Variables' names are alike in either case. */
function variableName(word: string): string {
  return word.slice(1).toLowerCase();
}

/** Changes the URI, as `ngx_http_script_regex_start_code`; gives whether that ends the phase. */
function rewrite(directive: Directive, scope: Scope, request: Request): boolean {
  const [source = "", replacement = "", flag] = directive.args;
  const regex = { source, caseless: false, place: directive };
  if (!testRewriting(request, regex, request.uri)) return false;
  const redirects = /^(?:https?:\/\/|\$scheme)/.test(replacement);
  if (redirects || flag === "redirect" || flag === "permanent") throw redirected(directive);
  const [text = "", query] = replacement.replace(/\?$/, "").split(/\?(.*)/s, 2);
  const lookup = lookupIn(request, scope);
  const uri = valueOf(text, lookup);
  if (uri === undefined) throw unclearRewrite(directive);
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

function redirected(directive: Directive): NoAnswer {
  return new NoAnswer(
    "rewrite",
    `"${directiveText(directive)}" at ${placeText(directive)} redirects to another address`,
    `Give the URL that it redirects to (${
      JSON.stringify(toText(directive.args[1] ?? ""))
    }), or the folder with --root DIR.`,
  );
}

function unclearRewrite(directive: Directive): NoAnswer {
  return new NoAnswer(
    "unclear",
    `"${directiveText(directive)}" at ${
      placeText(directive)
    } depends on what is known only when a request comes`,
    "Give the folder with --root DIR.",
  );
}

/** What can change the path, or keep a file from being served. */
function isDecisive({ name }: Directive): boolean {
  return name === "return" || name === "rewrite" || name === "root" || name.endsWith("_pass");
}

/** An `if` that cannot be told is taken as not met. */
function passOver(directive: Directive, request: Request): void {
  const inner = directive.block ?? [];
  for (const { name, args } of inner) {
    if (name === "set") request.variables.set(variableName(args[0] ?? ""), undefined);
  }
  if (!inner.some(isDecisive)) return;
  noteWarning(request.trace, {
    code: "unclear-condition",
    message: `Whether "${directiveText(directive)}" at ${
      placeText(directive)
    } is met depends on the client or on other parts of the configuration; it is taken as not met`,
    hint: "Where it is met, the file is not served as described.",
  });
}

/** What fetches for nodes: curl, Wget, Ansible's get_url, Go's programs, and this one. */
const NODE_AGENTS = [
  "curl/8.5.0",
  "Wget/1.21.4",
  "ansible-httpget",
  "Go-http-client/1.1",
  "binimport",
];

/**
 * Whether a plain GET meets the condition; undefined when that cannot be told, or differs between
 * the programs that nodes fetch with. Tests of files are answered as if the URL's own file were
 * there, which is going to be written.
 */
async function meets(
  directive: Directive,
  request: Request,
  scope: Scope,
): Promise<boolean | undefined> {
  const met = await meetsPlainly(directive, request, scope);
  if (met !== undefined) return met;
  const answers = new Set<boolean | undefined>();
  for (const agent of NODE_AGENTS) {
    request.variables.set("http_user_agent", agent);
    answers.add(await meetsPlainly(directive, request, scope));
  }
  request.variables.delete("http_user_agent");
  return answers.size === 1 ? [...answers][0] : undefined;
}

async function meetsPlainly(
  directive: Directive,
  request: Request,
  scope: Scope,
): Promise<boolean | undefined> {
  const [first = "", second, third] = words(directive.args);
  const lookup = lookupIn(request, scope);
  const file = /^(!?)-([fdex])$/.exec(first);
  if (file !== null && second !== undefined) {
    const path = valueOf(second, lookup);
    const found = path === undefined ? undefined : await test(file[2] ?? "", path, request, lookup);
    return found === undefined ? undefined : found !== (file[1] === "!");
  }
  const value = lookup(first.slice(1));
  if (second === undefined) return value === undefined ? undefined : value !== "" && value !== "0";
  return value === undefined || third === undefined
    ? undefined
    : compare(value, second, third, directive, request, lookup);
}

/** The words between the parentheses, which may be glued to them. */
function words(args: readonly string[]): string[] {
  const inner = [...args];
  inner[0] = (inner[0] ?? "").replace(/^\(/, "");
  const last = inner.length - 1;
  inner[last] = (inner[last] ?? "").replace(/\)$/, "");
  return inner.filter((word, i) => word !== "" || (i !== 0 && i !== last));
}

function valueOf(text: string, lookup: Lookup): string | undefined {
  const evaluated = evaluate(text, lookup);
  return "unknown" in evaluated ? undefined : evaluated.value;
}

function compare(
  value: string,
  operator: string,
  operand: string,
  place: Directive,
  request: Request,
  lookup: Lookup,
): boolean | undefined {
  const [, not = "", kind, caseless] = /^(!?)([=~])(\*?)$/.exec(operator) ?? [];
  if (kind === "~") {
    const regex = { source: operand, caseless: caseless === "*", place };
    return testRewriting(request, regex, value) !== (not === "!");
  }
  const expected = valueOf(operand, lookup);
  return expected === undefined ? undefined : (value === expected) !== (not === "!");
}

async function test(
  letter: string,
  path: string,
  request: Request,
  lookup: Lookup,
): Promise<boolean | undefined> {
  const kind = await kindFound(request, path, lookup("request_filename"));
  switch (letter) {
    case "f":
      return kind === "file";
    case "d":
      return kind === "folder";
    case "e":
      return kind !== undefined;
    default:
      return undefined;
  }
}
