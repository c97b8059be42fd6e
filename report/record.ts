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
import { badge, counted, type Html, markup, said, type Tone } from "../html/mod.ts";
import type { Route } from "./route.ts";

/** So far apart, in seconds, samples are kept at first. */
const SAMPLE_INTERVAL = 0.02;

/** With so many every second one goes: memory does not grow with the package. */
const SAMPLES = 4096;

export type Verb = "import" | "verify";

/** Anything that a run tells. */
export type RunEvent =
  | ImportEvent
  | VerifyFileEvent
  | VerifySummaryEvent
  | ExpectedEvent
  | FetchedEvent
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

/** Where and how a run was made. */
export interface Origin {
  readonly version: string;
  /** The host's name. */
  readonly host: string;
  /** The command line, without what may be a secret. */
  readonly command: string;
  /** The runtime and the operating system. */
  readonly system: string;
  /** Who ran it. */
  readonly user: string;
  /** Of the page: a tag or a locale, such as `zh_CN.UTF-8`. */
  readonly language: string;
}

/** What is known of a run when it has ended. */
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
  /** How much was read, over time. */
  readonly samples: readonly Sample[];
  readonly warnings: readonly WarningEvent[];
  readonly errors: readonly ErrorEvent[];
  /** What was found of all that nodes will ask for; empty where nobody told it. */
  readonly expected: readonly ExpectedEvent[];
  /** Who has fetched what is expected; empty where no log was read. */
  readonly fetched: readonly FetchedEvent[];
}

/** Takes what a run tells. */
export interface RunRecord {
  add(event: RunEvent): void;
  addWay(way: Route): void;
  addPackages(packages: readonly Pick<Package, "name" | "size">[]): void;
  /** All of it; to be asked for when the run has ended. */
  data(): RunData;
}

/** Begins to keep a record; the clock starts. */
export function runRecord(verb: Verb, origin: Origin): RunRecord {
  const started = new Date();
  const begun = performance.now();
  const packages: Pick<Package, "name" | "size">[] = [];
  const ways: Route[] = [];
  const files: RunFile[] = [];
  let samples: Sample[] = [];
  let interval = SAMPLE_INTERVAL;
  const warnings: WarningEvent[] = [];
  const errors: ErrorEvent[] = [];
  const expected: ExpectedEvent[] = [];
  const fetched: FetchedEvent[] = [];
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
        case "fetched":
          return void fetched.push(event);
        case "summary":
          ends.push(event.ok);
          if ("dryRun" in event) dryRun = event.dryRun;
      }
    },
    addWay: (way) => void ways.push(way),
    addPackages: (given) => void packages.push(...given),
    data: () => ({
      ...origin,
      verb,
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
      fetched,
    }),
  };
}

interface Shown {
  readonly tone: Tone;
  readonly text: string;
}

const SHOWN: Readonly<Record<FileOutcome, Shown>> = {
  missing: { tone: "bad", text: "missing" },
  different: { tone: "bad", text: "differs" },
  unreadable: { tone: "bad", text: "unreadable" },
  written: { tone: "good", text: "written" },
  "would-write": { tone: "warn", text: "to be written" },
  unchanged: { tone: "good", text: "unchanged" },
  ok: { tone: "good", text: "as it should be" },
  extra: { tone: "plain", text: "there besides" },
};

/** What somebody must do something about. */
export function isProblem({ outcome }: RunFile): boolean {
  return SHOWN[outcome].tone === "bad";
}

/** The outcome of one file. */
export function outcomeBadge(outcome: FileOutcome): Html {
  const { tone, text } = SHOWN[outcome];
  return badge(tone, said(text));
}

/** How many files came to what, worst first. */
export function outcomeCounts(files: readonly RunFile[]): Html[] {
  const counts = Map.groupBy(files, ({ outcome }) => outcome);
  return (Object.keys(SHOWN) as FileOutcome[]).flatMap((outcome) => {
    const count = counts.get(outcome)?.length ?? 0;
    const { tone, text } = SHOWN[outcome];
    return count === 0 ? [] : [badge(tone, markup`${counted(count, "file")} ${said(text)}`)];
  });
}

/** How much had been read at a moment. */
export interface Sample {
  readonly seconds: number;
  readonly bytes: number;
}

/** How fast it went during one of several stretches of equal length. */
export interface Rates {
  /** When the first stretch begins, in seconds since the run began. */
  readonly from: number;
  /** When the last one ends. */
  readonly to: number;
  /** Bytes a second, stretch by stretch. */
  readonly rates: readonly number[];
}

/** As many as a phone can show. */
const STRETCHES = 60;

/** Rates over time; `undefined` when too little was read for a picture to tell anything. */
export function ratesOf(samples: readonly Sample[]): Rates | undefined {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || samples.length < 8) return undefined;
  const span = last.seconds - first.seconds;
  if (span <= 0 || last.bytes <= first.bytes) return undefined;
  const count = Math.min(STRETCHES, Math.floor(samples.length / 4));
  const rates: number[] = [];
  let before = first.bytes;
  for (let i = 1, at = 0; i <= count; i++) {
    const end = first.seconds + (span * i) / count;
    while (at + 1 < samples.length && (samples[at + 1]?.seconds ?? Infinity) <= end) at++;
    const now = i === count ? last.bytes : samples[at]?.bytes ?? before;
    rates.push((now - before) / (span / count));
    before = now;
  }
  return { from: first.seconds, to: last.seconds, rates };
}
