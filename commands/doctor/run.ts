/** Runs `binimport doctor`. */
import { builtinAdapters } from "../../adapters/mod.ts";
import { BinimportError } from "../../core/errors.ts";
import { formatCount } from "../../core/format.ts";
import type { Fetch } from "../../core/verify.ts";
import { locateFolder } from "../../locate/locate.ts";
import { foreignFlags } from "../adapter_flags.ts";
import type { Context } from "../context.ts";
import type { DoctorFlags } from "../doctor.ts";
import { exitStatus } from "../exit_status.ts";
import { outputOptions } from "../flags.ts";
import { networkFetch } from "../network_fetch.ts";
import { type Reporter, reporter } from "../output/reporter.ts";
import { openTargets } from "../targets.ts";
import { type Finding, findingOf } from "./finding.ts";
import { checkRuntimes, checkSelinux, checkSpace } from "./host.ts";
import { checkProxies, checkServer } from "./network.ts";
import { checkTarget } from "./target.ts";

/** Looks at the host and the target; gives the exit status. */
export async function runDoctor(flags: DoctorFlags, context: Context): Promise<number> {
  using report = reporter(context, outputOptions(flags));
  using fetch = await networkFetch(flags, context, report);
  const count = { ok: 0, warning: 0, problem: 0 };
  for await (const finding of findings(flags, context, report, fetch)) {
    count[finding.state]++;
    report.result({ event: "finding", ...finding }, findingText(finding));
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
): AsyncGenerator<Finding> {
  const url = textOf(flags["url"]);
  const servers = new Set([url, textOf(flags["endpoint"])].filter((one) => one !== undefined));
  for (const server of servers) {
    if (!URL.canParse(server) || !/^https?:/i.test(server)) continue; // an alias, or a mistake
    yield checkProxies(new URL(server).hostname, context);
    yield* await checkServer(new URL(server), fetch, context.signal);
  }
  const root = textOf(flags["root"]);
  const inContainer = flags.adapter === "container" || textOf(flags["container"]) !== undefined;
  const folder = url === undefined || inContainer
    ? []
    : await checkFolder(url, textOf(flags["nginxConf"]));
  yield* folder;
  // Without a folder there is no target to look at; that was told.
  const isKnown = root !== undefined || folder.every(({ state }) => state !== "problem");
  if (namesTarget(flags) && isKnown) yield* await checkTargets(flags, context, report, fetch);
  if (root !== undefined) yield* checkSpace(root);
  yield checkSelinux();
  yield* await checkRuntimes(textOf(flags["runtime"]));
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function namesTarget(flags: DoctorFlags): boolean {
  return flags.adapter !== undefined || flags.to !== undefined ||
    foreignFlags(flags, [], builtinAdapters).length > 0;
}

async function checkTargets(
  flags: DoctorFlags,
  context: Context,
  report: Reporter,
  fetch: Fetch,
): Promise<Finding[]> {
  const probe = flags.probe === true;
  try {
    await using targets = await openTargets(flags, context, report, { dryRun: !probe });
    const how = { fetch, signal: context.signal, probe };
    return (await Promise.all(targets.adapters.map((one) => checkTarget(one, how)))).flat();
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof BinimportError && error.code === "usage") throw error;
    return [findingOf("target", error)];
  }
}

/** Whether the configuration of the web server leads to a folder, and what is wrong with it. */
async function checkFolder(url: string, nginxConf: string | undefined): Promise<Finding[]> {
  const check = "web-server";
  try {
    const answer = await locateFolder(url, nginxConf === undefined ? {} : { nginxConf });
    const found: Finding = { check, state: "ok", message: `${url} is read from ${answer.path}` };
    const warnings = answer.warnings.map(({ message, hint }): Finding => ({
      check,
      state: "warning",
      message,
      ...(hint === undefined ? {} : { hint }),
    }));
    return [found, ...warnings, ...checkSpace(answer.path)];
  } catch (error) {
    return [findingOf(check, error)];
  }
}

const MARKS = { ok: "ok       ", warning: "warning  ", problem: "PROBLEM  " };

function findingText({ check, state, message, hint }: Finding): string {
  return `${MARKS[state]}${check}: ${message}\n${hint === undefined ? "" : `         ${hint}\n`}`;
}
