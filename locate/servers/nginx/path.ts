/**
 * From a URI to the path that nginx opens: `root` and `alias`.
 *
 * From the path in a request to the URI that locations match, as `ngx_http_parse_complex_uri`.
 */
import { toBytes, toText } from "../../bytes.ts";
import { placeText } from "../../config_text.ts";
import { NoAnswer, noteWarning } from "../../result.ts";
import { type Directive, directiveText, nearest, type Scope } from "./directive.ts";
import { locationOf } from "./location_block.ts";
import type { Request } from "./request.ts";
import { evaluate, type Lookup } from "./template.ts";
import { variablesOf } from "./variables.ts";

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

/** What nginx serves where nothing is said, below its prefix. */
const DEFAULT_ROOT = "html";

/** The base that applies in a scope. Throws {@linkcode NoAnswer} when variables hide it. */
export function baseOf(request: Request, scope: Scope): Base {
  const base = tryBase(request, scope);
  if (!("unknown" in base)) {
    if (base.replaces !== 0 && !request.validLocation) throw rewrittenAlias(base);
    return base;
  }
  const { directive, unknown } = base;
  throw new NoAnswer(
    "unclear",
    `"${directiveText(directive)}" at ${
      placeText(directive)
    } depends on ${unknown}, which is known only when a request comes`,
    "Give the folder with --root DIR.",
  );
}

/** nginx answers 500 then: `ngx_http_map_uri_to_path`. */
function rewrittenAlias({ directive, folder }: Base): NoAnswer {
  const place = directive === undefined ? "" : ` at ${placeText(directive)}`;
  return new NoAnswer(
    "invalid",
    `"alias ${toText(folder)}"${place} cannot be used where the URI was rewritten`,
    "nginx answers 500: use root there, or rewrite with last to a location that has the alias.",
  );
}

/** The path of a URI below a base, as bytes. */
export function pathBelow({ folder, replaces }: Base, uri: string): string {
  return replaces === "all" ? folder : folder + uri.slice(replaces);
}

/** The variables of a request, those included that name files. */
export function lookupIn(request: Request, scope: Scope): Lookup {
  const lookup = variablesOf(request, scope);
  return (name) => {
    if (name !== "document_root" && name !== "request_filename") return lookup(name);
    const base = tryBase(request, scope);
    if ("unknown" in base) return undefined;
    return name === "document_root" ? base.folder : pathBelow(base, request.uri);
  };
}

function tryBase(
  request: Request,
  scope: Scope,
): Base | { readonly directive: Directive; readonly unknown: string } {
  const given = nearest(scope, ownBase);
  if (given === undefined) {
    const folder = absolute(request, toBytes(DEFAULT_ROOT), undefined);
    return { directive: undefined, folder, replaces: 0 };
  }
  const { directive, replaces } = given;
  const [value = ""] = directive.args;
  const kept = directive.name === "root" ? value.replace(/\/$/, "") : value;
  const evaluated = evaluate(kept, variablesOf(request, scope));
  if ("unknown" in evaluated) return { directive, unknown: evaluated.unknown };
  const isAbsolute = value.startsWith("/") || evaluated.value.startsWith("/");
  const folder = isAbsolute ? evaluated.value : absolute(request, evaluated.value, directive);
  return { directive, folder, replaces };
}

function ownBase(
  { block }: Scope,
): { readonly directive: Directive; readonly replaces: Base["replaces"] } | undefined {
  const [directive, second] = (block.block ?? [])
    .filter(({ name }) => name === "root" || name === "alias");
  if (directive === undefined) return undefined;
  if (second !== undefined) {
    throw new NoAnswer(
      "invalid",
      `"${directive.name}" at ${placeText(directive)} and "${second.name}" at ${
        placeText(second)
      } exclude each other`,
      "nginx itself would not start: see nginx -t.",
    );
  }
  if (directive.name === "root") return { directive, replaces: 0 };
  const location = locationOf(block);
  return {
    directive,
    replaces: location?.modifier.startsWith("~") ? "all" : location?.name.length ?? 0,
  };
}

function absolute(
  { configuration: { prefix, prefixAssumed }, trace }: Request,
  path: string,
  directive: Directive | undefined,
): string {
  if (prefixAssumed) {
    const what = directive === undefined
      ? "No root is given, so nginx serves its default"
      : `"${directiveText(directive)}" at ${placeText(directive)} is relative`;
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

const HEX_PAIR = /^[0-9a-f]{2}$/i;

/**
 * Decodes a path, resolves `.` and `..` and, where `merge_slashes` is on, merges slashes. A slash
 * that was `%2f` counts like any other; `%25`, `%23` and `%3f` stand for themselves.
 *
 * @param path as it was sent, beginning with `/`
 * @returns bytes; undefined where nginx answers 400: a bad `%`, a NUL, `..` above the root
 */
export function decodeUri(path: string, mergeSlashes: boolean): string | undefined {
  const decoded = decode(path);
  return decoded === undefined ? undefined : resolveDots(decoded, mergeSlashes);
}

function decode(path: string): string | undefined {
  let decoded = "";
  for (let i = 0; i < path.length; i++) {
    const char = path.charAt(i);
    if (char !== "%") {
      decoded += char;
      continue;
    }
    const pair = path.slice(i + 1, i + 3);
    if (!HEX_PAIR.test(pair) || pair === "00") return undefined;
    decoded += String.fromCharCode(parseInt(pair, 16));
    i += 2;
  }
  return decoded;
}

/** One `..` takes away one component; without merging, an empty one between slashes is one too. */
function resolveDots(path: string, mergeSlashes: boolean): string | undefined {
  const kept: string[] = [];
  const parts = path.split("/").slice(1);
  for (const [i, part] of parts.entries()) {
    const last = i === parts.length - 1;
    if (part === "..") {
      if (kept.pop() === undefined) return undefined;
    } else if (part !== "." && (part !== "" || !mergeSlashes)) {
      kept.push(part);
      continue;
    }
    if (last && (part !== "" || mergeSlashes)) kept.push("");
  }
  return `/${kept.join("/")}`;
}
