/** `--report FILE.html`: what a run told, as a page. */
import { verifyMode } from "../core/importer/mod.ts";
import type { StorageAdapter } from "../core/storage/mod.ts";
import { shownAddress } from "../core/util/address.ts";
import { systemState } from "../core/util/errno.ts";
import { UnfitFile } from "../core/util/foreign_file.ts";
import { shellWord } from "../core/util/hints.ts";
import {
  findRoute,
  type Origin,
  reportPage,
  type RunRecord,
  runRecord,
  type Verb,
} from "../report/mod.ts";
import { VERSION } from "./about.ts";
import type { Context } from "./context.ts";
import { errorEvent, jsonLine, type Reporter, warnBy } from "./output/mod.ts";
import type { Session } from "./session.ts";
import { localeOf } from "./process.ts";

/** Runs something, and writes its page however it ended. Where that fails, it is a warning. */
export async function withReport(
  file: string,
  verb: Verb,
  session: Session,
  run: (session: Session) => Promise<number>,
): Promise<number> {
  const { report: screen, context } = session;
  const record = runRecord(verb, originOf(context, session.flags.lang));
  const emit: Reporter["emit"] = (event) => {
    record.add(event);
    screen.emit(event);
  };
  try {
    return await run({ ...session, report: { ...screen, emit, warn: warnBy(emit) }, record });
  } catch (error) {
    record.add(errorEvent(error));
    throw error;
  } finally {
    await writePage(file, record, screen);
  }
}

function originOf({ args, env }: Context, lang: string | undefined): Origin {
  const { os, arch } = Deno.build;
  // No option takes a secret, but an address may hold one, and so may a variable of --set.
  const shown = args.map((arg) =>
    arg.replace(/https?:\/\/.*/is, shownAddress)
      .replace(/^(\w*(?:pass|token|secret|key)\w*)=.*$/is, "$1=***")
  );
  return {
    version: VERSION,
    host: Deno.hostname(),
    user: env("USER") ?? env("LOGNAME") ?? `uid ${Deno.uid()}`,
    command: ["binimport", ...shown.map(shellWord)].join(" "),
    system: `Deno ${Deno.version.deno} on ${os} ${Deno.osRelease()} (${arch})`,
    language: lang ?? localeOf(env),
  };
}

async function writePage(file: string, record: RunRecord, screen: Reporter): Promise<void> {
  const part = `${file}.${crypto.randomUUID()}.part`;
  try {
    const data = record.data();
    await refuseOther(file);
    const text = file.endsWith(".json") ? jsonLine(data, 2) : reportPage(data);
    await Deno.writeTextFile(part, text, { mode: 0o644, createNew: true });
    await Deno.rename(part, file);
  } catch (error) {
    await Deno.remove(part).catch(() => {});
    screen.warn(
      "report",
      `Cannot write the report ${JSON.stringify(file)}: ${systemState(error)}`,
      "The run itself is not affected. Give --report a file in a folder that can be written.",
    );
  }
}

/** `/dev/null` is to stay what it is, and so is `/dev/stdout`, a link: neither is to become a file. */
async function refuseOther(file: string): Promise<void> {
  const there = await Deno.stat(file).catch(() => undefined); // who cannot look cannot write either
  const link = await Deno.readLink(file).catch(() => "");
  if (link.startsWith("/proc/") || there && !there.isFile && !there.isDirectory) {
    throw new UnfitFile("a device or pipe has that name");
  }
}

/** Notes the way from each target's URL to where it stores, as far as it can be found. */
export async function recordRoutes(
  adapters: readonly StorageAdapter[],
  { flags, context: { env }, signal }: Session,
  record: RunRecord,
): Promise<void> {
  const nginxConf = flags.nginxConf ?? env("BINIMPORT_NGINX_CONF");
  const asked = verifyMode(flags.verify ?? "auto").reads === "url" && flags.dryRun !== true;
  for (const adapter of adapters) {
    const base = adapter.publicUrl?.("x")?.href.replace(/x$/, "");
    record.addWay(await findRoute(adapter.target, base, { env, signal, asked, nginxConf }));
  }
}
