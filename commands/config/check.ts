/** Runs `binimport config check`: what will go wrong with a clusterConfig.yaml. */
import type { Finding } from "../../config/mod.ts";
import { BinimportError } from "../../core/errors.ts";
import type { CheckFlags } from "../config.ts";
import type { Context } from "../context.ts";
import { exitStatus } from "../exit_status.ts";
import { outputOptions } from "../flags.ts";
import { formatCount } from "../../core/format.ts";
import { type Reporter, reporter } from "../output/reporter.ts";
import { loadConfig } from "./load.ts";
import { externalRepository } from "./repository.ts";
import { tryRepository } from "./online.ts";

/** Tells what will go wrong with a file; gives the exit status. */
export async function runCheck(file: string, flags: CheckFlags, context: Context): Promise<number> {
  const { checkConfig } = await loadConfig();
  const report = reporter(context, outputOptions(flags));
  const findings = await checkConfig(file);
  for (const finding of findings) tell(file, finding, report);
  const errors = findings.filter(({ severity }) => severity === "error").length;
  if (flags.online) {
    const message = errors === 0
      ? await askServer(file, flags, context, report)
      : "The server was not asked: mend the errors first";
    report.result({ event: "online", message }, `${message}\n`);
  }
  const warnings = findings.length - errors;
  const counts = `${formatCount(errors, "error")}, ${formatCount(warnings, "warning")}`;
  report.result(
    { event: "summary", ok: errors === 0, file, errors, warnings },
    `${file}: ${counts}\n`,
  );
  return errors === 0 ? 0 : exitStatus(new BinimportError("difference", ""));
}

function tell(file: string, finding: Finding, report: Reporter): void {
  const { code, severity, message, hint, line } = finding;
  report.result(
    { event: "finding", severity, code, message, hint, line },
    `${file}:${line}: ${severity}: ${message} [${code}]\n  ${hint}\n`,
  );
}

/** What the server shows, as a sentence; it is not asked when binaries come from elsewhere. */
async function askServer(
  file: string,
  flags: CheckFlags,
  context: Context,
  report: Reporter,
): Promise<string> {
  const { openConfig } = await loadConfig();
  const config = await openConfig(file);
  const { form } = config.block;
  if (form !== "s3" && form !== "http") return `No server is asked: the form is ${form}`;
  return await tryRepository(await externalRepository(config), flags, context, report);
}
