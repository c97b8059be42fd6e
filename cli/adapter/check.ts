/** Runs `binimport adapter check`: in this process, which another one may watch over. */
import { builtinAdapters, findBuiltin } from "../../adapters/mod.ts";
import type { AdapterFactory } from "../../core/storage/mod.ts";
import { messageOf } from "../../core/util/errors.ts";
import type { Context } from "../context.ts";
import { findFactory, type Flags, pluginAddress, refuseForeign } from "../options/mod.ts";
import { reporter } from "../output/mod.ts";
import { judgeChannel } from "./channel.ts";
import { beginTrial, type Trial, verdict } from "./conformance_run.ts";

/** Runs the cases and tells what came of them; 5 when one failed. */
export async function runCheck(
  name: string,
  flags: Flags,
  context: Context,
): Promise<number> {
  using report = reporter(context, flags);
  const factory = await unguarded(name, context);
  refuseForeign(flags, [{ ...factory, name }], builtinAdapters);
  const channel = judgeChannel(context);
  if (channel !== undefined) {
    const { from, lent, send } = channel;
    const options = { lent, resumed: from > 0, alone: true };
    const trial = await beginTrial(factory, flags, context, report, options);
    send({ kind: "begin", target: trial.target });
    await judge(trial, from, send);
    return 0;
  }
  const lent = await lendFolder();
  try {
    const options = { lent, resumed: false, alone: false };
    const trial = await beginTrial(factory, flags, context, report, options);
    const { add, end } = verdict(report, flags);
    for await (const result of trial.run(0)) add(result);
    await trial.tidy();
    return end({ adapter: name, target: trial.target });
  } finally {
    await Deno.remove(lent, { recursive: true });
  }
}

async function judge(
  trial: Trial,
  from: number,
  send: NonNullable<ReturnType<typeof judgeChannel>>["send"],
): Promise<void> {
  try {
    for await (const result of trial.run(from)) send({ kind: "result", result });
  } catch (error) {
    return send({ kind: "stopped", how: messageOf(error) });
  }
  await trial.tidy().catch(() => {}); // whether it can list and remove was a case of its own
  send({ kind: "end" });
}

/** A plug-in is judged as it is, without what guards an import against it. */
async function unguarded(name: string, context: Context): Promise<AdapterFactory> {
  const address = pluginAddress(name, context);
  if (findBuiltin(name) !== undefined || address === undefined) {
    return await findFactory(name, context);
  }
  const { loadUnguarded } = await import("../../core/storage/plugins/mod.ts");
  return await loadUnguarded(address, Deno.cwd());
}

/** Makes an empty folder, which servers of other users may enter as well. */
export async function lendFolder(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "binimport-check-" });
  await Deno.chmod(folder, 0o755);
  return folder;
}
