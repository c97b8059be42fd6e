/** Where nginx goes on by itself: `try_files` and `error_page`. */
import { toText } from "../../bytes.ts";
import { placeText } from "../../config_text.ts";
import { NoAnswer, noteStep, noteWarning } from "../../result.ts";
import { allInherited, directiveText, own, quoted, says, type Scope } from "./directive.ts";
import { kindFound, type Request } from "./request.ts";
import { baseOf, baseText, lookupIn, pathBelow, requireValue, valueOf } from "./variables.ts";

/**
 * The path that is served, as bytes, or the URI or `@name` that nginx goes on with; undefined where
 * nothing is to be tried. A file that has the URI's own name is taken whether it exists or not: it is
 * what is going to be written. Another one counts where it exists.
 */
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

/**
 * The URI or `@name` that nginx goes on with where a request ends in an error; undefined where the
 * error stays: a page that keeps the error's status is no answer to a node.
 */
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
