/** Runs `binimport doctor`. */
import { builtinAdapters } from "../../adapters/mod.ts";
import { parseAddress, requireAddress } from "../../core/util/address.ts";
import { hasCode } from "../../core/util/errors.ts";
import { formatCount } from "../../core/util/units.ts";
import { runtimeNamed } from "../../locate/containers/runtimes/mod.ts";
import { type Context, DIFFERENT } from "../context.ts";
import { printExpected, readExpected } from "../expected.ts";
import { type Flags, foreignFlags, namedTargets } from "../options/mod.ts";
import { messageText, type Style } from "../output/mod.ts";
import { openSession, type Session } from "../session.ts";
import { openTargets } from "../targets.ts";
import { checkRuntimes, checkSelinux, checkSpace, findingsOf, type HostFinding } from "./host.ts";
import {
  askSamples,
  checkProxies,
  checkServer,
  findingFor,
  type Serving,
  servingFindings,
} from "./network.ts";
import { checkTarget } from "./target.ts";
import { checkContainer, checkFolder } from "./web_root.ts";

/** What the verb's flags give. */
export interface DoctorFlags extends Flags {
  readonly probe?: true;
  readonly url?: string;
  readonly root?: string;
  readonly nginxConf?: string;
  readonly endpoint?: string;
  readonly runtime?: string;
}

type DoctorSession = Session<DoctorFlags>;

/** Looks at the host and the target; gives the exit status. */
export async function runDoctor(flags: DoctorFlags, context: Context): Promise<number> {
  using session = openSession(flags, context);
  const { report } = session;
  const count = { ok: 0, warning: 0, problem: 0 };
  const told = new Set<string>(); // who opens a target is warned of what was found on the way to it
  for await (const finding of findings(session)) {
    if (finding.state === "warning" && told.has(finding.message)) continue;
    told.add(finding.message);
    count[finding.state]++;
    report.result({ event: "finding", ...finding }, findingText(finding, report.style));
  }
  const { warning: warnings, problem: problems } = count;
  const ok = problems === 0;
  const state = ok ? "No problems found" : `${formatCount(problems, "problem")} found`;
  const besides = warnings === 0 ? "" : `; ${formatCount(warnings, "warning")}`;
  report.result({ event: "summary", ok, problems, warnings }, `${state}${besides}.\n`);
  return ok ? 0 : DIFFERENT;
}

async function* findings(session: DoctorSession): AsyncGenerator<HostFinding> {
  const { flags, context, fetch, signal } = session;
  const { url = context.env("BINIMPORT_URL"), root, endpoint, adapter, to } = flags;
  for (const server of new Set([url, endpoint])) {
    const address = parseAddress(server ?? "");
    if (address === undefined) continue; // none, an alias, or a mistake
    yield checkProxies(address.hostname, context);
    yield* await checkServer(address, fetch, signal);
  }
  const isTargetNamed = adapter !== undefined || to !== undefined ||
    foreignFlags(flags, [], builtinAdapters).length > 0;
  const targets = isTargetNamed ? namedTargets(flags) : [];
  // A store answers in its own way.
  const servesFolders = targets.every(({ adapter }) => /^(?:nginx-fs|container)$/.test(adapter));
  const serving: Serving = url !== undefined && servesFolders
    ? await askSamples(url, fetch, signal)
    : { state: "unknown" };
  yield* servingFindings(serving);
  const route = await checkRoute(targets, url, serving, session);
  yield* route;
  // Without a folder there is no target to look at; that was told.
  const isKnown = root !== undefined || route.every(({ state }) => state !== "problem");
  if (targets.length > 0 && isKnown) yield* await checkTargets(serving, session);
  yield* await checkExpected(url, session);
  if (root !== undefined) yield* checkSpace(root);
  yield checkSelinux();
  yield* await checkRuntimes(context.env, runtimeNamed(flags.runtime));
}

/** The ways through the containers that are named, else that of the web server of this host. */
async function checkRoute(
  targets: ReturnType<typeof namedTargets>,
  url: string | undefined,
  serving: Serving,
  { flags, context }: DoctorSession,
): Promise<HostFinding[]> {
  const containers = targets.filter(({ adapter }) => adapter === "container");
  const routes = containers.map(({ location }) =>
    checkContainer(url, { flags, location }, context, serving)
  );
  if (routes.length === 0 && url !== undefined) return await checkFolder(url, flags, serving);
  return (await Promise.all(routes)).flat();
}

async function checkTargets(serving: Serving, session: DoctorSession): Promise<HostFinding[]> {
  const { flags: { url, probe = false }, report, signal } = session;
  const { ok, thrown } = findingsOf("target");
  const asides: HostFinding[] = [];
  const note = (message: string) => void asides.push(ok(message));
  const warn = (code: string, message: string, hint?: string) => {
    // Without a URL an import proves nothing over it, and only warns.
    const proved: Serving = url === undefined ? { state: "open" } : serving;
    asides.push(findingFor("target", { code, message, hint }, proved));
  };
  try {
    const asked = { ...session, report: { ...report, warn } };
    await using targets = await openTargets(asked, { dryRun: !probe, note });
    const found = targets.adapters.map((one) => checkTarget(one, probe, session));
    return [...(await Promise.all(found)).flat(), ...asides];
  } catch (error) {
    signal.throwIfAborted();
    if (hasCode(error, "usage")) throw error;
    return [thrown(error), ...asides];
  }
}

/** With `--expect`: whether what nodes will ask for is there, over the URL where one is given. */
async function checkExpected(
  url: string | undefined,
  session: DoctorSession,
): Promise<HostFinding[]> {
  const { flags, fetch } = session;
  const wanted = await readExpected(flags);
  if (wanted === undefined) return [];
  const { urlTarget } = await import("../../core/expected/mod.ts");
  await using targets = url === undefined
    ? await openTargets(session, { dryRun: true })
    : undefined;
  const asked = targets?.adapters ?? [urlTarget(requireAddress(url ?? "", "ask"), fetch)];
  const { ok, problem } = findingsOf("expected");
  const found: HostFinding[] = [];
  for (const one of asked) {
    const { ok: isAll, target, present, expected } = await printExpected(
      one,
      wanted,
      "url",
      session,
    );
    const message = `${present} of ${
      formatCount(expected, "file")
    } that nodes will ask for are in ${target}`;
    found.push(isAll ? ok(message) : problem(message, "Import the packages that hold the others."));
  }
  return found;
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
