/** What a file says that nodes will ask for. */
import type { WantedFile as File } from "../packages/mod.ts";

/** A file that nodes will ask for, by its key in a mirror. */
export interface WantedFile extends File {
  /** The address that was named, without what may be a secret in it. */
  readonly url?: string;
  /** `FILE:LINE`, or the file and what in it. */
  readonly source: string;
}

/** Something of which it cannot be told which file it is. */
export interface UndecidedFile {
  /** As it stands there, or what it would be. */
  readonly key: string;
  readonly reason: string;
  readonly hint: string;
  readonly source: string;
}

export type Expectation = WantedFile | UndecidedFile;

/** Whether it cannot be told which file it is. */
export function isUndecided(expectation: Expectation): expectation is UndecidedFile {
  return "reason" in expectation;
}

/** A variable that nobody set. */
export function notSet(name: string): Pick<UndecidedFile, "reason" | "hint"> {
  return { reason: `${name} is not set`, hint: `Set it: --set ${name}=VALUE` };
}
