/** Runs `binimport doctor`. */
import { parseAddress, requireAddress } from "../../core/util/address.ts";
import { hasCode } from "../../core/util/errors.ts";
import { formatCount } from "../../core/util/units.ts";
import { runtimeNamed } from "../../locate/containers/runtimes/mod.ts";
import { DIFFERENT } from "../context.ts";
import { printExpected, readExpected } from "../expected.ts";
import { isTargetNamed, namedTargets } from "../options/mod.ts";
import { messageText } from "../output/mod.ts";
import type { Session } from "../session.ts";
import { openTargets } from "../targets.ts";
import {
  checkRuntimes,
  checkSelinux,
  checkSpace,
  type HostFinding,
  thrownFinding,
} from "./host.ts";
import {
  askSamples,
  checkProxies,
  checkServer,
  findingFor,
  type Serving,
  servingFindings,
} from "./network.ts";
import { checkContainer, checkFolder, checkTarget } from "./target.ts";

const MARKS = {
  ok: ["ok       ", "good"],
  warning: ["warning  ", "warn"],
  problem: ["PROBLEM  ", "bad"],
} as const;

/** Looks at the host and the target; gives the exit status. */
export async function runDoctor(session: Session): Promise<number> {
  const { report } = session;
  const count = { ok: 0, warning: 0, problem: 0 };
  const told = new Set<string>(); // who opens a target is warned of what was found on the way to it
  for await (const finding of findings(session)) {
    const { check, state, message, hint } = finding;
    if (state === "warning" && told.has(message)) continue;
    told.add(message);
    count[state]++;
    const [mark, tone] = MARKS[state];
    const shown = { message: `${check}: ${message}`, hint };
    report.result(
      { event: "finding", ...finding },
      messageText(mark, tone, shown, report.style, mark.length),
    );
  }
  const { warning: warnings, problem: problems } = count;
  const ok = problems === 0;
  const state = ok ? "No problems found" : `${formatCount(problems, "problem")} found`;
  const besides = warnings === 0 ? "" : `; ${formatCount(warnings, "warning")}`;
  report.result({ event: "summary", ok, problems, warnings }, `${state}${besides}.\n`);
  return ok ? 0 : DIFFERENT;
}

async function* findings(session: Session): AsyncGenerator<HostFinding> {
  const { flags, context, fetch, signal } = session;
  const { url = context.env("BINIMPORT_URL"), root, endpoint } = flags;
  for (const server of new Set([url, endpoint])) {
    const address = parseAddress(server ?? "");
    if (address === undefined) continue; // none, an alias, or a mistake
    yield checkProxies(address.hostname, context);
    yield* await checkServer(address, fetch, signal);
  }
  const targets = isTargetNamed(flags) ? namedTargets(flags) : [];
  // A store answers in its own way.
  const servesFolders = targets.every(({ adapter }) => /^(?:nginx-fs|container)$/.test(adapter));
  const serving: Serving = url !== undefined && servesFolders
    ? await askSamples(url, fetch, signal)
    : "unknown";
  yield* servingFindings(serving);
  // The ways through the containers that are named, else that of the web server of this host.
  const containers = targets.filter(({ adapter }) => adapter === "container");
  const route = containers.length > 0 || url === undefined
    ? (await Promise.all(
      containers.map(({ location }) => checkContainer(url, { flags, location }, session, serving)),
    )).flat()
    : await checkFolder(url, flags, serving);
  yield* route;
  // Without a folder there is no target to look at; that was told.
  const isKnown = root !== undefined || route.every(({ state }) => state !== "problem");
  if (targets.length > 0 && isKnown) yield* await checkTargets(serving, session);
  yield* checkExpected(url, session);
  if (root !== undefined) yield* checkSpace(root);
  yield checkSelinux();
  yield* await checkRuntimes(context.env, runtimeNamed(flags.runtime));
}

async function checkTargets(serving: Serving, session: Session): Promise<HostFinding[]> {
  const { flags: { url, probe = false }, report, signal } = session;
  const check = "target";
  const asides: HostFinding[] = [];
  const note = (message: string) => void asides.push({ check, state: "ok", message });
  // Without a URL an import proves nothing over it, and only warns.
  const proved = url === undefined ? "open" : serving;
  const warn = (code: string, message: string, hint?: string) =>
    void asides.push(findingFor(check, { code, message, hint }, proved));
  try {
    const asked = { ...session, report: { ...report, warn } };
    await using targets = await openTargets(asked, { dryRun: !probe, note });
    const found = targets.adapters.map((one) => checkTarget(one, probe, session));
    return [...(await Promise.all(found)).flat(), ...asides];
  } catch (error) {
    signal.throwIfAborted();
    if (hasCode(error, "usage")) throw error;
    return [thrownFinding(check, error), ...asides];
  }
}

/** With `--expect`: whether what nodes will ask for is there, over the URL where one is given. */
async function* checkExpected(
  url: string | undefined,
  session: Session,
): AsyncGenerator<HostFinding> {
  const wanted = await readExpected(session.flags);
  if (wanted === undefined) return;
  const { urlTarget } = await import("../../core/expected/mod.ts");
  await using targets = url === undefined
    ? await openTargets(session, { dryRun: true })
    : undefined;
  const asked = targets?.adapters ?? [urlTarget(requireAddress(url ?? "", "ask"), session.fetch)];
  const check = "expected";
  for (const one of asked) {
    const summary = await printExpected(one, wanted, "url", session);
    const files = `${summary.present} of ${formatCount(summary.expected, "file")}`;
    const message = `${files} that nodes will ask for are in ${summary.target}`;
    const hint = "Import the packages that hold the others.";
    yield summary.ok ? { check, state: "ok", message } : { check, state: "problem", message, hint };
  }
}
