/** What a reader says of constructs that it does not understand. */
import { toText } from "../bytes.ts";
import { NoAnswer } from "../no_answer.ts";
import { pcre, UndecidedMatch } from "../nginx/pcre.ts";
import { type Place, placeText } from "../source.ts";

/** What always helps. */
export const GIVE_ROOT = "Give the folder with --root DIR: the import proves it by a small file.";

/** A construct that decides, in a way that is not followed. */
export function unclear(text: string, place: Place, reason: string): NoAnswer {
  return new NoAnswer("unclear", `"${text}" at ${placeText(place)} ${reason}`, GIVE_ROOT);
}

/** The groups of an expression's match in bytes; undefined when it does not match. */
export function groupsOf(
  source: string,
  subject: string,
  place: Place,
): readonly string[] | undefined {
  const pattern = pcre(source, false);
  if ("refused" in pattern) {
    throw unclear(toText(source), place, `cannot be decided: ${pattern.refused}`);
  }
  try {
    return pattern.match(subject)?.groups;
  } catch (error) {
    if (!(error instanceof UndecidedMatch)) throw error;
    throw unclear(toText(source), place, `cannot be decided: ${error.message}`);
  }
}
