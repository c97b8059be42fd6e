/** What is counted while a package is read, over all archives in it, and what of that is told. */
import { formatCount } from "../util/units.ts";
import type { PackageWarning } from "./package.ts";

/** By kind, what is told of such files, and what to do about it. */
const TOLD = {
  "stripped-away": [
    "above the stripped folders left out",
    "Give --strip-components 0 if they are wanted.",
  ],
  "junk": [
    "left out that file managers and editors leave behind",
    "Give --keep-junk if they are wanted. Those of macOS are not packed with COPYFILE_DISABLE=1.",
  ],
  "nothing-wanted": [
    "left out by --include and --exclude, which leave nothing",
    "A pattern is of a whole key: dl.k8s.io/** is all below that folder.",
  ],
  "package-as-file": [
    "imported as such, though named like packages",
    "Give that package by itself, or its folder, to import what is inside.",
  ],
} as const;

type Counted = keyof typeof TOLD | "appended-archive";

export class Tally {
  /** Files and links that have a key, wanted or not. */
  files = 0;
  /** How many members there were of a kind, and the name of the first one. */
  readonly counts = new Map<Counted, { readonly count: number; readonly example: string }>();
  /** What each archive has to tell at its end, given the package's name. */
  readonly notes: ((packageName: string) => readonly PackageWarning[])[] = [];
}

/** Counts a member of some kind. */
export function count({ counts }: Tally, kind: Counted, name: string): void {
  const found = counts.get(kind) ?? { count: 0, example: name };
  counts.set(kind, { ...found, count: found.count + 1 });
}

/** What a reading has to warn of. */
export function warningsOf(packageName: string, { files, counts, notes }: Tally): PackageWarning[] {
  const name = JSON.stringify(packageName);
  const isTold = ([code, { count }]: [Counted, { count: number }]) =>
    code !== "nothing-wanted" || count === files;
  const counted = Array.from(counts.entries().filter(isTold), ([code, { count, example }]) => {
    if (code === "appended-archive") {
      const archives = formatCount(count, "further archive");
      const how = "read as well, as tar --ignore-zeros does";
      return { code, message: `${archives} behind the end of the first one in ${name} ${how}` };
    }
    const [what, hint] = TOLD[code];
    const files = `${formatCount(count, "file")} of ${name}`;
    return { code, message: `${files} ${what}, such as ${JSON.stringify(example)}`, hint };
  });
  return [...notes.flatMap((note) => note(packageName)), ...counted];
}
