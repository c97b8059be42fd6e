/** `.htaccess`: what it may say, and what it says. */
import { toText } from "../../bytes.ts";
import { NoAnswer } from "../../result.ts";
import { type Directive, GIVE_ROOT, last, quoted } from "../server.ts";
import { readConfiguration } from "./parse.ts";
import type { Section } from "./sections.ts";
import type { ReadingState } from "./state.ts";

/**
 * What the file of a folder says, as far as the sections that apply so far let it in; undefined
 * where there is none. Throws {@linkcode NoAnswer} for what is not let in, unless that is passed over.
 */
export async function overrideIn(
  folder: string,
  before: readonly Section[],
  names: readonly string[],
  state: ReadingState,
): Promise<Directive[] | undefined> {
  const allowed = allowedBy(before);
  if (allowed === undefined) return undefined;
  for (const name of names) {
    const path = toText(`${folder === "/" ? "" : folder}/${name}`);
    if (await state.view.kind(path) !== "file") continue;
    const directives = await readConfiguration(path, { ...state });
    return directives.filter((one) => isIn(one, allowed));
  }
  return undefined;
}

/**
 * Words of the last `AllowOverride`, and names of the last `AllowOverrideList`, in lower case;
 * undefined where the file is not looked for, which only an explicit `None` achieves.
 */
function allowedBy(sections: readonly Section[]): ReadonlySet<string> | undefined {
  const all = sections.flatMap(({ directives }) => directives);
  const words = ["allowoverride", "allowoverridelist"].flatMap((name) =>
    last(all, name)?.args ?? []
  )
    .map((word) => word.toLowerCase().replace(/^options=.*/, "options"));
  const names = words.filter((word) => word !== "none");
  return names.length === 0 && words.length > 0 ? undefined : new Set(names);
}

/** Which word of `AllowOverride` lets a directive in; of those that decide what answers. */
const GROUPS: readonly (readonly [RegExp, string])[] = [
  [/^(?:auth|require|satisfy)/, "authconfig"],
  [/^(?:order|allow|deny)$/, "limit"],
  [/^options$/, "options"],
  [/^(?:rewrite|redirect|sethandler|addhandler|addtype|forcetype)/, "fileinfo"],
];

function isIn(one: Directive, allowed: ReadonlySet<string>): boolean {
  const [, group] = GROUPS.find(([names]) => names.test(one.name)) ?? [];
  if (group === undefined && allowed.size > 0) return true;
  if (["all", group ?? "", one.name].some((word) => allowed.has(word))) return true;
  if (allowed.has("nonfatal=override") || allowed.has("nonfatal=all")) return false;
  const state = `${quoted(one)} is not let in by AllowOverride: Apache httpd answers 500`;
  throw new NoAnswer("invalid", state, `Take it out, or allow it. ${GIVE_ROOT}`);
}
