/** `disable_symlinks`: links on the way to a file are refused. */
import { toText } from "../../bytes.ts";
import { placeText } from "../../config_text.ts";
import { NoAnswer, noteWarning } from "../../result.ts";
import { directiveText, inherited, type Scope } from "./directive.ts";
import { lookupIn } from "./path.ts";
import type { Request } from "./request.ts";
import { evaluate } from "./template.ts";

/**
 * Throws {@linkcode NoAnswer} where a component of a path is a link, as nginx opens one after the
 * other (`ngx_open_file_wrapper`); warns where it depends on owners. Folders that are not there yet
 * are none.
 */
export async function refuseLinks(scope: Scope, path: string, request: Request): Promise<void> {
  const directive = inherited(scope, "disable_symlinks");
  if (directive === undefined || directive.args[0] === "off") return;
  const from = directive.args.find((one) => one.startsWith("from="))?.slice(5);
  const exempt = from === undefined ? "" : toText(lengthOf(from, path, scope, request));
  const link = await firstLink(toText(path), exempt, request);
  if (link === undefined) return;
  const what = `"${directiveText(directive)}" at ${placeText(directive)}`;
  const hint = `Serve the folder that ${JSON.stringify(link)} leads to, or allow links there.`;
  if (!directive.args.includes("if_not_owner")) {
    const state = `${what} refuses ${JSON.stringify(link)} on the way, which is a link`;
    throw new NoAnswer("denied", state, hint);
  }
  noteWarning(request.trace, {
    code: "disable-symlinks",
    message: `${what} refuses ${JSON.stringify(link)}, unless it and its target have one owner`,
    hint,
  });
}

/** The beginning of a path in which links may be; all of it where `from` is the path itself. */
function lengthOf(from: string, path: string, scope: Scope, request: Request): string {
  const evaluated = evaluate(from, lookupIn(request, scope));
  const start = "unknown" in evaluated ? "" : evaluated.value.replace(/\/$/, "");
  return path === start || path.startsWith(`${start}/`) ? start : "";
}

/** The first component behind the exempt ones that is a link. */
async function firstLink(
  path: string,
  exempt: string,
  { configuration: { view } }: Request,
): Promise<string | undefined> {
  let at = exempt;
  for (const name of path.slice(exempt.length).split("/").filter((one) => one !== "")) {
    const parent = await view.realpath(at === "" ? "/" : at);
    at = `${at}/${name}`;
    const real = await view.realpath(at);
    if (parent === undefined || real === undefined) return undefined;
    if (real !== `${parent === "/" ? "" : parent}/${name}`) return at;
  }
  return undefined;
}
