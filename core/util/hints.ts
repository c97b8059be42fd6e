/** What hints are made of: commands to be typed, and the names that somebody may have meant. */
import { BinimportError } from "./errors.ts";

/** A text as one word of a shell; control characters as `$'\x1b'`, which bash, zsh and ksh know. */
export function shellWord(text: string): string {
  if (/^[\w%+,./:@-]+$/.test(text)) return text;
  if (!/[\0-\x1f\x7f]/.test(text)) return `'${text.replaceAll("'", `'\\''`)}'`;
  return `$'${escapeControls(text.replace(/[\\']/g, "\\$&"))}'`;
}

/** Control characters, which could change what a terminal shows, as `\x1b`. */
export function escapeControls(text: string): string {
  const code = (char: string) => char.charCodeAt(0).toString(16).padStart(2, "0");
  return text.replace(/[\0-\x1f\x7f]/g, (char) => `\\x${code(char)}`);
}

/** "Did you mean X? There are X, Y and Z": what there is, the likeliest first. */
export function choiceHint(typed: string, names: readonly string[]): string {
  const likely = nearest(typed, names);
  return `${likely ? `Did you mean ${likely}? ` : ""}There are ${names.join(", ")}`;
}

/** Throws code `usage` unless an argument of the library, whose caller may have no types, is right. */
export function requireArgument(
  isRight: boolean,
  doing: string,
  state: string,
  hint: string,
): void {
  if (!isRight) throw new BinimportError("usage", `Cannot ${doing}: ${state}`, { hint });
}

/** Throws code `usage` for an option that a call of the library does not know. */
export function refuseUnknown(doing: string, given: object, known: readonly string[]): void {
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const state = `there is no option ${JSON.stringify(unknown)}`;
  requireArgument(false, doing, state, `${choiceHint(unknown, known)}.`);
}

/** The name most like `typed`; undefined when none is: nobody sees a likeness in less than 0.6. */
export function nearest(typed: string, names: Iterable<string>): string | undefined {
  const lower = typed.toLowerCase();
  const most = (name: string) => Math.floor(Math.max(name.length, typed.length) * 0.4);
  const [best] = Array.from(names, (name) => ({ name, far: distanceOf(lower, name.toLowerCase()) }))
    .filter(({ name, far }) => far <= Math.max(1, most(name)))
    .sort((a, b) => a.far - b.far);
  return best?.name;
}

/** Letters put in, left out, replaced, or swapped with the next one (optimal string alignment). */
function distanceOf(a: string, b: string): number {
  let [older, old]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, i) => i)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (old[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        replaced,
        (old[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        swapped ? (older[j - 2] ?? 0) + 1 : Infinity,
      );
    }
    [older, old] = [old, row];
  }
  return old[b.length] ?? 0;
}
