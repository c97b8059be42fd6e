/** `try_files`. */
import { toText } from "../../bytes.ts";
import { placeText } from "../../config_text.ts";
import { NoAnswer, noteStep, noteWarning } from "../../result.ts";
import { type Directive, directiveText, own, type Scope } from "./directive.ts";
import { type Base, baseOf, baseText, lookupIn, pathBelow } from "./path.ts";
import { kindFound, type Request } from "./request.ts";
import { evaluate } from "./template.ts";

/** What `try_files` makes of a request. */
export type Tried =
  | { readonly kind: "none" }
  /** This path is served, as bytes. */
  | { readonly kind: "path"; readonly path: string }
  /** nginx goes on with another URI, or with a named location. */
  | { readonly kind: "next"; readonly uri: string };

/**
 * Tries the files in order. A file that has the URI's own name is taken whether it exists or not:
 * it is what is going to be written. Another one counts where it exists.
 */
export async function tryFiles(scope: Scope, request: Request): Promise<Tried> {
  const directive = own(scope, "try_files");
  if (directive === undefined) return { kind: "none" };
  const base = baseOf(request, scope);
  const { trace } = request;
  for (const text of directive.args.slice(0, -1)) {
    const name = nameOf(text.replace(/\/$/, ""), directive, base, request, scope);
    const path = base.folder + name;
    if (text.endsWith("/")) {
      await refuseFolder(path, directive, request);
    } else if (path === pathBelow(base, request.uri) || path.endsWith(request.uri)) {
      noteStep(trace, baseText(base), base.directive);
      noteStep(trace, `${directiveText(directive)}: takes ${toText(text)}`, directive);
      return { kind: "path", path };
    } else if (await kindFound(request, path, undefined) === "file") {
      warnOfOther(directive, path, request);
      return { kind: "path", path };
    }
  }
  return fallback(directive, base, request, scope);
}

/**
 * The name that a text stands for, below the base. Where variables gave it, the beginning that an
 * `alias` replaces is taken off; this holds for the fallback as well.
 */
function nameOf(
  text: string,
  directive: Directive,
  { replaces }: Base,
  request: Request,
  scope: Scope,
): string {
  const name = value(text, directive, request, scope);
  const isOwn = typeof replaces === "number" && replaces > 0 && text.includes("$") &&
    name.startsWith(request.uri.slice(0, replaces));
  return isOwn ? name.slice(replaces) : name;
}

function value(text: string, directive: Directive, request: Request, scope: Scope): string {
  const evaluated = evaluate(text, lookupIn(request, scope));
  if (!("unknown" in evaluated)) return evaluated.value;
  throw new NoAnswer(
    "unclear",
    `"${directiveText(directive)}" at ${
      placeText(directive)
    } depends on ${evaluated.unknown}, which is known only when a request comes`,
    "Give the folder with --root DIR.",
  );
}

async function refuseFolder(path: string, place: Directive, request: Request): Promise<void> {
  if (await kindFound(request, path, undefined) !== "folder") return;
  throw new NoAnswer(
    "redirect",
    `${JSON.stringify(toText(path))}, which try_files at ${placeText(place)} finds, is a folder`,
    "Give the URL with a slash at its end.",
  );
}

function warnOfOther(directive: Directive, path: string, { trace }: Request): void {
  noteStep(trace, `${directiveText(directive)}: ${toText(path)} exists`, directive);
  noteWarning(trace, {
    code: "try-files",
    message: `"${directiveText(directive)}" at ${placeText(directive)} serves ${
      JSON.stringify(toText(path))
    } instead of the URL's own file, as long as it exists`,
  });
}

function fallback(directive: Directive, base: Base, request: Request, scope: Scope): Tried {
  const last = directive.args.at(-1) ?? "";
  if (last.startsWith("=")) {
    const answer = new NoAnswer(
      "no-file",
      `"${directiveText(directive)}" at ${
        placeText(directive)
      } never looks for a file of the URL's own name`,
      "Add $uri to try_files, and reload nginx; or give a URL that is served from files.",
    );
    answer.status = Number(last.slice(1));
    throw answer;
  }
  const uri = nameOf(last, directive, base, request, scope);
  noteStep(request.trace, `${directiveText(directive)}: goes on with ${toText(uri)}`, directive);
  return { kind: "next", uri: uri.replace(/\?.*$/s, "") };
}
