/** `error_page`: what nginx answers instead of an error. */
import { toText } from "../../bytes.ts";
import { type NoAnswer, noteStep } from "../../result.ts";
import { directiveText, inherited, nearest, type Scope } from "./directive.ts";
import { lookupIn } from "./path.ts";
import type { Request } from "./request.ts";
import { evaluate } from "./template.ts";

/**
 * The URI or `@name` that nginx goes on with where a request ends in an error; undefined where the
 * error stays: a page that keeps the error's status is no answer to a node.
 */
export function errorPage(scope: Scope, error: NoAnswer, request: Request): string | undefined {
  const { status } = error;
  if (status === undefined || request.errorPage) return undefined;
  const pages = nearest(scope, ({ block }) => {
    const own = (block.block ?? []).filter(({ name }) => name === "error_page");
    return own.length > 0 ? own : undefined;
  });
  const page = pages?.find(({ args }) => args.slice(0, -1).includes(String(status)));
  if (page === undefined) return undefined;
  const [kept = "", target = ""] = page.args.slice(-2);
  if (!/^=(?:200)?$/.test(kept)) return undefined;
  const uri = evaluate(target, lookupIn(request, scope));
  if ("unknown" in uri || !/^[/@]/.test(uri.value)) return undefined;
  request.errorPage = inherited(scope, "recursive_error_pages")?.args[0] !== "on";
  noteStep(request.trace, `${directiveText(page)}: goes on with ${toText(uri.value)}`, page);
  return uri.value.startsWith("/") ? uri.value.replace(/\?.*$/s, "") : uri.value;
}
