/** What a file says that nodes will ask for. */

/** A file that nodes will ask for. */
export interface WantedFile {
  /** Where a mirror stores it. */
  readonly key: string;
  /** The address that was named, without what may be a secret in it. */
  readonly url?: string;
  /** In lower-case hex; absent where nobody tells it. */
  readonly sha256?: string;
  /** In bytes; absent where nobody tells it. */
  readonly size?: number;
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
