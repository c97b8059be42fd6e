/** Runs `binimport verify`. */
import type { Expectation } from "../../core/expected/mod.ts";
import {
  type ReadableTarget,
  requireUrl,
  type VerifyFileEvent,
  verifyFiles,
  verifyMode,
  type VerifyOptions,
  type VerifySummaryEvent,
} from "../../core/importer/mod.ts";
import { type ExpectedFile, expectedOf } from "../../core/packages/mod.ts";
import { isStateKey, loadManifest, type StorageAdapter } from "../../core/storage/mod.ts";
import { BinimportError, hasCode } from "../../core/util/errors.ts";
import { formatCount, formatSeconds } from "../../core/util/units.ts";
import { DIFFERENT } from "../context.ts";
import { expectedText, printExpected, readExpected, urlAlone } from "../expected.ts";
import { printable, toned } from "../output/mod.ts";
import { choosePackages, readOptions } from "../packages.ts";
import type { Session } from "../session.ts";
import { openTargets } from "../targets.ts";

/** Compares each target with packages or with its record; gives the exit status. */
export async function runVerify(session: Session, named: readonly string[]): Promise<number> {
  return await verifyTargets(session, named) === 0 ? 0 : DIFFERENT;
}

/** Gives how much is not there as it should be, as do those below. */
async function verifyTargets(session: Session, named: readonly string[]): Promise<number> {
  const { flags, fetch, signal, record } = session;
  const wanted = await readExpected(flags);
  const alone = wanted === undefined || flags.verify === "target" ? undefined : urlAlone(flags);
  if (wanted !== undefined && named.length === 0 && alone !== undefined) {
    const { urlTarget } = await import("../../core/expected/mod.ts");
    const target = urlTarget(alone, fetch);
    record?.addWay({ target: target.target, url: target.target, asked: true, steps: [] });
    await printFetched(wanted, session);
    return await expectIn(target, wanted, "url", session);
  }
  await using targets = await openTargets(session, { dryRun: false });
  const expected = named.length === 0 ? undefined : await expectedOf(
    await choosePackages(named, session),
    await readOptions(session, targets.adapters),
  );
  if (wanted !== undefined) await printFetched(wanted, session);
  const spec = verifyMode(flags.verify ?? "auto");
  const mode = spec.reads === "url" ? "url" : "target";
  let bad = 0;
  for (const adapter of targets.adapters) {
    requireUrl(spec, adapter);
    if (wanted !== undefined) bad += await expectIn(adapter, wanted, mode, session);
    if (wanted !== undefined && expected === undefined) continue;
    const files = expected ?? await fromManifest(adapter, signal);
    if (wanted === undefined) await printFetched(files, session);
    bad += await verifyTarget(adapter, files, { mode, fetch, signal }, session);
  }
  return bad;
}

async function expectIn(
  target: ReadableTarget,
  wanted: readonly Expectation[],
  mode: VerifyOptions["mode"],
  session: Session,
): Promise<number> {
  const summary = await printExpected(target, wanted, mode, session);
  session.report.result(summary, expectedText(summary));
  return summary.expected - summary.present;
}

/** With `--access-log`: who has fetched these. */
async function printFetched(
  files: readonly { readonly key: string; readonly size?: number }[],
  { flags: { accessLog }, report, record }: Session,
): Promise<void> {
  if (accessLog === undefined) return;
  const { readAccessLogs } = await import("./access_log.ts");
  for (const event of await readAccessLogs(accessLog, files)) {
    const { clients, of, key } = event;
    report.result(event, `fetched by ${clients} of ${of}  ${printable(key)}\n`);
    record?.add(event);
  }
}

