/**
 * The conformance cases: what every {@linkcode StorageAdapter} owes its callers, as data.
 *
 * An author with the library runs each case as a test of its own, as in the `mine_test.ts` that
 * `binimport adapter new mine.ts` writes; one with the program, `binimport adapter check ./mine.ts`.
 *
 * @example
 * ```ts
 * import { conformanceCases, runConformance } from "binimport/conformance";
 * import { memory, plainHost } from "binimport"; // in place of your own: import mine from "./mine.ts"
 *
 * const host = plainHost();
 * const adapter = await memory.open(memory.parse({}, host), host);
 * const context = { open: () => Promise.resolve(adapter) };
 *
 * const cases = conformanceCases.filter(({ name }) => name.startsWith("put: round trip"));
 * for await (const { name, outcome, reason } of runConformance(context, { cases })) {
 *   if (outcome === "failed") throw new Error(`${name}: ${reason}`);
 * }
 * ```
 *
 * @module
 */
import { fairClock, within } from "../../util/retry.ts";
import { BinimportError, messageOf } from "../../util/errors.ts";
import type { StorageAdapter } from "../adapter.ts";
import type { ConformanceCase, ConformanceContext } from "./case.ts";
import { concurrencyCases } from "./concurrency.ts";
import { mismatch } from "./expect.ts";
import { lifeCases } from "./life.ts";
import { crowdCases, nameCases } from "./names.ts";
import { processCases } from "./process.ts";
import { storingCases } from "./storing.ts";
import { threwInstead } from "./strict.ts";

export type { ConformanceCase, ConformanceContext } from "./case.ts";
export { printedTo, SILENCE_CASE } from "./process.ts";

/** Every case, the simple ones first. */
export const conformanceCases: readonly ConformanceCase[] = [
  ...lifeCases,
  ...storingCases,
  ...nameCases,
  ...concurrencyCases,
  ...crowdCases,
  ...processCases,
];

/** What came of one case. */
export interface ConformanceResult {
  /** The case's name. */
  readonly name: string;
  /** Whether it held. */
  readonly outcome: "passed" | "failed" | "skipped";
  /** Why it failed or was skipped. */
  readonly reason?: string;
  /** What its author might look at. */
  readonly hint?: string | undefined;
}

/** Options of {@linkcode runConformance}. */
export interface ConformanceOptions {
  /** The cases to run. Default: all. */
  readonly cases?: readonly ConformanceCase[];
  /** How long a case may take, in milliseconds of a machine that is not busy. Default: 60,000. */
  readonly timeLimit?: number;
}

const HUNG_CASES_ALLOWED = 3;

/**
 * Runs the cases one after the other on one place, and gives one result for each of them; after three
 * that never settled the rest is skipped. Rejects only when the context's signal is aborted.
 */
export async function* runConformance(
  context: ConformanceContext,
  { cases = conformanceCases, timeLimit = 60_000 }: ConformanceOptions = {},
): AsyncGenerator<ConformanceResult> {
  let hung = 0;
  for (const oneCase of cases) {
    context.signal?.throwIfAborted();
    if (hung >= HUNG_CASES_ALLOWED) {
      const reason = `${hung} cases before it did not end`;
      yield { name: oneCase.name, outcome: "skipped", reason };
      continue;
    }
    const late = mismatch("the case to end", `nothing for ${timeLimit / 1000} s`);
    const { error, ...result } = await judge(oneCase, context, timeLimit, late);
    context.signal?.throwIfAborted();
    if (error === late) hung++;
    yield result;
  }
}

async function judge(
  { name, skip, run }: ConformanceCase,
  context: ConformanceContext,
  timeLimit: number,
  late: Error,
): Promise<ConformanceResult & { readonly error?: unknown }> {
  const opened: StorageAdapter[] = [];
  const open = async () => {
    const adapter = await context.open();
    opened.push(adapter);
    return adapter;
  };
  const attempt = async (): Promise<string | undefined> => {
    if (skip !== undefined) {
      await using adapter = await open();
      const reason = skip(adapter, context);
      if (reason !== undefined) return reason;
    }
    await run({ ...context, open });
  };
  try {
    const reason = await within(attempt(), timeLimit, () => late, fairClock());
    return { name, ...(reason ? { outcome: "skipped", reason } : { outcome: "passed" }) };
  } catch (error) {
    // Whatever the case left open could hold the place's lock against the next one.
    for (const adapter of opened) {
      Promise.try(() => adapter[Symbol.asyncDispose]()).catch(() => {}); // the case has failed already
    }
    return { name, outcome: "failed", error, ...explain(error) };
  }
}

/** What an author is told; a defect of the adapter, such as a TypeError, with its place. */
function explain(error: unknown): Pick<ConformanceResult, "reason" | "hint"> {
  if (error instanceof BinimportError) return { reason: error.message, hint: error.hint };
  const isDefect = error instanceof Error && !("code" in error);
  const frame = isDefect ? error.stack?.split("\n    at ")[1] : undefined;
  return {
    reason: messageOf(error) + (frame === undefined ? "" : ` (at ${frame})`),
    hint: threwInstead(error),
  };
}
