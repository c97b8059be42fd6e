/** `binimport config check`: what will go wrong with a clusterConfig.yaml. */
import type { Command } from "commander";
import type { Finding } from "../../config/mod.ts";
import { BinimportError } from "../../core/errors.ts";
import type { Context } from "../context.ts";
import { exitStatus } from "../exit_status.ts";
import { addOutputFlags, type OutputFlags, outputOptions } from "../flags.ts";
import { formatCount } from "../output/format.ts";
import { type Reporter, reporter } from "../output/reporter.ts";
import { addBucketFlag } from "./bucket.ts";
import { loadConfig } from "./load.ts";
import { externalRepository } from "./repository.ts";
import { type OnlineFlags, tryRepository } from "./online.ts";

type CheckFlags = OutputFlags & OnlineFlags & { readonly online?: true };

/** Declares the command; what it is to exit with goes to `done`. */
export function declareCheck(
  config: Command,
  context: Context,
  done: (status: number) => void,
): void {
  const command = config.command("check")
    .summary("find what will go wrong")
    .description(
      "Finds what is known to go wrong with spec.binaries, without the network. Exits with 5 when there\nis an error; warnings may be meant so.",
    )
    .argument("<file>", "the clusterConfig.yaml")
    .optionsGroup("Online:")
    .option(
      "--online",
      "also ask the server: does it answer, can the user read and write the bucket",
    );
  addBucketFlag(command)
    .option("--ca-file <file>", "certificates of authorities to trust, in PEM")
    .option("--insecure-skip-tls-verify", "trust any TLS certificate");
  addOutputFlags(command);
  command.action(async (file: string, flags: CheckFlags) => {
    done(await runCheck(file, flags, context));
  });
}

async function runCheck(file: string, flags: CheckFlags, context: Context): Promise<number> {
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
