/** `--report FILE.html`: what a run told, as a page. */
import { type VerifyMode, verifyMode } from "../core/importer/mod.ts";
import type { StorageAdapter } from "../core/storage/mod.ts";
import { shownAddress } from "../core/util/address.ts";
import { messageOf } from "../core/util/errors.ts";
import { shellWord } from "../core/util/hints.ts";
import type { Origin, RunRecord, Verb } from "../report/mod.ts";
import { VERSION } from "./about.ts";
import type { Context } from "./context.ts";
import { type AdapterFlags, optionVariable, type ReportFlag } from "./options/mod.ts";
import { errorEvent, type Reporter } from "./output/mod.ts";
import { localeOf } from "./terminal.ts";

/** Where a run tells what happens. */
export interface Output {
  readonly report: Reporter;
  /** Keeps what the page is made of; absent when none is wanted. */
  readonly record?: RunRecord;
}

/**
 * Runs something, and writes its page afterwards, however it ended. A page that cannot be written
 * is a warning: what was done counts all the same.
 */
export async function withReport(
  verb: Verb,
  { report: file, lang }: ReportFlag,
  context: Context,
  screen: Reporter,
  run: (output: Output) => Promise<number>,
): Promise<number> {
  if (file === undefined) return await run({ report: screen });
  const { runRecord } = await import("../report/mod.ts");
  const record = runRecord(verb, originOf(context, lang));
  const report: Reporter = {
    ...screen,
    emit(event) {
      record.add(event);
      screen.emit(event);
    },
  };
  try {
    return await run({ report, record });
  } catch (error) {
    record.add(errorEvent(error));
    throw error;
  } finally {
    await writePage(file, record, screen);
  }
}

/** No option takes a secret, but an address may hold one, and so may a variable of --set. */
function withoutSecret(arg: string): string {
  return arg.replace(/https?:\/\/.*/is, shownAddress)
    .replace(/^(\w*(?:pass|token|secret|key)\w*)=.*$/is, "$1=***");
}

function originOf({ args, env }: Context, lang: string | undefined): Origin {
  const { deno } = Deno.version;
  const { os, arch } = Deno.build;
  return {
    version: VERSION,
    host: Deno.hostname(),
    user: env("USER") ?? env("LOGNAME") ?? `uid ${Deno.uid()}`,
    command: `binimport ${args.map(withoutSecret).map(shellWord).join(" ")}`,
    system: `Deno ${deno} on ${os} ${Deno.osRelease()} (${arch})`,
    language: lang ?? localeOf(env),
  };
}

async function writePage(file: string, record: RunRecord, screen: Reporter): Promise<void> {
  const part = `${file}.${crypto.randomUUID()}.part`;
  try {
    const { reportPage } = await import("../report/mod.ts");
    const data = record.data();
    const text = file.endsWith(".json") ? JSON.stringify(data, null, 2) + "\n" : reportPage(data);
    await Deno.writeTextFile(part, text, { mode: 0o644, createNew: true });
    await Deno.rename(part, file);
  } catch (error) {
    await Deno.remove(part).catch(() => {});
    screen.emit({
      event: "warning",
      code: "report",
      message: `Cannot write the report ${JSON.stringify(file)}: ${messageOf(error)}`,
      hint: "All else counts as told. Give --report a file in a folder that can be written.",
    });
  }
}

/** Notes the way from each target's URL to where it stores, as far as it can be found. */
export async function recordRoutes(
  adapters: readonly StorageAdapter[],
  flags: AdapterFlags & { readonly verify: VerifyMode; readonly dryRun?: true },
  { env, signal }: Pick<Context, "env" | "signal">,
  record: RunRecord | undefined,
): Promise<void> {
  if (record === undefined) return;
  const given = flags["nginxConf"];
  const nginxConf = typeof given === "string" ? given : env(optionVariable("nginxConf"));
  const asked = verifyMode(flags.verify).reads === "url" && flags.dryRun !== true;
  const { findRoute: findRoute } = await import("../report/mod.ts");
  for (const adapter of adapters) {
    const base = adapter.publicUrl?.("x")?.href.replace(/x$/, "");
    record.addWay(await findRoute(adapter.target, base, { env, signal, asked, nginxConf }));
  }
}
