/** Directives of Apache httpd, as a tree. */
import { toText } from "../../bytes.ts";
import { type Place, placeText } from "../../config_text.ts";

export interface Directive extends Place {
  /** In lower case, a section's without brackets. */
  readonly name: string;
  /** Its words as bytes, quotes resolved. */
  readonly args: readonly string[];
  readonly text: string;
  /** What stands in a section. */
  readonly block?: readonly Directive[];
}

/** The last directive of a name: what counts where later ones replace earlier ones. */
export function last(directives: readonly Directive[], name: string): Directive | undefined {
  return directives.findLast((one) => one.name === name);
}

/** `"DocumentRoot /srv" at FILE:LINE`. */
export function quoted(directive: Directive): string {
  return `"${toText(directive.text)}" at ${placeText(directive)}`;
}
