/** Who may fetch: `internal`, `allow`, `deny`, `auth_basic` and other checks. */
import { noteWarning, type Trace } from "../answer.ts";
import { NoAnswer } from "../no_answer.ts";
import { somebodyAllowed } from "./access_rules.ts";
import type { Directive } from "./directive.ts";
import type { Request } from "./request.ts";
import { directiveText, inherited, nearest, type Scope } from "./scope.ts";
import { placeText } from "../source.ts";

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

/** Throws {@linkcode NoAnswer} where everybody is refused; warns where many are. */
export function checkAccess(scope: Scope, { families, trace }: Request): void {
  const rules = nearest(scope, ownRules) ?? [];
  const check = credentialCheck(scope);
  const anyOf = inherited(scope, "satisfy")?.args[0] === "any";
  const [denial] = rules.filter(({ name }) => name === "deny");
  if (denial !== undefined && !somebodyAllowed(rules, families) && !(anyOf && check)) {
    throw new NoAnswer(
      "denied",
      `"${directiveText(denial)}" at ${placeText(denial)} refuses everybody`,
      "Allow the nodes' addresses there, and reload nginx.",
    );
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

function credentialCheck(scope: Scope): Directive | undefined {
  const byModule = CHECKS.map((name) => inherited(scope, name))
    .find((one) => one !== undefined && one.args[0] !== "off");
  return byModule ??
    nearest(
      scope,
      ({ block }) => block.block?.find(({ name }) => name.startsWith("access_by_lua")),
    );
}
