/** What happens during an import, as plain values: each is one line of `--json` as it stands. */
import type { ExpectedFile, PackageWarning, WantedFile } from "../packages/mod.ts";
import type { FileState } from "./verify.ts";

/** Everything was read and found right; what will now be written or left. */
export interface PlanEvent extends Pick<SummaryEvent, "files" | "bytes"> {
  /** Which event it is. */
  readonly event: "plan";
  /** Where to, as each adapter calls itself. */
  readonly targets: readonly string[];
}

/** What was done with one file. */
export type FileAction = "written" | "unchanged" | "would-write";

/** One file is done. */
export interface FileEvent extends ExpectedFile {
  /** Which event it is. */
  readonly event: "file";
  /** What was done. */
  readonly action: FileAction;
  /** Where, as the adapter calls itself. */
  readonly target: string;
}

/** How far it is. Sent often: a renderer thins them out. */
export interface ProgressEvent {
  /** Which event it is. */
  readonly event: "progress";
  /** What is going on. */
  readonly phase: "reading" | "publishing" | "verifying";
  /** Bytes of the packages read so far, as they lie; or files, in the other phases. */
  readonly done: number;
  /** How many there will be; absent when that is not known, as of standard input. */
  readonly total?: number;
  /** Of the files in `done`, their length in bytes; absent where that is not what takes time. */
  readonly bytes?: number;
  /** Of the files in `total`. */
  readonly totalBytes?: number;
  /** What is being worked on: a key or a package. */
  readonly current?: string;
}

/** Something that the user should know, and that stops nothing. */
export interface WarningEvent extends PackageWarning {
  /** Which event it is. */
  readonly event: "warning";
}

/** Something failed. */
export interface ErrorEvent {
  /** Which event it is. */
  readonly event: "error";
  /** What kind of failure; for scripts. */
  readonly code: string;
  /** What could not be done, and the state that stopped it. */
  readonly message: string;
  /** The next thing to try. */
  readonly hint?: string;
  /** The key that it is about. */
  readonly key?: string;
  /** The target that failed; the others went on. */
  readonly target?: string;
  /** Whether the same may succeed when tried again. */
  readonly retryable: boolean;
}

/** How it went for one target. */
export interface TargetSummary {
  /** Where, as the adapter calls itself. */
  readonly target: string;
  /** Whether every file is in its place, and verified. */
  readonly ok: boolean;
  /** Files written, or in a dry run that would be. */
  readonly written: number;
  /** Files that were as they should be. */
  readonly unchanged: number;
  /** Where nodes fetch one of the files, to try it; absent where that is not known. */
  readonly url?: string;
}

/** How much of what nodes will ask for is there. */
export interface ExpectedCounts {
  /** How many files nodes will ask for. */
  readonly expected: number;
  /** How many are there, with the right digest where one is known. */
  readonly present: number;
  /** How many are not there. */
  readonly missing: number;
  /** How many are there with other bytes. */
  readonly different: number;
  /** Of how many it cannot be told. */
  readonly undecided: number;
}

/** The last event: all targets together; with `--expect` also how much of what nodes will ask for. */
export interface SummaryEvent
  extends Pick<TargetSummary, "ok" | "written" | "unchanged">, Partial<ExpectedCounts> {
  /** Which event it is. */
  readonly event: "summary";
  /** How many keys the packages hold. */
  readonly files: number;
  /** Length of all files in bytes. */
  readonly bytes: number;
  /** Time taken, in seconds. */
  readonly seconds: number;
  /** Whether nothing was written on purpose. */
  readonly dryRun: boolean;
  /** How it went for each target. */
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

/** What `verify` found of one file. */
export interface VerifyFileEvent extends WantedFile {
  readonly event: "file";
  /** What it is; `extra`: it is there, and nothing says that it should be. */
  readonly state: FileState | "extra";
  readonly target: string;
  /** What was seen instead; absent when it is as it should be. */
  readonly detail?: string;
}

/** What was found of something that nodes will ask for. */
export interface ExpectedEvent {
  readonly event: "expected";
  /** Its key; where it is undecided, as it stands in the list. */
  readonly key: string;
  /** Its address in the list, without user, password and query. */
  readonly url?: string;
  /** `undecided`: it cannot be told, and counts as not there. */
  readonly state: "present" | "different" | "missing" | "undecided";
  /** SHA-256 that it should have, in lower-case hex. */
  readonly sha256?: string;
  /** The key of the nearest version that is there. */
  readonly nearest?: string;
  /** What was seen instead, or why it cannot be told. */
  readonly detail?: string;
  /** The architecture that its name tells, such as `amd64`; absent without one. */
  readonly arch?: string;
  readonly target: string;
}

/** Who has fetched a file, by the log of a server. */
export interface FetchedEvent {
  readonly event: "fetched";
  readonly key: string;
  /** How many have got the whole of it with one request. */
  readonly clients: number;
  /** How many have asked for anything. */
  readonly of: number;
}

/** How a look at one target ended. */
interface LookSummary {
  readonly event: "summary";
  /** Whether all is as it should be. */
  readonly ok: boolean;
  readonly target: string;
  /** Files that are there besides. */
  readonly extra: number;
  /** Time taken, in seconds. */
  readonly seconds: number;
}

/** How `--expect` ended for one target. */
export interface ExpectedSummaryEvent extends LookSummary, ExpectedCounts {
  /** The same by architecture; `any` for files whose name tells none. */
  readonly architectures: Readonly<Record<string, ExpectedCounts>>;
}

/** How `verify` ended for one target. */
export interface VerifySummaryEvent extends LookSummary {
  /** Files that should be there. */
  readonly files: number;
  readonly missing: number;
  readonly different: number;
  readonly unreadable: number;
}

/** Takes events as they happen. */
export type Emit = (event: ImportEvent) => void;
