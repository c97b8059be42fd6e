/**
 * What happens during an import, as plain values. A renderer turns them into text, a progress bar
 * or NDJSON; each value is one line of `--json` as it stands.
 */

/** Everything was read and found right; what will now be written or left. */
export interface PlanEvent {
  readonly event: "plan";
  /** How many keys the packages hold. */
  readonly files: number;
  /** Their length in bytes, together. */
  readonly bytes: number;
  readonly targets: readonly string[];
}

/** What was done with one file. */
export type FileAction = "written" | "unchanged" | "would-write";

/** One file is done. */
export interface FileEvent {
  readonly event: "file";
  readonly key: string;
  /** Its length in bytes. */
  readonly size: number;
  readonly sha256: string;
  readonly action: FileAction;
  readonly target: string;
}

/** How far it is. Sent often: a renderer thins them out. */
export interface ProgressEvent {
  readonly event: "progress";
  /** What is going on. */
  readonly phase: "reading" | "publishing" | "verifying";
  /** Bytes of the packages read so far, as they lie; or files, in the other phases. */
  readonly done: number;
  /** How many there will be; absent when that is not known, as of standard input. */
  readonly total?: number;
  /** What is being worked on: a key or a package. */
  readonly current?: string;
}

/** Something that the user should know, and that stops nothing. */
export interface WarningEvent {
  readonly event: "warning";
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** Something failed. */
export interface ErrorEvent {
  readonly event: "error";
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly key?: string;
  readonly target?: string;
  readonly retryable: boolean;
}

/** How it went for one target. */
export interface TargetSummary {
  readonly target: string;
  readonly ok: boolean;
  readonly written: number;
  readonly unchanged: number;
}

/** The last event. */
export interface SummaryEvent {
  readonly event: "summary";
  readonly ok: boolean;
  /** How many keys the packages hold. */
  readonly files: number;
  /** Files written, or in a dry run that would be, over all targets. */
  readonly written: number;
  /** Files found unchanged, over all targets. */
  readonly unchanged: number;
  /** Length of all files in bytes. */
  readonly bytes: number;
  /** Time taken, in seconds. */
  readonly seconds: number;
  readonly dryRun: boolean;
  readonly targets: readonly TargetSummary[];
}

/** Anything that an import tells. */
export type ImportEvent =
  | PlanEvent
  | FileEvent
  | ProgressEvent
  | WarningEvent
  | ErrorEvent
  | SummaryEvent;

/** Takes events as they happen. */
export type Emit = (event: ImportEvent) => void;
