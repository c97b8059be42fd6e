/** `.htaccess`: what it may say, and what it says. */
import { toText } from "../../bytes.ts";
import { NoAnswer } from "../../result.ts";
import { type Directive, GIVE_ROOT, last, lastOf, quoted } from "../server.ts";
import { readConfiguration } from "./parse.ts";
import type { ReadingState, ReadOverride, Section } from "./sections.ts";

/** Which word of `AllowOverride` lets a directive in; of those that decide what answers. */
const GROUPS: readonly (readonly [RegExp, string])[] = [
  [/^(?:auth|require|satisfy)/, "authconfig"],
  [/^(?:order|allow|deny)$/, "limit"],
  [/^options$/, "options"],
  [/^(?:rewrite|redirect|sethandler|addhandler|addtype|forcetype)/, "fileinfo"],
];

/** Reads such files as a server sees them. `main` and `own` name them, `AccessFileName`. */
export function overridesIn(
  lists: readonly (readonly Directive[])[],
  state: ReadingState,
): ReadOverride {
  const names = lastOf(lists, "accessfilename")?.args ?? [".htaccess"];
  return async (folder, before) => {
    const allowed = allowedBy(before);
    if (allowed === undefined) return undefined;
    for (const name of names) {
      const path = `${folder === "/" ? "" : folder}/${name}`;
      if (await state.view.kind(toText(path)) !== "file") continue;
      const directives = await readConfiguration(toText(path), { ...state });
      return { directives: permitted(directives, allowed), folder };
    }
    return undefined;
  };
}

/**
 * Words of the last `AllowOverride`, and names of the last `AllowOverrideList`, in lower case;
 * undefined where the file is not looked for, which only an explicit `None` achieves.
 */
function allowedBy(sections: readonly Section[]): ReadonlySet<string> | undefined {
  const all = sections.flatMap(({ directives }) => directives);
  const given = ["allowoverride", "allowoverridelist"].map((name) => last(all, name)?.args);
  const words = given.flatMap((args) => args ?? [])
    .map((word) => word.toLowerCase().replace(/^options=.*/, "options"));
  const names = words.filter((word) => word !== "none");
  return names.length === 0 && words.length > 0 ? undefined : new Set(names);
}

/** Throws {@linkcode NoAnswer} for what is not let in, unless that is passed over. */
function permitted(
  directives: readonly Directive[],
  allowed: ReadonlySet<string>,
): readonly Directive[] {
  const groupOf = (name: string) => GROUPS.find(([names]) => names.test(name))?.[1];
  return directives.filter((one) => {
    const group = groupOf(one.name);
    const isIn = (group === undefined && allowed.size > 0) || allowed.has("all") ||
      allowed.has(group ?? "") ||
      allowed.has(one.name);
    if (!isIn && !allowed.has("nonfatal=override") && !allowed.has("nonfatal=all")) {
      const state = `${quoted(one)} is not let in by AllowOverride: Apache httpd answers 500`;
      throw new NoAnswer("invalid", state, `Take it out, or allow it. ${GIVE_ROOT}`);
    }
    return isIn;
  });
}
