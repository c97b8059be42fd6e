/**
 * From a URI to the path that nginx opens: `root` and `alias`.
 *
 * From the path in a request to the URI that locations match, as `ngx_http_parse_complex_uri`.
 */
import { toBytes, toText } from "../../bytes.ts";
import { NoAnswer, noteWarning } from "../../result.ts";
import {
  type Directive,
  directiveText,
  locationOf,
  nearest,
  quoted,
  type Scope,
} from "./directive.ts";
import type { Request } from "./request.ts";
import { type Lookup, requireValue, valueOf, variablesOf } from "./variables.ts";

/** The folder that `root` or `alias` names for a request. */
export interface Base {
  /** Undefined where neither is given and the default applies. */
  readonly directive: Directive | undefined;
  /** As bytes; without the one slash at its end that `root` drops. */
  readonly folder: string;
  /**
   * How many bytes of the URI an `alias` replaces; in a location with a regular expression it
   * replaces all. 0 for `root`.
   */
  readonly replaces: number | "all";
}

/** The base that applies in a scope. Throws {@linkcode NoAnswer} when variables hide it. */
export function baseOf(request: Request, scope: Scope): Base {
  const { directive, text, replaces } = givenBase(scope);
  if (directive === undefined) {
    return { directive, folder: absolute(request, text, directive), replaces };
  }
  const value = requireValue(text, directive, variablesOf(request, scope));
  if (replaces === 0 || request.validLocation) {
    return { directive, folder: absolute(request, value, directive), replaces };
  }
  // nginx answers 500 then: ngx_http_map_uri_to_path.
  throw new NoAnswer(
    "invalid",
    `${quoted(directive)} cannot be used where the URI was rewritten`,
    "nginx answers 500: use root there, or rewrite with last to a location that has the alias.",
  );
}

/** The path of a URI below a base, as bytes. */
export function pathBelow({ folder, replaces }: Omit<Base, "directive">, uri: string): string {
  return replaces === "all" ? folder : folder + uri.slice(replaces);
}

/** The variables of a request, those included that name files. */
export function lookupIn(request: Request, scope: Scope): Lookup {
  const lookup = variablesOf(request, scope);
  return (name) => {
    if (name !== "document_root" && name !== "request_filename") return lookup(name);
    const { directive, text, replaces } = givenBase(scope);
    const value = valueOf(text, lookup);
    if (value === undefined) return undefined;
    const folder = absolute(request, value, directive);
    return name === "document_root" ? folder : pathBelow({ folder, replaces }, request.uri);
  };
}

function givenBase(scope: Scope) {
  const block = nearest(scope, (one) => one.block.block?.some(isBase) ? one.block : undefined);
  const directive = block?.block?.find(isBase);
  // What nginx serves where nothing is said, below its prefix.
  if (block === undefined || directive === undefined) {
    return { directive, text: "html", replaces: 0 };
  }
  const [text = ""] = directive.args;
  if (directive.name === "root") return { directive, text: text.replace(/\/$/, ""), replaces: 0 };
  const { modifier = "", name = "" } = locationOf(block) ?? {};
  return { directive, text, replaces: modifier.startsWith("~") ? "all" as const : name.length };
}

function isBase({ name }: Directive): boolean {
  return name === "root" || name === "alias";
}

function absolute(
  { configuration: { prefix, prefixAssumed }, trace }: Request,
  path: string,
  directive: Directive | undefined,
): string {
  if (path.startsWith("/") || directive?.args[0]?.startsWith("/")) return path;
  if (prefixAssumed) {
    const what = directive === undefined
      ? "No root is given, so nginx serves its default"
      : `${quoted(directive)} is relative`;
    noteWarning(trace, {
      code: "prefix-assumed",
      message: `${what}; it is taken to lie below ${prefix}`,
      hint: "nginx -V shows the real --prefix. Give --root DIR to be sure.",
    });
  }
  return `${toBytes(prefix).replace(/\/*$/, "/")}${path}`;
}

/** A base as a step of the answer tells it. */
export function baseText({ directive, folder }: Base): string {
  return directive === undefined
    ? `no root is given; the default is ${toText(folder)}`
    : directiveText(directive);
}

/**
 * Decodes a path, resolves `.` and `..` and, where `merge_slashes` is on, merges slashes. A slash
 * that was `%2f` counts like any other; `%25`, `%23` and `%3f` stand for themselves. One `..` takes
 * away one component; without merging, an empty one between slashes is one too.
 *
 * @param path as it was sent, beginning with `/`
 * @returns bytes; undefined where nginx answers 400: a bad `%`, a NUL, `..` above the root
 */
export function decodeUri(path: string, mergeSlashes: boolean): string | undefined {
  if (/%(?![0-9a-f]{2})|%00/i.test(path)) return undefined;
  const kept: string[] = [];
  const parts = path.replace(/%(..)/g, (_, pair) => String.fromCharCode(parseInt(pair, 16)))
    .split("/").slice(1);
  for (const [i, part] of parts.entries()) {
    if (part === "..") {
      if (kept.pop() === undefined) return undefined;
    } else if (part !== "." && (part !== "" || !mergeSlashes)) {
      kept.push(part);
      continue;
    }
    if (i === parts.length - 1 && (part !== "" || mergeSlashes)) kept.push("");
  }
  return `/${kept.join("/")}`;
}
