/** What a run told, kept until its page is made. */
import type {
  ErrorEvent,
  ExpectedEvent,
  ExpectedSummaryEvent,
  ImportEvent,
  ProgressEvent,
  VerifyFileEvent,
  VerifySummaryEvent,
  WarningEvent,
} from "../core/events.ts";
import type { Package } from "../core/package.ts";
import type { Sample } from "./rates.ts";
import type { Way } from "./way.ts";

/** So far apart, in seconds, samples are kept at first. */
const SAMPLE_INTERVAL = 0.02;

/** With so many every second one goes: memory does not grow with the package. */
const SAMPLES = 4096;

/** What was run. */
export type Verb = "import" | "verify";

/** Anything that a run tells. */
export type RunEvent =
  | ImportEvent
  | VerifyFileEvent
  | VerifySummaryEvent
  | ExpectedEvent
  | ExpectedSummaryEvent;

/** What became of a file, or what was found of it. */
export type FileOutcome = "written" | "unchanged" | "would-write" | VerifyFileEvent["state"];

/** One file in one target. */
export interface RunFile {
  readonly key: string;
  readonly outcome: FileOutcome;
  readonly target: string;
  readonly size?: number;
  readonly sha256?: string;
  readonly detail?: string;
}

/** What is known of a run when it has ended. */
export interface RunData {
  readonly verb: Verb;
  /** Of the program. */
  readonly version: string;
  readonly started: Date;
  readonly seconds: number;
  /** Whether it came to its end, and all is as it should be. */
  readonly ok: boolean;
  readonly dryRun: boolean;
  readonly packages: readonly Pick<Package, "name" | "size">[];
  /** One for each target. */
  readonly ways: readonly Way[];
  readonly files: readonly RunFile[];
  /** How much was read, over time. */
  readonly samples: readonly Sample[];
  readonly warnings: readonly WarningEvent[];
  readonly errors: readonly ErrorEvent[];
  /** What was found of all that nodes will ask for; empty where nobody told it. */
  readonly expected: readonly ExpectedEvent[];
}

/** Takes what a run tells. */
export interface RunRecord {
  add(event: RunEvent): void;
  addWay(way: Way): void;
  addPackages(packages: readonly Pick<Package, "name" | "size">[]): void;
  /** All of it; to be asked for when the run has ended. */
  data(): RunData;
}

/** Begins to keep a record; the clock starts. */
export function runRecord(verb: Verb, version: string): RunRecord {
  const started = new Date();
  const begun = performance.now();
  const packages: Pick<Package, "name" | "size">[] = [];
  const ways: Way[] = [];
  const files: RunFile[] = [];
  let samples: Sample[] = [];
  let interval = SAMPLE_INTERVAL;
  const warnings: WarningEvent[] = [];
  const errors: ErrorEvent[] = [];
  const expected: ExpectedEvent[] = [];
  const ends: boolean[] = [];
  let dryRun = false;
  let read = 0;

  const seconds = () => (performance.now() - begun) / 1000;

  /** An import reads packages; verifying reads files, whose lengths are known. */
  function sample(event: ProgressEvent | VerifyFileEvent): void {
    if (event.event === "file") read += event.state === "ok" ? event.size ?? 0 : 0;
    else if (event.phase === "reading") read = event.done;
    else return;
    const now = seconds();
    // The newest sample gives way to the next one until that is far enough from the one before.
    const before = samples.at(-2);
    if (before !== undefined && now - before.seconds < interval) samples.pop();
    samples.push({ seconds: now, bytes: read });
    if (samples.length < SAMPLES) return;
    samples = samples.filter((_, i) => i % 2 === 0);
    interval *= 2;
  }

  return {
    add(event) {
      switch (event.event) {
        case "file": {
          if ("state" in event) sample(event);
          const { event: _, ...file } = event;
          files.push(
            "state" in file ? { ...file, outcome: file.state } : {
              ...file,
              outcome: file.action,
            },
          );
          return;
        }
        case "progress":
          return sample(event);
        case "warning":
          return void warnings.push(event);
        case "error":
          return void errors.push(event);
        case "expected":
          return void expected.push(event);
        case "summary":
          ends.push(event.ok);
          if ("dryRun" in event) dryRun = event.dryRun;
      }
    },
    addWay: (way) => void ways.push(way),
    addPackages: (given) => void packages.push(...given),
    data: () => ({
      verb,
      version,
      started,
      seconds: seconds(),
      ok: errors.length === 0 && ends.length > 0 && ends.every((ok) => ok),
      dryRun,
      packages,
      ways,
      files,
      samples,
      warnings,
      errors,
      expected,
    }),
  };
}
