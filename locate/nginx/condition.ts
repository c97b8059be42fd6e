/** Conditions of `if`. */
import type { Directive } from "./directive.ts";
import { kindFound } from "./expected_file.ts";
import { lookupIn } from "./path.ts";
import { type Request, testRewriting } from "./request.ts";
import type { Scope } from "./scope.ts";
import { evaluate, type Lookup } from "./template.ts";

/**
 * Whether a plain GET meets the condition; undefined when that cannot be told. Tests of files are
 * answered as if the URL's own file were there, which is going to be written.
 */
export async function meets(
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
