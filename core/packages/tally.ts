/** What is counted while a package is read, over all archives in it, and what of that is told. */
import { formatCount } from "../util/units.ts";
import type { PackageWarning } from "./package.ts";

type Counted = "stripped-away" | "junk" | "package-as-file" | "appended-archive";

interface Told {
  /** Behind how many there are of these. */
  readonly text: (packageName: string, example: string) => string;
  readonly unit?: "further archive";
  readonly hint?: string;
}

/** What is told of members of one kind: how many files, of which package, and one of them. */
const TOLD: Readonly<Record<Counted, Told>> = {
  "stripped-away": {
    text: (name, example) => `of ${name} above the stripped folders left out, such as ${example}`,
    hint: "Give --strip-components 0 if they are wanted.",
  },
  "junk": {
    text: (name, example) =>
      `of ${name} left out that file managers and editors leave behind, such as ${example}`,
    hint:
      "Give --keep-junk if they are wanted. Those of macOS are not packed with COPYFILE_DISABLE=1.",
  },
  "package-as-file": {
    text: (name, example) =>
      `of ${name} imported as such, though named like packages, such as ${example}`,
    hint: "Give that package by itself, or its folder, to import what is inside.",
  },
  "appended-archive": {
    unit: "further archive",
    text: (name) =>
      `behind the end of the first one in ${name} read as well, as tar --ignore-zeros does`,
  },
};

export interface Tally {
  /** Files and links that have a key, wanted or not. */
  files: number;
  /** How many members there were of a kind, and the name of the first one. */
  readonly counts: Map<Counted, { readonly count: number; readonly example: string }>;
  /** What each archive has to tell at its end, given the package's name. */
  readonly notes: ((packageName: string) => readonly PackageWarning[])[];
}

export function newTally(): Tally {
  return { files: 0, counts: new Map(), notes: [] };
}

/** Counts a member of some kind. */
export function count({ counts }: Tally, kind: Counted, name: string): void {
  const found = counts.get(kind) ?? { count: 0, example: name };
  counts.set(kind, { ...found, count: found.count + 1 });
}

/** What a reading has to warn of. */
export function warningsOf(packageName: string, { counts, notes }: Tally): PackageWarning[] {
  const name = JSON.stringify(packageName);
  const counted = Array.from(counts, ([code, { count, example }]) => {
    const { unit = "file", text, hint } = TOLD[code];
    const message = `${formatCount(count, unit)} ${text(name, JSON.stringify(example))}`;
    return hint === undefined ? { code, message } : { code, message, hint };
  });
  return [...notes.flatMap((note) => note(packageName)), ...counted];
}
