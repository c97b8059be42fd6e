/** Runs `binimport adapter check`: in this process, which another one may watch over. */
import { conformanceCases, runConformance } from "../../core/storage/conformance/mod.ts";
import { type AdapterFactory, MANIFEST_KEY, type StorageAdapter } from "../../core/storage/mod.ts";
import { messageOf } from "../../core/util/errors.ts";
import { parseSize } from "../../core/util/units.ts";
import { type Context, usageError } from "../context.ts";
import {
  adapterInput,
  findFactory,
  isFolderMissing,
  pluginAddress,
  refuseForeign,
} from "../options/mod.ts";
import type { Session } from "../session.ts";
import { adapterHost } from "../targets.ts";
import { CASE_LIMIT, judgeChannel, lendFolder, verdict } from "./judge.ts";

const SETTLE_LIMIT = 3000; // milliseconds that an aborted call may go on
const CASE_KEYS = "conformance/"; // keys of the cases begin so

/** Runs the cases and tells what came of them; 5 when one failed. */
export async function runCheck(session: Session, name: string): Promise<number> {
  const { flags, context, report } = session;
  const factory = await unguarded(name, context);
  refuseForeign(flags, [{ ...factory, name }]);
  const channel = judgeChannel(context);
  if (channel !== undefined) {
    const { from, lent, send } = channel;
    const { target, run, tidy } = await beginTrial(factory, session, lent, from);
    send({ kind: "begin", target });
    try {
      for await (const result of run()) send({ kind: "result", result });
    } catch (error) {
      send({ kind: "stopped", how: messageOf(error) });
      return 0;
    }
    await tidy().catch(() => {}); // whether it can list and remove was a case of its own
    send({ kind: "end" });
    return 0;
  }
  await using lent = await lendFolder();
  const { target, run, tidy } = await beginTrial(factory, session, lent.path);
  const { add, end } = verdict(report, flags);
  for await (const result of run()) add(result);
  await tidy();
  return end(name, target);
}

/** A plug-in is judged as it is, without what guards an import against it. */
async function unguarded(name: string, context: Context): Promise<AdapterFactory> {
  const address = pluginAddress(name, context);
  if (address === undefined) return await findFactory(name, context);
  const { loadUnguarded } = await import("../../core/storage/plugins/mod.ts");
  return await loadUnguarded(address, Deno.cwd());
}

/** Opens the place, which has to be empty: `lent` where none is given. `from` is the first case. */
async function beginTrial(factory: AdapterFactory, session: Session, lent: string, from?: number) {
  const { flags, context, signal } = session;
  const host = adapterHost(session, 0);
  const location = isFolderMissing(factory, flags, context) ? lent : undefined;
  const input = await adapterInput(factory, { flags, location }, session);
  const open = () => factory.open(factory.parse(input, host), host);
  const secrets = Object.entries(factory.options).flatMap(([name, { kind }]) => {
    const value = input[name];
    return kind === "secret" && typeof value === "string" ? [value] : [];
  });
  const { partSize } = input;
  const size = typeof partSize === "string" && { partSize: parseSize(partSize) };
  const alone = from !== undefined;
  const place = { open, secrets, settleTime: SETTLE_LIMIT, signal, alone, ...size };
  await using adapter = await open();
  const found = from ? undefined : await someKey(adapter);
  if (found !== undefined) {
    const state = `it is not empty, it holds ${JSON.stringify(found)}`;
    const hint = "Name an empty place: the cases write, replace and remove objects.";
    throw usageError(`Cannot check with ${adapter.target}: ${state}`, hint);
  }
  const options = { cases: conformanceCases.slice(from), timeLimit: CASE_LIMIT };
  return {
    target: adapter.target,
    run: () => runConformance(place, options),
    /** Takes away what the cases stored, as far as the adapter can. */
    async tidy() {
      await using adapter = await open();
      for await (const { key } of adapter.list?.(CASE_KEYS) ?? []) await adapter.remove?.(key);
    },
  };
}

async function someKey(adapter: StorageAdapter): Promise<string | undefined> {
  try {
    for await (const { key } of adapter.list?.("") ?? []) return key;
    return (await adapter.stat(MANIFEST_KEY))?.key;
  } catch {
    return undefined; // a place that is not there yet is empty, and a case tells of anything else
  }
}
