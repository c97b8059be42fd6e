/** Tests of what can go wrong, which count how often they tried it. */
import { fileURLToPath } from "node:url";
import { testWithTools } from "../require.ts";

/** What is done to the program, and what must come of it. */
export interface Trial {
  /** The fault, as the table of docs/reliability.md names it; it is the test's name too. */
  readonly fault: string;
  /** What happens then, in half a sentence. */
  readonly outcome: string;
  /** The programs that it takes. */
  readonly needs?: readonly string[];
  /** `import.meta.url` of the test's file. */
  readonly file: string;
}

/** Counts one more attempt that ended as it must. */
export type Tried = (times?: number) => void;

/** One line of what was tried, for {@linkcode Trial}s that passed. */
export interface TrialCount {
  readonly fault: string;
  readonly outcome: string;
  readonly file: string;
  readonly times: number;
}

/** Names the file that the counts of trials are appended to, one JSON object a line. */
export const COUNTS = "BINIMPORT_TRIAL_COUNTS";

/** `deno task reliability` and `deno task soak` set it: then tests try as often as their second figure says. */
export const THOROUGH = "BINIMPORT_TRIALS";

/** How often to try: in CI, and in those tasks. */
export function times(ci: number, thorough: number): number {
  return Deno.env.get(THOROUGH) === "all" ? thorough : ci;
}

/** Registers a test that counts its attempts. */
export function reliabilityTest(
  { fault, outcome, needs = [], file }: Trial,
  run: (tried: Tried, t: Deno.TestContext) => Promise<void>,
): void {
  testWithTools(`reliability: ${fault}: ${outcome}`, needs, async (t) => {
    let count = 0;
    await run((more = 1) => void (count += more), t);
    if (count === 0) throw new Error("Nothing was tried");
    const counts = Deno.env.get(COUNTS);
    if (counts === undefined) return;
    const path = fileURLToPath(file).replace(/^.*\/(?=tests\/)/, "");
    const line: TrialCount = { fault, outcome, file: path, times: count };
    await Deno.writeTextFile(counts, `${JSON.stringify(line)}\n`, { append: true });
  });
}