async function fromManifest(adapter: StorageAdapter, signal: AbortSignal): Promise<ExpectedFile[]> {
  const { files } = await loadManifest(adapter, { signal });
  if (files.size > 0) {
    return Array.from(files, ([key, { size, sha256 }]) => ({ key, size, sha256 }));
  }
  try {
    for await (const _ of adapter.list?.("", { signal }) ?? []) break;
  } catch (error) {
    if (hasCode(error, "not-found")) throw error; // it is not there at all
  }
  const message = `Cannot verify ${adapter.target}: it holds no record of an import`;
  const hint = "Name the packages to compare it with: binimport verify PACKAGE …";
  throw new BinimportError("not-found", message, { hint });
}

async function verifyTarget(
  adapter: StorageAdapter,
  files: readonly ExpectedFile[],
  options: VerifyOptions,
  { report, record, signal }: Session,
): Promise<number> {
  const started = performance.now();
  const tally = { ok: 0, missing: 0, different: 0, unreadable: 0, extra: 0 };
  const { target } = adapter;
  const shouldBe = new Map(files.map((file) => [file.key, file]));
  const totalBytes = files.reduce((sum, { size }) => sum + size, 0);
  let [done, bytes] = [0, 0];
  const tell = (state: VerifyFileEvent["state"], key: string, detail?: string) => {
    tally[state]++;
    const seen = detail === undefined ? {} : { detail };
    const event = { event: "file", key, state, target, ...shouldBe.get(key), ...seen } as const;
    const isQuiet = state === "ok" || state === "extra";
    const mark = `${toned(state, "bad", report.style)}${" ".repeat(12 - state.length)}`;
    const shown = printable(detail === undefined ? key : `${key}  (${detail})`);
    report.result(event, isQuiet ? "" : `${mark}${shown}\n`);
    record?.add(event);
  };
  await verifyFiles(adapter, files, options, ({ key, state, detail }) => {
    tell(state, key, detail);
    bytes += shouldBe.get(key)?.size ?? 0;
    const progress = { done: ++done, total: files.length, bytes, totalBytes, current: key };
    report.emit({ event: "progress", phase: "verifying", ...progress });
  });
  const unlisted = await tellOthers(adapter, shouldBe, signal, (key) => tell("extra", key));
  const { ok, extra, ...faults } = tally;
  const bad = faults.missing + faults.different + faults.unreadable;
  const summary: VerifySummaryEvent = {
    event: "summary",
    ok: bad === 0 && unlisted === undefined,
    target,
    files: ok + bad,
    ...faults,
    extra,
    seconds: Math.round(performance.now() - started) / 1000,
  };
  const counts = Object.entries(faults).filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`);
  const all = formatCount(ok + bad, "file");
  const state = bad === 0 ? `${all} as they should be` : `of ${all} ${counts.join(", ")}`;
  const besides = extra === 0 ? "" : `; ${formatCount(extra, "other file")} there besides`;
  const time = formatSeconds(summary.seconds);
  report.result(summary, `${target}: ${state} (${time})${besides}\n`);
  record?.add(summary);
  if (unlisted !== undefined) throw unlisted;
  return bad;
}

/** In objects; of a list that has no end, no more is taken. */
const MOST_LISTED = 1_000_000;

/**
 * Tells each key that is there besides those `known`, which is no harm; gives what stopped it before
 * the list's end.
 */
export async function tellOthers(
  adapter: StorageAdapter,
  known: ReadonlyMap<string, unknown>,
  signal: AbortSignal,
  tell: (key: string) => void,
  most: number = MOST_LISTED,
): Promise<unknown> {
  let listed = 0;
  try {
    for await (const { key } of adapter.list?.("", { signal }) ?? []) {
      if (++listed > most + known.size) return endless(adapter, most);
      if (!known.has(key) && !isStateKey(key)) tell(key);
    }
  } catch (error) {
    signal.throwIfAborted();
    return error;
  }
}

function endless({ target }: StorageAdapter, most: number): BinimportError {
  const state = `it has listed ${formatCount(most, "object")}, and no end has come`;
  return new BinimportError("target", `Cannot tell what else is in "${target}": ${state}`, {
    hint:
      "Its list may have no end: see the server's log. Where so much is stored, give the files " +
      "of imports a prefix or folder of their own.",
  });
}
