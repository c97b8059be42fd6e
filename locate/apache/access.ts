/** Who may fetch: `Require`, and what stood for it before 2.4. */
import { noteWarning, type Trace } from "../answer.ts";
import { NoAnswer } from "../no_answer.ts";
import { type Directive, quoted } from "./directive.ts";

const RULES = /^(?:require|requireany|requireall|requirenone|order|allow|deny)$/;

/** Throws {@linkcode NoAnswer} where everybody is refused; warns where some are. */
export function checkAccess(sections: readonly (readonly Directive[])[], trace: Trace): void {
  // AuthMerging is off by default: the last section that has any rule is the one that counts.
  const rules = sections.map((section) => section.filter(({ name }) => RULES.test(name)))
    .findLast((some) => some.length > 0) ?? [];
  const [first] = rules;
  if (first === undefined || rules.some(letsAllIn)) return;
  if (rules.some(keepsAllOut)) {
    throw new NoAnswer(
      "denied",
      `${quoted(rules.find(keepsAllOut) ?? first)} refuses everybody`,
      "Let everybody read there (Require all granted), and reload the server.",
    );
  }
  const check = rules.find(({ name, args: [kind = ""] }) =>
    name === "require" && /^(?:valid-user|user|group|ldap|dbm|file-)/.test(kind)
  );
  noteWarning(trace, {
    code: check === undefined ? "access" : "auth",
    message: check === undefined
      ? `Not everybody may fetch it: ${quoted(first)}`
      : `${quoted(check)} may ask nodes for credentials, which they do not have`,
    hint: "Let everybody read there (Require all granted), and reload the server.",
  });
}

function letsAllIn({ name, args }: Directive): boolean {
  const words = args.join(" ").toLowerCase();
  return (name === "require" && words === "all granted") ||
    (name === "allow" && words === "from all");
}

function keepsAllOut({ name, args }: Directive): boolean {
  const words = args.join(" ").toLowerCase();
  return (name === "require" && words === "all denied") ||
    (name === "deny" && words === "from all");
}
