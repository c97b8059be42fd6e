/** What a run told, kept until its page is made. */
import type {
  ErrorEvent,
  ExpectedEvent,
  ExpectedSummaryEvent,
  FetchedEvent,
  ImportEvent,
  ProgressEvent,
  VerifyFileEvent,
  VerifySummaryEvent,
  WarningEvent,
} from "../core/importer/mod.ts";
import type { Package } from "../core/packages/mod.ts";
import type { State } from "../html/mod.ts";
import type { Route } from "./route.ts";

/** With so many every second one goes: memory does not grow with the package. */
const SAMPLES = 4096;

export type Verb = "import" | "verify";

type RunEvent =
  | ImportEvent
  | VerifyFileEvent
  | VerifySummaryEvent
  | ExpectedEvent
  | FetchedEvent
  | ExpectedSummaryEvent;

/** One file in one target: what became of it, or what was found of it. */
export interface RunFile {
  readonly key: string;
  readonly outcome: State;
  readonly target: string;
  readonly size?: number;
  readonly sha256?: string;
  readonly detail?: string;
}

/** Where and how a run was made. */
export interface Origin {
  readonly version: string;
  readonly host: string;
  /** The command line, without what may be a secret. */
  readonly command: string;
  /** The runtime and the operating system. */
  readonly system: string;
  readonly user: string;
  /** Of the page: a tag or a locale, such as `zh_CN.UTF-8`. */
  readonly language: string;
}

export interface RunData extends Origin {
  readonly verb: Verb;
  readonly started: Date;
  readonly seconds: number;
  /** Whether it came to its end, and all is as it should be. */
  readonly ok: boolean;
  readonly dryRun: boolean;
  readonly packages: readonly Pick<Package, "name" | "size">[];
  readonly ways: readonly Route[];
  readonly files: readonly RunFile[];
  readonly samples: readonly Sample[];
  readonly warnings: readonly WarningEvent[];
  readonly errors: readonly ErrorEvent[];
  /** What was found of all that nodes will ask for; empty where nobody told it. */
  readonly expected: readonly ExpectedEvent[];
  /** Who has fetched what is expected; empty where no log was read. */
  readonly fetched: readonly FetchedEvent[];
}

/** How much had been read at a moment. */
export interface Sample {
  readonly seconds: number;
  readonly bytes: number;
}

/** Takes what a run tells. */
export interface RunRecord {
  add(event: RunEvent): void;
  addWay(way: Route): void;
  addPackages(packages: RunData["packages"]): void;
  /** All of it; to be asked for when the run has ended. */
  data(): RunData;
}

/** Begins to keep a record; the clock starts. */
export function runRecord(verb: Verb, origin: Origin): RunRecord {
  const started = new Date();
  const begun = performance.now();
  const packages: RunData["packages"][number][] = [];
  const ways: Route[] = [];
  const events: Exclude<RunEvent, ProgressEvent>[] = [];
  let samples: Sample[] = [];
  let interval = 0.02; // in seconds, between samples that are kept
  let read = 0;

  const seconds = () => (performance.now() - begun) / 1000;

  function sample(bytes: number): void {
    read = bytes;
    const now = seconds();
    // The newest sample gives way to the next one until that is far enough from the one before.
    const before = samples.at(-2);
    if (before !== undefined && now - before.seconds < interval) samples.pop();
    samples.push({ seconds: now, bytes });
    if (samples.length < SAMPLES) return;
    samples = samples.filter((_, i) => i % 2 === 0);
    interval *= 2;
  }

  const all = <K extends RunEvent["event"]>(kind: K) =>
    events.filter((one): one is typeof one & Extract<RunEvent, { event: K }> => one.event === kind);

  return {
    add(event) {
      if (event.event !== "progress") events.push(event);
      else if (event.phase === "reading") sample(event.done);
      // An import reads packages; verifying reads files, whose lengths are known.
      if ("state" in event && event.state === "ok") sample(read + (event.size ?? 0));
    },
    addWay: (way) => void ways.push(way),
    addPackages: (given) => void packages.push(...given),
    data() {
      const [ends, errors] = [all("summary"), all("error")];
      return {
        ...origin,
        verb,
        started,
        seconds: seconds(),
        ok: errors.length === 0 && ends.length > 0 && ends.every(({ ok }) => ok),
        dryRun: ends.some((end) => "dryRun" in end && end.dryRun),
        packages,
        ways,
        files: all("file").map(({ event: _, ...file }) => ({
          ...file,
          outcome: "state" in file ? file.state : file.action,
        })),
        samples,
        warnings: all("warning"),
        errors,
        expected: all("expected"),
        fetched: all("fetched"),
      };
    },
  };
}
