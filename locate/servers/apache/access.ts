/** Who may fetch: `Require` of 2.4, and `Order`, `Allow` and `Deny` of before, which is still there. */
import { NoAnswer, noteWarning, type Trace } from "../../result.ts";
import { allHold, anyHolds, not } from "../node_request.ts";
import { type Directive, last, quoted, warnOfCredentials } from "../server.ts";
import type { Section } from "./sections.ts";

/** Whether a node is let in; undefined where that depends on its address or on credentials. */
interface Judged {
  readonly verdict: boolean | undefined;
  readonly rules: readonly Directive[];
}

const NO_RULE: Judged = { verdict: true, rules: [] };

const HINT = "Let everybody read there (Require all granted), and reload the server.";

type IsSet = (name: string) => boolean | undefined;

/** Throws {@linkcode NoAnswer} where everybody is refused; warns where some are. */
export function checkAccess(sections: readonly Section[], isSet: IsSet, trace: Trace): void {
  const required = byRequire(sections, isSet);
  const both = [required, byLists(sections, isSet)];
  const all = sections.flatMap(({ directives }) => directives);
  // `Satisfy Any` counts only where credentials could be asked for.
  const isAny = /^any$/i.test(last(all, "satisfy")?.args[0] ?? "") && required.rules.length > 0;
  const verdict = (isAny ? anyHolds : allHold)(both.map((one) => one.verdict));
  const rules = both.filter((one) => one.verdict !== true).flatMap((one) => one.rules);
  const [first] = rules;
  if (verdict === true || first === undefined) return;
  if (verdict === false) {
    const denying = rules.find(({ name, text }) => name === "deny" || /all\s+denied$/i.test(text));
    throw new NoAnswer("denied", `${quoted(denying ?? first)} refuses everybody`, HINT);
  }
  const check = rules.find(asksForCredentials);
  if (check !== undefined) return warnOfCredentials(trace, quoted(check), HINT);
  const message = `Not everybody may fetch it: ${quoted(first)}`;
  noteWarning(trace, { code: "access", message, hint: HINT });
}

const REQUIRE = /^require(?:any|all|none)?$/;

/** `AuthMerging` is off by default: the last section that has any rule is the one that counts. */
function byRequire(sections: readonly Section[], isSet: IsSet): Judged {
  let judged = NO_RULE;
  for (const { directives, others } of sections) {
    const own = directives.filter(({ name }) => REQUIRE.test(name));
    const merging = last(directives, "authmerging")?.args[0] ?? "off";
    const verdict = anyHolds(own.flatMap((one) => verdictsOf(one, isSet)));
    if (judged.rules.length === 0 || /^off$/i.test(merging)) {
      if (own.length > 0) judged = { verdict, rules: own };
      else if (others.some((name) => REQUIRE.test(name))) judged = NO_RULE;
    } else if (own.length > 0) {
      const merge = /^and$/i.test(merging) ? allHold : anyHolds;
      judged = { verdict: merge([judged.verdict, verdict]), rules: [...judged.rules, ...own] };
    }
  }
  return judged;
}

/** One verdict; none of what only ever refuses, and does not. */
function verdictsOf({ name, args, block = [] }: Directive, isSet: IsSet): (boolean | undefined)[] {
  if (name === "require") {
    const [kind = "", ...rest] = args;
    return /^not$/i.test(kind) ? refusing(provider(rest, isSet)) : [provider(args, isSet)];
  }
  const inner = block.filter((one) => REQUIRE.test(one.name))
    .flatMap((one) => verdictsOf(one, isSet));
  if (name === "requirenone") return refusing(anyHolds(inner));
  if (inner.length === 0) return [];
  return [name === "requireall" ? allHold(inner) : anyHolds(inner)];
}

function refusing(held: boolean | undefined): (boolean | undefined)[] {
  return held === false ? [] : [not(held)];
}

function provider([kind = "", ...values]: readonly string[], isSet: IsSet): boolean | undefined {
  if (/^env$/i.test(kind)) return anyHolds(values.map(isSet));
  if (/^all$/i.test(kind)) return /^granted$/i.test(values[0] ?? "");
  return /^method$/i.test(kind) ? values.some((value) => /^get$/i.test(value)) : undefined;
}

/** mod_access_compat merges nothing: the last section with any of them counts, with its defaults. */
function byLists(sections: readonly Section[], isSet: IsSet): Judged {
  const isOurs = (name: string) => /^(?:order|allow|deny|satisfy)$/.test(name);
  const section = sections.findLast(({ directives, others }) =>
    directives.some(({ name }) => isOurs(name)) || others.some(isOurs)
  );
  if (section === undefined) return NO_RULE;
  const rules = section.directives.filter(({ name }) => isOurs(name));
  const isForAll = (name: string) => {
    const words = rules.filter((one) => one.name === name).flatMap(({ args }) => args.slice(1));
    return anyHolds(words.map((word) => {
      const [, negation, variable] = /^env=(!?)(.+)$/i.exec(word) ?? [];
      if (variable === undefined) return /^all$/i.test(word) || undefined;
      return negation ? not(isSet(variable)) : isSet(variable);
    }));
  };
  const both = [isForAll("allow"), not(isForAll("deny"))];
  const order = last(rules, "order")?.args.join("") ?? "";
  return { verdict: /^(?:allow|mutual)/i.test(order) ? allHold(both) : anyHolds(both), rules };
}

function asksForCredentials({ name, args: [kind = ""], block = [] }: Directive): boolean {
  return block.some(asksForCredentials) ||
    (name === "require" && /^(?:valid-user|user|group|ldap|dbm|file-)/.test(kind));
}
