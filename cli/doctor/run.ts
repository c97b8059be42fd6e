/** Runs `binimport doctor`. */
import { builtinAdapters } from "../../adapters/mod.ts";
import type { Fetch } from "../../core/http/mod.ts";
import type { ExpectedSummaryEvent } from "../../core/importer/mod.ts";
import { parseAddress, requireAddress } from "../../core/util/address.ts";
import { BinimportError, hasCode } from "../../core/util/errors.ts";
import { formatCount } from "../../core/util/units.ts";
import { runtimeNamed } from "../../locate/containers/runtimes/mod.ts";
import { type Context, exitStatus } from "../context.ts";
import { type ExpectFlags, readExpected } from "../expect_options.ts";
import { printExpected } from "../expected_output.ts";
import {
  type AdapterFlags,
  foreignFlags,
  namedTargets,
  type NetworkFlags,
  optionVariable,
  type OutputFlags,
  outputOptions,
  type TargetFlags,
} from "../options/mod.ts";
import { messageText, type Reporter, reporter, type Style } from "../output/mod.ts";
import { networkFetch } from "../packages.ts";
import { openTargets } from "../targets.ts";
import { findingOf, type HostFinding } from "./finding.ts";
import { checkRuntimes, checkSelinux, checkSpace } from "./host.ts";
import { checkProxies, checkServer } from "./network.ts";
import { askSamples, findingFor, type Serving, servingFindings } from "./samples.ts";
import { checkTarget } from "./target.ts";
import { checkContainer, checkFolder } from "./web_root.ts";

/** Looks at the host and the target; gives the exit status. */
export async function runDoctor(flags: DoctorFlags, context: Context): Promise<number> {
  using report = reporter(context, outputOptions(flags));
  using fetch = await networkFetch(flags, context, report);
  const count = { ok: 0, warning: 0, problem: 0 };
  const told = new Set<string>(); // who opens a target is warned of what was found on the way to it
  for await (const finding of findings(flags, context, report, fetch)) {
    if (finding.state === "warning" && told.has(finding.message)) continue;
    told.add(finding.message);
    count[finding.state]++;
    report.result({ event: "finding", ...finding }, findingText(finding, report.style));
  }
  const { warning: warnings, problem: problems } = count;
  const ok = problems === 0;
  const state = ok ? "Nothing stands in the way" : `${formatCount(problems, "problem")} to mend`;
  const besides = warnings === 0 ? "" : `; ${formatCount(warnings, "warning")}`;
  report.result({ event: "summary", ok, problems, warnings }, `${state}${besides}.\n`);
  return ok ? 0 : exitStatus(new BinimportError("difference", state));
}

async function* findings(
  flags: DoctorFlags,
  context: Context,
  report: Reporter,
  fetch: Fetch,
): AsyncGenerator<HostFinding> {
  const url = textOf(flags["url"]) ?? context.env(optionVariable("url"));
  const servers = new Set([url, textOf(flags["endpoint"])].filter((one) => one !== undefined));
  for (const server of servers) {
    const address = parseAddress(server);
    if (address === undefined) continue; // an alias, or a mistake
    yield checkProxies(address.hostname, context);
    yield* await checkServer(address, fetch, context.signal);
  }
  const root = textOf(flags["root"]);
  const serving: Serving = url === undefined || !servesFolders(flags)
    ? { state: "unknown" }
    : await askSamples(url, fetch, context.signal);
  yield* servingFindings(serving);
  const way = await checkRoute(flags, context, url, serving);
  yield* way;
  // Without a folder there is no target to look at; that was told.
  const isKnown = root !== undefined || way.every(({ state }) => state !== "problem");
  if (namesTarget(flags) && isKnown) {
    yield* await checkTargets(flags, context, report, { fetch, serving });
  }
  yield* await checkExpected(flags, context, report, fetch, url);
  if (root !== undefined) yield* checkSpace(root);
  yield checkSelinux();
  yield* await checkRuntimes(runtimeNamed(flags["runtime"]));
}

