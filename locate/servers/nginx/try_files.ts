/** Where nginx goes on by itself: `try_files` and `error_page`. */
import { toText } from "../../bytes.ts";
import { placeText } from "../../config_text.ts";
import { NoAnswer, noteStep, noteWarning } from "../../result.ts";
import {
  allInherited,
  type Directive,
  directiveText,
  own,
  quoted,
  says,
  type Scope,
} from "./directive.ts";
import { type Base, baseOf, baseText, lookupIn, pathBelow } from "./path.ts";
import { kindFound, type Request } from "./request.ts";
import { requireValue, valueOf } from "./variables.ts";

/** The path that is served, as bytes; or the URI or `@name` that nginx goes on with. */
export type Tried = { readonly path: string } | { readonly next: string };

/**
 * Tries the files in order; undefined where nothing is to be tried. A file that has the URI's own
 * name is taken whether it exists or not: it is what is going to be written. Another one counts
 * where it exists.
 */
export async function tryFiles(scope: Scope, request: Request): Promise<Tried | undefined> {
  const directive = own(scope, "try_files");
  if (directive === undefined) return undefined;
  const base = baseOf(request, scope);
  const { trace } = request;
  const nameOf = (text: string) => nameBelow(base, text, directive, request, scope);
  for (const text of directive.args.slice(0, -1)) {
    const path = base.folder + nameOf(text.replace(/\/$/, ""));
    if (text.endsWith("/")) {
      await refuseFolder(path, directive, request);
    } else if (path === pathBelow(base, request.uri) || path.endsWith(request.uri)) {
      noteStep(trace, baseText(base), base.directive);
      noteStep(trace, `${directiveText(directive)}: takes ${toText(text)}`, directive);
      return { path };
    } else if (await kindFound(request, path, undefined) === "file") {
      noteStep(trace, `${directiveText(directive)}: ${toText(path)} exists`, directive);
      noteWarning(trace, {
        code: "try-files",
        message: `${quoted(directive)} serves ${
          JSON.stringify(toText(path))
        } instead of the URL's own file, as long as it exists`,
      });
      return { path };
    }
  }
  const last = directive.args.at(-1) ?? "";
  if (last.startsWith("=")) {
    throw new NoAnswer(
      "no-file",
      `${quoted(directive)} never looks for a file of the URL's own name`,
      "Add $uri to try_files, and reload nginx; or give a URL that is served from files.",
      Number(last.slice(1)),
    );
  }
  const uri = nameOf(last);
  noteStep(trace, `${directiveText(directive)}: goes on with ${toText(uri)}`, directive);
  return { next: uri.replace(/\?.*$/s, "") };
}

/**
 * The name that a text stands for, below the base. Where variables gave it, the beginning that an
 * `alias` replaces is taken off; this holds for the fallback as well.
 */
function nameBelow(
  { replaces }: Base,
  text: string,
  directive: Directive,
  request: Request,
  scope: Scope,
): string {
  const name = requireValue(text, directive, lookupIn(request, scope));
  const isOwn = typeof replaces === "number" && replaces > 0 && text.includes("$") &&
    name.startsWith(request.uri.slice(0, replaces));
  return isOwn ? name.slice(replaces) : name;
}

async function refuseFolder(path: string, place: Directive, request: Request): Promise<void> {
  if (await kindFound(request, path, undefined) !== "folder") return;
  throw new NoAnswer(
    "redirect",
    `${JSON.stringify(toText(path))}, which try_files at ${placeText(place)} finds, is a folder`,
    "Give the URL with a slash at its end.",
  );
}

/**
 * The URI or `@name` that nginx goes on with where a request ends in an error; undefined where the
 * error stays: a page that keeps the error's status is no answer to a node.
 */
export function errorPage(scope: Scope, error: NoAnswer, request: Request): string | undefined {
  const { status } = error;
  if (status === undefined || request.errorPage) return undefined;
  const page = allInherited(scope, ({ name }) => name === "error_page")
    .find(({ args }) => args.slice(0, -1).includes(String(status)));
  if (page === undefined) return undefined;
  const [kept = "", target = ""] = page.args.slice(-2);
  const uri = /^=(?:200)?$/.test(kept) ? valueOf(target, lookupIn(request, scope)) : undefined;
  if (uri === undefined || !/^[/@]/.test(uri)) return undefined;
  request.errorPage = !says(scope, "recursive_error_pages", "on");
  noteStep(request.trace, `${directiveText(page)}: goes on with ${toText(uri)}`, page);
  return uri.startsWith("/") ? uri.replace(/\?.*$/s, "") : uri;
}
