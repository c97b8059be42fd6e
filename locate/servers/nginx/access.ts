/** Who may fetch: `internal`, `allow`, `deny`, `auth_basic` and other checks. */
import { placeText } from "../../config_text.ts";
import { NoAnswer, noteWarning, type Trace } from "../../result.ts";
import { somebodyAllowed } from "./access_rules.ts";
import { type Directive, directiveText, inherited, nearest, type Scope } from "./directive.ts";
import type { Request } from "./request.ts";

/** Requests from outside cannot enter a location that is `internal`. */
export function requireExternal(scope: Scope, { internal }: Request): void {
  const directive = inherited(scope, "internal");
  if (internal || directive === undefined) return;
  throw new NoAnswer(
    "internal",
    `"internal" at ${placeText(directive)} hides it from requests from outside`,
    "Give a URL of a location that is not internal, or take the directive away.",
  );
}

/** The refusal of everybody, as nginx answers it. */
function denied(directive: Directive, hint: string, status: number): NoAnswer {
  const answer = new NoAnswer(
    "denied",
    `"${directiveText(directive)}" at ${placeText(directive)} refuses everybody`,
    hint,
  );
  answer.status = status;
  return answer;
}

/**
 * Throws {@linkcode NoAnswer} where everybody is refused; warns where many are.
 *
 * @param asked the status that the location of `auth_request` answers with, where it is known
 */
export function checkAccess(
  scope: Scope,
  { families, trace }: Request,
  asked: number | undefined,
): void {
  const rules = nearest(scope, ownRules) ?? [];
  const check = credentialCheck(scope, asked);
  const anyOf = inherited(scope, "satisfy")?.args[0] === "any";
  const [denial] = rules.filter(({ name }) => name === "deny");
  if (denial !== undefined && !somebodyAllowed(rules, families) && !(anyOf && check)) {
    throw denied(denial, "Allow the nodes' addresses there, and reload nginx.", 403);
  }
  if (check?.name === "auth_request" && asked !== undefined && !anyOf) {
    throw denied(check, "Turn it off for this location (auth_request off;).", asked);
  }
  // With credentials as the other way in, these are what is told.
  if (denial !== undefined && !(anyOf && check)) warnOfRules(rules, denial, trace);
  if (check !== undefined) warnOfCheck(check, trace);
}

function warnOfRules(rules: readonly Directive[], denial: Directive, trace: Trace): void {
  noteWarning(trace, {
    code: "access",
    message: `Not everybody may fetch it: ${rules.map(directiveText).join("; ")} (${
      placeText(rules[0] ?? denial)
    })`,
    hint: "Make sure that every node's address is allowed.",
  });
}

function warnOfCheck(check: Directive, trace: Trace): void {
  noteWarning(trace, {
    code: check.name === "auth_basic" ? "auth-basic" : "auth",
    message: `"${directiveText(check)}" at ${
      placeText(check)
    } may ask nodes for credentials, which they do not have`,
    hint: "Turn it off for this location (auth_basic off;), and reload nginx.",
  });
}

function ownRules({ block }: Scope): Directive[] | undefined {
  const rules = (block.block ?? []).filter(({ name }) => name === "allow" || name === "deny");
  return rules.length > 0 ? rules : undefined;
}

/** Directives that ask somebody else whether a request is allowed; `off` turns them off. */
const CHECKS = ["auth_basic", "auth_request", "auth_jwt", "auth_ldap", "auth_pam", "auth_digest"];

function credentialCheck(scope: Scope, asked: number | undefined): Directive | undefined {
  const isAllowed = asked !== undefined && asked >= 200 && asked < 300;
  const byModule = CHECKS.map((name) => inherited(scope, name))
    .filter((one) => one?.name !== "auth_request" || !isAllowed)
    .find((one) => one !== undefined && one.args[0] !== "off");
  return byModule ??
    nearest(
      scope,
      ({ block }) => block.block?.find(({ name }) => name.startsWith("access_by_lua")),
    );
}

/** Directives besides `*_pass` that answer by themselves. */
const HANDLERS = new Set([
  "api",
  "content_by_lua",
  "content_by_lua_block",
  "content_by_lua_file",
  "echo",
  "empty_gif",
  "js_content",
  "perl",
  "status",
  "stub_status",
]);

/** Throws {@linkcode NoAnswer} where a location does not serve files. */
export function requireFiles(scope: Scope, request: Request): void {
  const handler = handlerOf(scope);
  if (handler !== undefined) {
    throw new NoAnswer(
      "handler",
      `"${directiveText(handler)}" at ${placeText(handler)} answers instead of files`,
      handler.name.endsWith("_pass")
        ? "Give the address of the server behind it, on that host; or a URL that is served from files."
        : "Give a URL that is served from files, or the folder with --root DIR.",
    );
  }
  warnOfLua(scope, request);
  warnOfPacked(scope, request);
}

/** An `if` and `limit_except` have what their location has; a server itself serves files. */
function handlerOf({ block, outer }: Scope): Directive | undefined {
  if (block.name === "server") return undefined;
  const found = block.block?.find(({ name }) => name.endsWith("_pass") || HANDLERS.has(name));
  return found ?? (block.name === "location" || outer === undefined ? undefined : handlerOf(outer));
}

function warnOfLua(scope: Scope, { trace }: Request): void {
  for (const phase of ["rewrite_by_lua", "server_rewrite_by_lua"]) {
    const lua = [phase, `${phase}_block`, `${phase}_file`].map((name) => inherited(scope, name))
      .find((one) => one !== undefined);
    if (lua === undefined) continue;
    noteWarning(trace, {
      code: "lua",
      message: `"${lua.name}" at ${placeText(lua)} can answer in its own way; it is not looked at`,
      hint: "Prove the mapping by fetching a file.",
    });
  }
}

function warnOfPacked(scope: Scope, { trace }: Request): void {
  const packed = inherited(scope, "gzip_static");
  if (packed?.args[0] !== "always") return;
  noteWarning(trace, {
    code: "gzip-static",
    message: `"gzip_static always" at ${
      placeText(packed)
    } serves NAME.gz instead of NAME where both are there`,
    hint: "Turn it off for this location, and reload nginx.",
  });
}
