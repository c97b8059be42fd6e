/** What is said of a name that is none of several. */
import { nearest } from "../core/util/nearest.ts";

/** "Did you mean X? There are X, Y and Z": what there is, the likeliest first. */
export function choiceHint(typed: string, names: readonly string[]): string {
  const likely = nearest(typed, names);
  const all = `There are ${names.join(", ")}`;
  return likely === undefined ? all : `Did you mean ${likely}? ${all}`;
}
