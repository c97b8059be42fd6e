/** Runs the conformance cases against one adapter, in this process. */
import {
  conformanceCases,
  type ConformanceContext,
  type ConformanceResult,
  runConformance,
} from "../../core/storage/conformance/mod.ts";
import { type AdapterFactory, MANIFEST_KEY, type StorageAdapter } from "../../core/storage/mod.ts";
import { BinimportError } from "../../core/util/errors.ts";
import { formatSeconds, parseSize } from "../../core/util/units.ts";
import type { Context } from "../context.ts";
import { adapterInput, type Flags, folderNotGiven } from "../options/mod.ts";
import {
  messageText,
  type OutputOptions,
  type Reporter,
  type Style,
  toned,
} from "../output/mod.ts";
import { adapterHost } from "../targets.ts";

/** A case that is not over by then fails, in milliseconds; most take some of them. */
export const CASE_LIMIT = 10_000;

/** How long an aborted call may go on, in milliseconds. */
const SETTLE_LIMIT = 3000;

/** Keys that the cases use begin so. */
const CASE_KEYS = "conformance/";

/** Where the cases are run. */
export interface Trial {
  /** The place, as the adapter calls it. */
  readonly target: string;
  /** The results of the cases, from one on. */
  run(from: number): AsyncGenerator<ConformanceResult>;
  /** Takes away what the cases stored, as far as the adapter can. */
  tidy(): Promise<void>;
}

export interface TrialOptions {
  /** A folder for an adapter that wants one and is given none. */
  readonly lent: string;
  /** Whether the cases are begun in the middle, and so the place is not empty. */
  readonly resumed: boolean;
  /** Whether nothing else goes on in this process. */
  readonly alone: boolean;
}

/** Opens the place, and makes sure that it is empty: nobody's files are to be touched. */
export async function beginTrial(
  factory: AdapterFactory,
  flags: Flags,
  context: Context,
  report: Reporter,
  { lent, resumed, alone }: TrialOptions,
): Promise<Trial> {
  const isLent = folderNotGiven(factory, flags, context) !== undefined;
  const host = adapterHost(context, report, 0);
  const given = { flags, location: isLent ? lent : undefined };
  const input = await adapterInput(factory, given, context, host.warn);
  const open = () => factory.open(factory.parse(input, host), host);
  const secrets = Object.entries(factory.options).flatMap(([name, { kind }]) => {
    const value = input[name];
    return kind === "secret" && typeof value === "string" ? [value] : [];
  });
  const { partSize } = input;
  const cases: ConformanceContext = {
    open,
    secrets,
    settleTime: SETTLE_LIMIT,
    signal: context.signal,
    alone,
    ...(typeof partSize === "string" && { partSize: parseSize(partSize) }),
  };
  await using adapter = await open();
  if (!resumed) await refuseOccupied(adapter);
  return {
    target: adapter.target,
    run: (from) =>
      runConformance(cases, { cases: conformanceCases.slice(from), timeLimit: CASE_LIMIT }),
    async tidy() {
      await using adapter = await open();
      for await (const { key } of adapter.list?.(CASE_KEYS) ?? []) await adapter.remove?.(key);
    },
  };
}

async function refuseOccupied(adapter: StorageAdapter): Promise<void> {
  const found = await someKey(adapter);
  if (found === undefined) return;
  throw new BinimportError(
    "usage",
    `Cannot check with ${adapter.target}: it is not empty, it holds ${JSON.stringify(found)}`,
    { hint: "Name an empty place: the cases write, replace and remove objects." },
  );
}

async function someKey(adapter: StorageAdapter): Promise<string | undefined> {
  try {
    for await (const { key } of adapter.list?.("") ?? []) return key;
    return (await adapter.stat(MANIFEST_KEY))?.key;
  } catch {
    return undefined; // a place that is not there yet is empty, and a case tells of anything else
  }
}

/** The results so far, and what they come to. */
export interface Verdict {
  add(result: ConformanceResult): void;
  /** Tells what they come to; the exit status. */
  end(about: { readonly adapter: string; readonly target?: string | undefined }): number;
}

/** Begins a verdict; a quiet one shows only what failed, and what it comes to. */
export function verdict(report: Reporter, { quiet }: Pick<OutputOptions, "quiet">): Verdict {
  const begun = performance.now();
  const counts = { passed: 0, failed: 0, skipped: 0 };
  return {
    add(result) {
      counts[result.outcome]++;
      const text = quiet && result.outcome !== "failed" ? "" : line(result, report.style);
      report.result({ event: "case", ...result }, text);
    },
    end({ adapter, target }) {
      const seconds = (performance.now() - begun) / 1000;
      const ok = counts.failed === 0 && counts.passed > 0;
      const { passed, failed, skipped } = counts;
      const took = formatSeconds(seconds);
      report.result(
        {
          event: "summary",
          ok,
          adapter,
          ...(target !== undefined && { target }),
          ...counts,
          seconds,
        },
        `${adapter}: ${passed} passed, ${failed} failed, ${skipped} skipped in ${took}\n`,
      );
      return ok ? 0 : 5;
    },
  };
}

const INDENT = " ".repeat(9);

function line({ name, outcome, reason, hint }: ConformanceResult, style: Style): string {
  switch (outcome) {
    case "passed":
      return `${toned("passed", "good", style)}   ${name}\n`;
    case "skipped":
      return `skipped  ${name}: ${reason}\n`;
    case "failed":
      return messageText(
        "FAILED   ",
        "bad",
        { message: `${name}\n${INDENT}${reason}`, hint },
        style,
        9,
      );
  }
}
