/** Changes to a text, which leave every other character as it is. */

/** Puts `text` in the place of what stands from `start` up to `end`. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The text with all splices made. They do not overlap, and come in the order of the text. */
export function applySplices(text: string, splices: readonly Splice[]): string {
  let at = 0;
  let result = "";
  for (const splice of splices) {
    result += text.slice(at, splice.start) + splice.text;
    at = splice.end;
  }
  return result + text.slice(at);
}
