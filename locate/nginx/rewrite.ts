/** The rewrite module: `set`, `if`, `return`, `rewrite`, `break`, in their order. */
import { noteWarning } from "../answer.ts";
import { toText } from "../bytes.ts";
import { NoAnswer } from "../no_answer.ts";
import { meets } from "./condition.ts";
import type { Directive } from "./directive.ts";
import { lookupIn } from "./path.ts";
import { type Request, testRewriting } from "./request.ts";
import { directiveText, type Scope, scopeIn } from "./scope.ts";
import { placeText } from "../source.ts";
import { evaluate } from "./template.ts";

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
        return true;
      case "set":
        set(directive, scope, request);
        break;
      case "return":
        throw answered(directive);
      case "rewrite":
        rewrite(directive, request);
        break;
    }
  }
  return false;
}

function set({ args: [name = "", value = ""] }: Directive, scope: Scope, request: Request): void {
  const evaluated = evaluate(value, lookupIn(request, scope));
  request.variables.set(name.slice(1), "unknown" in evaluated ? undefined : evaluated.value);
}

function answered(directive: Directive): NoAnswer {
  const code = /^\d+$/.exec(directive.args[0] ?? "")?.[0] ?? "302";
  const target = directive.args.at(-1) ?? "";
  return new NoAnswer(
    "return",
    `"${directiveText(directive)}" at ${placeText(directive)} answers without a file`,
    /^30[12378]$/.test(code)
      ? `Give the URL that it redirects to (${JSON.stringify(toText(target))}).`
      : "Give a URL that is served from files, or the folder with --root DIR.",
  );
}

function rewrite(directive: Directive, request: Request): void {
  const [source = "", replacement = ""] = directive.args;
  const regex = { source, caseless: false, place: directive };
  if (!testRewriting(request, regex, request.uri)) return;
  throw new NoAnswer(
    "rewrite",
    `"${directiveText(directive)}" at ${placeText(directive)} turns the address into another`,
    `Give a URL that is not rewritten (it becomes ${
      JSON.stringify(toText(replacement))
    }), or the folder with --root DIR.`,
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
    if (name === "set") request.variables.set((args[0] ?? "").slice(1), undefined);
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
