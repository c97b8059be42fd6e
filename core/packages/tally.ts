/** What is counted while a package is read, over all archives in it, and what of that is told. */
import { formatCount } from "../util/units.ts";
import type { PackageWarning } from "./package.ts";

/** Members of one kind: how many, and the name of one. */
interface Count {
  count: number;
  example?: string;
}

export interface Tally {
  /** Files and links that have a key, wanted or not. */
  files: number;
  /** Files and links of whose names stripping left nothing. */
  readonly strippedAway: Count;
  /** What file managers and editors left behind. */
  readonly junk: Count;
  /** Files that are packages themselves. */
  readonly packages: Count;
  /** Archives behind the end of another one. */
  readonly appended: Count;
  /** What each archive has to tell at its end, given the package's name. */
  readonly notes: ((packageName: string) => readonly PackageWarning[])[];
}

export function newTally(): Tally {
  return {
    files: 0,
    strippedAway: { count: 0 },
    junk: { count: 0 },
    packages: { count: 0 },
    appended: { count: 0 },
    notes: [],
  };
}

export function count(counter: Count, name: string): void {
  counter.count++;
  counter.example ??= name;
}

/** What a reading has to warn of. */
export function warningsOf(packageName: string, tally: Tally): PackageWarning[] {
  const name = JSON.stringify(packageName);
  const { strippedAway, junk, packages, appended } = tally;
  const warnings = tally.notes.flatMap((note) => note(packageName));
  if (strippedAway.count > 0) {
    warnings.push({
      code: "stripped-away",
      message: `${
        formatCount(strippedAway.count, "file")
      } of ${name} above the stripped folders left out, such as ${quoted(strippedAway)}`,
      hint: "Give --strip-components 0 if they are wanted.",
    });
  }
  if (junk.count > 0) {
    warnings.push({
      code: "junk",
      message: `${
        formatCount(junk.count, "file")
      } of ${name} left out that file managers and editors leave behind, such as ${quoted(junk)}`,
      hint:
        "Give --keep-junk if they are wanted. Those of macOS are not packed with COPYFILE_DISABLE=1.",
    });
  }
  if (packages.count > 0) {
    warnings.push({
      code: "package-as-file",
      message: `${formatCount(packages.count, "file")} of ${name} ${
        packages.count === 1 ? "is a package itself" : "are packages themselves"
      } and imported as it is, such as ${quoted(packages)}`,
      hint: "Give that package by itself, or its folder, to import what is inside.",
    });
  }
  if (appended.count > 0) {
    warnings.push({
      code: "appended-archive",
      message: `${
        formatCount(appended.count, "further archive")
      } behind the end of the first one in ${name} read as well, as tar --ignore-zeros does`,
    });
  }
  return warnings;
}

function quoted({ example = "" }: Count): string {
  return JSON.stringify(example);
}