/** With `--expect`: whether what nodes will ask for is there, over the URL where one is given. */
async function checkExpected(
  flags: DoctorFlags,
  context: Context,
  report: Reporter,
  fetch: Fetch,
  url: string | undefined,
): Promise<HostFinding[]> {
  const wanted = await readExpected(flags);
  if (wanted === undefined) return [];
  const { signal } = context;
  const summaries: ExpectedSummaryEvent[] = [];
  const options = { mode: "url", fetch, signal } as const;
  if (url !== undefined) {
    const { urlTarget } = await import("../../core/expected/mod.ts");
    const target = urlTarget(requireAddress(url, "ask"), fetch);
    summaries.push(await printExpected(target, wanted, options, { report }));
  } else {
    await using targets = await openTargets(flags, context, report, { dryRun: true });
    for (const adapter of targets.adapters) {
      summaries.push(await printExpected(adapter, wanted, options, { report }));
    }
  }
  return summaries.map(({ ok, target, present, expected }) => ({
    check: "expected",
    state: ok ? "ok" : "problem",
    message: `${present} of ${
      formatCount(expected, "file")
    } that nodes will ask for are in ${target}`,
    ...(ok ? {} : { hint: "Import packages that hold the others." }),
  }));
}

/** The ways through the containers that are named, else that of the web server of this host. */
async function checkRoute(
  flags: DoctorFlags,
  context: Context,
  url: string | undefined,
  serving: Serving,
): Promise<HostFinding[]> {
  const targets = namesTarget(flags) ? namedTargets(flags, flags) : [];
  const containers = targets.filter(({ adapter }) => adapter === "container");
  if (containers.length > 0) {
    const ways = containers.map(({ location }) =>
      checkContainer(url, { flags, location }, context, serving)
    );
    return (await Promise.all(ways)).flat();
  }
  if (url === undefined) return [];
  const [nginxConf, root] = [textOf(flags["nginxConf"]), textOf(flags["root"])];
  const given = {
    ...(nginxConf === undefined ? {} : { nginxConf }),
    ...(root === undefined ? {} : { root }),
  };
  return await checkFolder(url, given, serving);
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** Whether what is imported are files of a folder: a store answers in its own way. */
function servesFolders(flags: DoctorFlags): boolean {
  const targets = namesTarget(flags) ? namedTargets(flags, flags) : [];
  return targets.every(({ adapter }) => adapter === "nginx-fs" || adapter === "container");
}

function namesTarget(flags: DoctorFlags): boolean {
  return flags.adapter !== undefined || flags.to !== undefined ||
    foreignFlags(flags, [], builtinAdapters).length > 0;
}

async function checkTargets(
  flags: DoctorFlags,
  context: Context,
  report: Reporter,
  { fetch, serving }: { readonly fetch: Fetch; readonly serving: Serving },
): Promise<HostFinding[]> {
  const probe = flags.probe === true;
  // Without a URL an import proves nothing over it, and only warns.
  const hasUrl = flags["url"] !== undefined;
  const asides: HostFinding[] = [];
  const note = (message: string) => void asides.push({ check: "target", state: "ok", message });
  const warn = (code: string, message: string, hint?: string) => {
    const warning = { code, message, ...(hint === undefined ? {} : { hint }) };
    const proved: Serving = hasUrl ? serving : { state: "open" };
    asides.push(findingFor("target", warning, proved));
  };
  try {
    const asked: Reporter = { ...report, warn };
    await using targets = await openTargets(flags, context, asked, { dryRun: !probe, note });
    const how = { fetch, signal: context.signal, probe };
    const found = await Promise.all(targets.adapters.map((one) => checkTarget(one, how)));
    return [...found.flat(), ...asides];
  } catch (error) {
    context.signal.throwIfAborted();
    if (hasCode(error, "usage")) throw error;
    return [findingOf("target", error), ...asides];
  }
}

const MARKS = {
  ok: ["ok       ", "good"],
  warning: ["warning  ", "warn"],
  problem: ["PROBLEM  ", "bad"],
} as const;

function findingText({ check, state, message, hint }: HostFinding, style: Style): string {
  const [mark, tone] = MARKS[state];
  return messageText(mark, tone, { message: `${check}: ${message}`, hint }, style, mark.length);
}

/** Values of its flags as the parser gives them. */
export type DoctorFlags = TargetFlags & OutputFlags & NetworkFlags & AdapterFlags & ExpectFlags & {
  readonly probe?: true;
};
