/** `--expect` and `--set`: reads what nodes will ask for, and tells whether a target has it. */
import type { Expectation, ExpectedFinding } from "../core/expected/mod.ts";
import type {
  ExpectedCounts,
  ExpectedEvent,
  ExpectedSummaryEvent,
  ReadableTarget,
  VerifyOptions,
} from "../core/importer/mod.ts";
import { architectureIn, imageArchitecture } from "../core/packages/mod.ts";
import { parseAddress } from "../core/util/address.ts";
import { formatCount, formatSeconds } from "../core/util/units.ts";
import { usageError } from "./context.ts";
import { type Flags, foreignFlags } from "./options/mod.ts";
import { printable } from "./output/mod.ts";
import type { Session } from "./session.ts";

/** What the files of `--expect` expect; undefined when none is given. */
export async function readExpected(
  { expect, set }: Flags,
  known?: ReadonlyMap<string, string>,
): Promise<Expectation[] | undefined> {
  if (expect === undefined) return undefined;
  const { readExpectations } = await import("../core/expected/mod.ts");
  return await readExpectations(expect, await variablesOf(set, known));
}

/** The variables of `--set`, and those known besides; `NAME=VALUE` counts more than a file. */
export async function variablesOf(
  set: readonly string[] = [],
  known: ReadonlyMap<string, string> = new Map(),
): Promise<Map<string, string>> {
  const fromFiles: [string, string][] = [];
  const pairs: [string, string][] = [];
  for (const one of set) {
    const [, name, value = ""] = /^(\w+)=(.*)$/s.exec(one) ?? [];
    if (name !== undefined) pairs.push([name, value]);
    else if (one.includes("=")) {
      const hint = "For example --set kube_version=1.32.4, or --set group_vars/all.yml for a file.";
      throw usageError(`Cannot use ${JSON.stringify(one)} as --set: it is no NAME=VALUE`, hint);
    } else {
      const { readVariables } = await import("../cluster_config/mod.ts");
      fromFiles.push(...await readVariables(one));
    }
  }
  return new Map([...known, ...fromFiles, ...pairs]);
}

/** The address that nodes fetch from, where nothing else is named; code `usage` for an unfit one. */
export function urlAlone(flags: Flags): URL | undefined {
  const given = foreignFlags(flags, []);
  const isAlone = flags.adapter === undefined && flags.to === undefined &&
    given.length > 0 && given.every(({ flag }) => flag === "--url");
  if (!isAlone) return undefined;
  const url = parseAddress(String(flags.url));
  if (url !== undefined && `${url.username}${url.password}` === "") return url;
  const hint = "Give the address below which nodes fetch, such as http://10.0.1.1:8080.";
  throw usageError("Cannot use --url: it is no http(s) address without credentials", hint);
}

const STATES = ["present", "different", "missing", "undecided"] as const;

export function noCounts(): { -readonly [Name in keyof ExpectedCounts]: number } {
  return { expected: 0, present: 0, missing: 0, different: 0, undecided: 0 };
}

/** Compares a target with what is expected of it and tells each finding; gives the counts. */
export async function printExpected(
  target: ReadableTarget,
  expected: readonly Expectation[],
  mode: VerifyOptions["mode"],
  { report, record, fetch, signal }: Session,
): Promise<ExpectedSummaryEvent> {
  const started = performance.now();
  const { compareExpected } = await import("../core/expected/mod.ts");
  const all = noCounts();
  const byArch = new Map<string, ReturnType<typeof noCounts>>();
  const others = await compareExpected(target, expected, { mode, fetch, signal }, (finding) => {
    const event = eventOf(finding, target.target);
    const { key, state, detail, nearest, arch = "any" } = event;
    for (const counts of [all, byArch.getOrInsertComputed(arch, noCounts)]) {
      counts.expected++;
      counts[state]++;
    }
    const hint = "reason" in finding.expectation ? `; ${finding.expectation.hint}` : "";
    const told = nearest === undefined ? detail : `${nearest} is there`;
    const seen = told === undefined ? "" : `  (${told}${hint})`;
    const line = `${state.padEnd(9)}  ${printable(key + seen)}\n`;
    report.result(event, state === "present" ? "" : line);
    record?.add(event);
    const progress = { done: all.expected, total: expected.length, current: key };
    report.emit({ event: "progress", phase: "verifying", ...progress });
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
  const { ok, target, expected, present, extra, seconds, architectures } = summary;
  const row = (name: string, cells: readonly (string | number)[]) =>
    `  ${name.padEnd(8)}${cells.map((one) => String(one).padStart(11)).join("")}\n`;
  const rows = Object.entries(architectures)
    .map(([arch, counts]) => row(arch, STATES.map((state) => counts[state])));
  const files = `${ok ? "all" : `${present} of`} ${formatCount(expected, "file")}`;
  const besides = extra === 0 ? "" : `; ${formatCount(extra, "file")} there that nobody expects`;
  const state = `${files} that nodes will ask for are there (${formatSeconds(seconds)})`;
  return `${row("", STATES)}${rows.join("")}${target}: ${state}${besides}\n`;
}

function eventOf({ expectation, ...seen }: ExpectedFinding, target: string): ExpectedEvent {
  const { key } = expectation;
  const arch = architectureIn(key);
  const { url, sha256 } = "reason" in expectation ? {} : expectation;
  return {
    event: "expected",
    key,
    ...(url !== undefined && { url }),
    ...seen,
    ...(sha256 !== undefined && { sha256 }),
    ...(arch !== undefined && { arch: imageArchitecture(arch) }),
    target,
  };
}
