/** Tells whether a target has what nodes will ask for. */
import type { Expectation, ExpectedFinding } from "../core/expected/mod.ts";
import type {
  ExpectedCounts,
  ExpectedEvent,
  ExpectedSummaryEvent,
  ReadableTarget,
  VerifyOptions,
} from "../core/importer/mod.ts";
import { architectureIn, imageArchitecture } from "../core/packages/mod.ts";
import { formatCount, formatSeconds } from "../core/util/units.ts";
import { printable } from "./output/mod.ts";
import type { Output } from "./report_file.ts";

type Tally = { -readonly [Name in keyof ExpectedCounts]: number };

/** Compares a target with what is expected of it and tells each finding; gives the counts. */
export async function printExpected(
  target: ReadableTarget,
  expected: readonly Expectation[],
  options: VerifyOptions,
  { report, record }: Output,
): Promise<ExpectedSummaryEvent> {
  const started = performance.now();
  const { compareExpected } = await import("../core/expected/mod.ts");
  const all = noCounts();
  const byArch = new Map<string, Tally>();
  const others = await compareExpected(target, expected, options, (finding) => {
    const event = eventOf(finding, target.target);
    const counts = byArch.get(event.arch ?? "any") ?? noCounts();
    byArch.set(event.arch ?? "any", counts);
    for (const one of [all, counts]) {
      one.expected++;
      one[event.state]++;
    }
    report.result(event, event.state === "present" ? "" : lineOf(event, finding));
    record?.add(event);
    const { key: current } = event;
    report.emit({
      event: "progress",
      phase: "verifying",
      done: all.expected,
      total: expected.length,
      current,
    });
  });
  for (const key of others) {
    report.result({ event: "file", key, state: "extra", target: target.target }, "");
  }
  const summary: ExpectedSummaryEvent = {
    event: "summary",
    ok: all.present === all.expected,
    target: target.target,
    ...all,
    extra: others.length,
    architectures: Object.fromEntries([...byArch].sort()),
    seconds: Math.round(performance.now() - started) / 1000,
  };
  record?.add(summary);
  return summary;
}

/** What people read of a summary: a table by architecture, and what it comes to. */
export function expectedText(summary: ExpectedSummaryEvent): string {
  const { target, expected, present, extra, seconds, architectures } = summary;
  const columns = ["present", "different", "missing", "undecided"] as const;
  const rows = Object.entries(architectures).map(([arch, counts]) =>
    `  ${arch.padEnd(8)}${columns.map((one) => String(counts[one]).padStart(11)).join("")}\n`
  );
  const head = `  ${"".padEnd(8)}${columns.map((one) => one.padStart(11)).join("")}\n`;
  const besides = extra === 0 ? "" : `; ${formatCount(extra, "file")} there that nobody expects`;
  const state = summary.ok
    ? `all ${formatCount(expected, "file")} that nodes will ask for are there`
    : `${present} of ${formatCount(expected, "file")} that nodes will ask for are there`;
  return `${head}${rows.join("")}${target}: ${state} (${formatSeconds(seconds)})${besides}\n`;
}

function noCounts(): Tally {
  return { expected: 0, present: 0, missing: 0, different: 0, undecided: 0 };
}

function eventOf(
  { expectation, state, detail, nearest }: ExpectedFinding,
  target: string,
): ExpectedEvent {
  const { key } = expectation;
  const written = architectureIn(key);
  const { url, sha256 } = "reason" in expectation ? {} : expectation;
  return {
    event: "expected",
    key,
    ...(url === undefined ? {} : { url }),
    state,
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(nearest === undefined ? {} : { nearest }),
    ...(detail === undefined ? {} : { detail }),
    ...(written === undefined ? {} : { arch: imageArchitecture(written) }),
    target,
  };
}

function lineOf({ key, state, detail, nearest }: ExpectedEvent, { expectation }: ExpectedFinding) {
  const hint = "reason" in expectation ? `; ${expectation.hint}` : "";
  const told = nearest === undefined ? detail : `${nearest} is there`;
  const seen = told === undefined ? "" : `  (${told}${hint})`;
  return `${state.padEnd(9)}  ${printable(key + seen)}\n`;
}
