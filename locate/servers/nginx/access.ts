/** Who may fetch, and what answers instead of files. */
import { toText } from "../../bytes.ts";
import { placeText } from "../../config_text.ts";
import { linksOn } from "../../file_view.ts";
import { NoAnswer, noteWarning } from "../../result.ts";
import { warnOfCredentials } from "../server.ts";
import { somebodyAllowed } from "./networks.ts";
import {
  allInherited,
  directiveText,
  inherited,
  nearest,
  quoted,
  says,
  type Scope,
} from "./directive.ts";
import type { Request } from "./request.ts";
import { lookupIn, valueOf } from "./variables.ts";

/** Requests from outside cannot enter a location that is `internal`. */
export function requireExternal(scope: Scope, { internal }: Request): void {
  const directive = inherited(scope, "internal");
  if (internal || directive === undefined) return;
  const state = `"internal" at ${placeText(directive)} hides it from requests from outside`;
  const hint = "Give a URL of a location that is not internal, or take the directive away.";
  throw new NoAnswer("internal", state, hint);
}

/** Throws where everybody is refused; `asked` is the status that `auth_request` gets, if known. */
export function checkAccess(scope: Scope, request: Request, asked: number | undefined): void {
  const { families, trace } = request;
  const rules = allInherited(scope, ({ name }) => name === "allow" || name === "deny");
  const lookup = lookupIn(request, scope);
  const isAllowed = asked !== undefined && asked >= 200 && asked < 300;
  const check = CHECKS.filter((name) => name !== "auth_request" || !isAllowed)
    .map((name) => inherited(scope, name))
    .find((one) => one !== undefined && valueOf(one.args[0] ?? "", lookup) !== "off") ??
    allInherited(scope, ({ name }) => name.startsWith("access_by_lua"))[0];
  // With credentials as the other way in, these are what is told.
  const isOther = check !== undefined && says(scope, "satisfy", "any");
  const isOpen = rules[0]?.name === "allow" && rules[0].args[0] === "all";
  const denial = isOther || isOpen ? undefined : rules.find(({ name }) => name === "deny");
  if (denial !== undefined && !somebodyAllowed(rules, families)) {
    const hint = "Allow the nodes' addresses there, and reload nginx.";
    throw new NoAnswer("denied", `${quoted(denial)} refuses everybody`, hint, 403);
  }
  if (check?.name === "auth_request" && asked !== undefined && !isOther) {
    const hint = "Turn it off for this location (auth_request off;).";
    if (asked === 401 || asked === 403) {
      throw new NoAnswer("denied", `${quoted(check)} refuses everybody`, hint, asked);
    }
    const state = `is answered with ${asked}, so nginx answers 500`;
    throw new NoAnswer("invalid", `${quoted(check)} ${state}`, hint, 500);
  }
  if (denial !== undefined) {
    const all = rules.map(directiveText).join("; ");
    const message = `Not everybody may fetch it: ${all} (${placeText(rules[0] ?? denial)})`;
    const hint = "Make sure that every node's address is allowed.";
    noteWarning(trace, { code: "access", message, hint });
  }
  if (check !== undefined) {
    const code = check.name === "auth_basic" ? "auth-basic" : "auth";
    const hint = "Turn it off for this location (auth_basic off;), and reload nginx.";
    warnOfCredentials(trace, quoted(check), hint, code);
  }
}

/** Directives that ask somebody else whether a request is allowed; `off` turns them off. */
const CHECKS = ["auth_basic", "auth_request", "auth_jwt", "auth_ldap", "auth_pam", "auth_digest"];

/** Directives that answer by themselves. */
const HANDLER =
  /_pass$|^(?:api|content_by_lua(?:_block|_file)?|echo|empty_gif|js_content|perl|(?:stub_)?status)$/;

/** Throws {@linkcode NoAnswer} where a location does not serve files. */
export function requireFiles(scope: Scope, { trace }: Request): void {
  // An `if` and `limit_except` have what their location has; a server itself serves files.
  const around = nearest(scope, ({ block }) => block.name === "location" ? block : undefined);
  const handler = (around ? [scope.block, around] : []).flatMap(({ block = [] }) => block)
    .find(({ name }) => HANDLER.test(name));
  if (handler !== undefined) {
    const hint = handler.name.endsWith("_pass")
      ? "Give the address of the server behind it, on that host; or a URL that is served from files."
      : "Give a URL that is served from files, or the folder with --root DIR.";
    throw new NoAnswer("handler", `${quoted(handler)} answers instead of files`, hint);
  }
  for (const phase of ["rewrite_by_lua", "server_rewrite_by_lua"]) {
    const [lua] = allInherited(scope, ({ name }) => name.startsWith(phase));
    if (lua === undefined) continue;
    noteWarning(trace, {
      code: "lua",
      message: `"${lua.name}" at ${placeText(lua)} can answer in its own way; it is not looked at`,
      hint: "Prove the mapping by fetching a file.",
    });
  }
  const packed = inherited(scope, "gzip_static");
  if (packed?.args[0] !== "always") return;
  const message = `${quoted(packed)} serves NAME.gz instead of NAME where both are there`;
  const hint = "Turn it off for this location, and reload nginx.";
  noteWarning(trace, { code: "gzip-static", message, hint });
}

/** `disable_symlinks`: nginx opens a path's components one by one (`ngx_open_file_wrapper`). */
export async function refuseLinks(scope: Scope, path: string, request: Request): Promise<void> {
  const directive = inherited(scope, "disable_symlinks");
  if (directive === undefined || directive.args[0] === "off") return;
  const plain = (bytes: string) => toText(bytes).replace(/\/+/g, "/").replace(/\/$/, "");
  const from = directive.args.find((one) => one.startsWith("from="))?.slice(5) ?? "";
  const start = (valueOf(from, lookupIn(request, scope)) ?? "").replace(/\/$/, "");
  const exempt = path === start || path.startsWith(`${start}/`) ? plain(start) : "";
  const links = await linksOn(plain(path), request.configuration.view);
  const link = links.find(({ length }) => length > exempt.length);
  if (link === undefined) return;
  const hint = `Serve the folder that ${JSON.stringify(link)} leads to, or allow links there.`;
  const state = `${quoted(directive)} refuses ${JSON.stringify(link)}`;
  if (!directive.args.includes("if_not_owner")) {
    throw new NoAnswer("denied", `${state} on the way, which is a link`, hint);
  }
  const message = `${state}, unless it and its target have one owner`;
  noteWarning(request.trace, { code: "disable-symlinks", message, hint });
}
