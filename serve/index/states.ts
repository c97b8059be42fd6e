/** How states of files are told. */
import { type Html, markup } from "../../pages/html.ts";
import { badge, type Tone } from "../../pages/parts.ts";
import type { FileState } from "../catalogue.ts";

const SHOWN: Readonly<Record<FileState, { readonly tone: Tone; readonly text: string }>> = {
  verified: { tone: "good", text: "verified" },
  different: { tone: "bad", text: "differs" },
  missing: { tone: "bad", text: "missing" },
  unreadable: { tone: "bad", text: "unreadable" },
  checking: { tone: "plain", text: "checking" },
  unrecorded: { tone: "plain", text: "not imported" },
};

/** The state of one file. */
export function fileBadge(state: FileState): Html {
  const { tone, text } = SHOWN[state];
  return badge(tone, text);
}

/** What is said of many files, worst first: what somebody must do something about before all else. */
const ORDER: readonly FileState[] = ["missing", "different", "unreadable", "checking"];

/** The state of many files: what is wrong and how often, or that all is well. */
export function countBadges(states: ReadonlyMap<FileState, number>): Html {
  const told = ORDER.filter((state) => states.has(state)).map((state) => {
    const { tone, text } = SHOWN[state];
    const shown = badge(tone, `${(states.get(state) ?? 0).toLocaleString("en-US")} ${text}`);
    return state === "checking" ? markup`<span data-checking>${shown}</span>` : shown;
  });
  if (told.length > 0) return markup`<span class="badges">${told}</span>`;
  const verified = states.get("verified") ?? 0;
  return verified === 0
    ? badge("plain", "no record of an import")
    : badge("good", `all ${verified.toLocaleString("en-US")} verified`);
}
