/** What a run of `deno test` came to. */

/** How many tests, steps not counted. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** As `deno test` prints it last; tests may print such a line of their own before. */
const SUMMARY =
  /^(?:ok|FAILED) \| (\d+) passed(?: \([^)]*\))? \| (\d+) failed(?: \([^)]*\))?(?: \| (\d+) ignored)?/;

/** Colours and other terminal sequences. */
const ANSI = /\x1b\[[0-9;]*[A-Za-z]/g;

/**
 * Reads the summary line that Deno prints last; it counts modules that failed to load as well. A
 * run that ended badly without one, or with one that tells of no failure, counts as one failure.
 */
export function readOutcome(output: string, success: boolean): Outcome {
  const lines = output.replace(ANSI, "").split("\n");
  const found = lines.map((line) => SUMMARY.exec(line.trim())).findLast((match) => match !== null);
  const [passed = 0, failed = 0, skipped = 0] = (found ?? []).slice(1).map((text) =>
    Number(text ?? 0)
  );
  return { passed, failed: success ? failed : Math.max(failed, 1), skipped };
}

/** The outcome of two runs. */
export function added(one: Outcome, other: Outcome): Outcome {
  return {
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    skipped: one.skipped + other.skipped,
  };
}

/** The line that ends a run. */
export function outcomeLine({ passed, failed, skipped }: Outcome): string {
  const line = `${passed} passed, ${failed} failed`;
  return skipped === 0 ? line : `${line}, ${skipped} skipped`;
}

/** Names of skipped tests in a JUnit report; steps, which it lists as `TEST > STEP`, left out. */
export function skippedNames(junit: string): string[] {
  const cases = testCases(junit);
  const isStep = (name: string) => cases.some((test) => name.startsWith(`${test.name} > `));
  return cases.filter(({ name, skipped }) => skipped && !isStep(name)).map(({ name }) => name);
}

/** What failed by a JUnit report, steps too, each with how its error begins. */
export function failures(junit: string): string[] {
  return testCases(junit).flatMap(({ name, file, failure }) =>
    failure === undefined ? [] : [`${file}: ${name}\n${beginning(failure)}`]
  );
}

/**
 * Errors that no test caught, as of a promise that nobody awaited. Deno cancels what is left of such
 * a file, and tells the error in what it prints alone.
 */
export function uncaught(output: string): string[] {
  const printed = output.replace(ANSI, "");
  const found = printed.matchAll(/^(.+) \(uncaught error\)\n(error: (?:.+\n)+)/gm);
  return [...found].map(([, file = "", error = ""]) =>
    `${file}: not caught by any test\n${beginning(error.trimEnd())}`
  );
}

/** Enough to know what was expected, and little enough for ten of them on a page. */
function beginning(failure: string): string {
  return failure.split("\n").slice(0, 8).map((line) => `  ${line}`).join("\n");
}

interface TestCase {
  readonly name: string;
  readonly file: string;
  readonly skipped: boolean;
  readonly failure: string | undefined;
}

const TEST_CASE = new RegExp(
  String.raw`<testcase name="([^"]*)" classname="([^"]*)"[^>]*>\s*` +
    String.raw`(?:(<skipped/>)|<failure message="[^"]*">([^<]*)</failure>)?`,
  "g",
);

function testCases(junit: string): TestCase[] {
  return [...junit.matchAll(TEST_CASE)].map(([, name = "", file = "", skipped, failure]) => ({
    name: unescapeXml(name),
    file: unescapeXml(file),
    skipped: skipped !== undefined,
    failure: failure === undefined ? undefined : unescapeXml(failure),
  }));
}

const ENTITIES: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  amp: "&",
  quot: '"',
  apos: "'",
};

function unescapeXml(text: string): string {
  return text.replace(
    /&(?:#(\d+)|(\w+));/g,
    (entity, code: string | undefined, name: string) =>
      code === undefined ? ENTITIES[name] ?? entity : String.fromCodePoint(Number(code)),
  );
}
