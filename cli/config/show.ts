/** Runs `binimport config get`: where a cluster fetches binaries from. */
import type { Finding } from "../../cluster_config/mod.ts";
import type { ExpectedCounts } from "../../core/importer/mod.ts";
import { BinimportError } from "../../core/util/errors.ts";
import { formatCount } from "../../core/util/units.ts";
import { type BucketFlag, bucketOf, externalRepository, loadConfig } from "../cluster_config.ts";
import { type Context, exitStatus } from "../context.ts";
import type { ExpectFlags } from "../expect_options.ts";
import { type OnlineFlags, tryRepository } from "../online_check.ts";
import { type OutputFlags, outputOptions } from "../options/mod.ts";
import { messageText, type Reporter, reporter } from "../output/mod.ts";
import type { AsNode } from "./as_node.ts";

/** Shows `spec.binaries` of a file, without the password. */
export async function runGet(file: string, flags: OutputFlags, context: Context): Promise<void> {
  const { openConfig, shownEndpoint } = await loadConfig();
  const { block: { values, form } } = await openConfig(file);
  const shown = (endpoint: string | undefined) =>
    endpoint === undefined ? null : shownEndpoint(endpoint);
  const facts = {
    type: values.type ?? null,
    externalRepoEndpoint: shown(values.externalRepoEndpoint),
    externalRepoUsername: values.externalRepoUsername ?? null,
    externalRepoPassword: values.externalRepoPassword !== undefined,
    ...(values.externalRepository === undefined
      ? {}
      : { externalRepository: shown(values.externalRepository) }),
    form,
  };
  const lines = Object.entries(facts).flatMap(([key, value]) => {
    if (value === null || value === false) return [];
    return [`${key}: ${value === true ? "(set, not shown)" : value}\n`];
  });
  reporter(context, outputOptions(flags)).result(facts, lines.join(""));
}

/** Tells what will go wrong with a file; gives the exit status. */
export async function runCheck(file: string, flags: CheckFlags, context: Context): Promise<number> {
  if (flags.expect !== undefined && flags.online !== true) {
    throw new BinimportError(
      "usage",
      "Cannot use --expect without --online: nobody would be asked",
    );
  }
  const { checkConfig } = await loadConfig();
  const report = reporter(context, outputOptions(flags));
  const findings = await checkConfig(file);
  for (const finding of findings) tell(file, finding, report);
  const inFile = findings.filter(({ severity }) => severity === "error").length;
  const online = flags.online ? await checkOnline(file, inFile, flags, context, report) : undefined;
  const all = [...findings, ...online?.findings ?? []];
  const errors = all.filter(({ severity }) => severity === "error").length;
  const warnings = all.length - errors;
  const counts = `${formatCount(errors, "error")}, ${formatCount(warnings, "warning")}`;
  report.result(
    { event: "summary", ok: errors === 0, file, errors, warnings, ...countsOf(online?.summary) },
    `${file}: ${counts}\n`,
  );
  return errors === 0 ? 0 : exitStatus(new BinimportError("difference", ""));
}

function tell(file: string, finding: Finding, report: Reporter): void {
  const { code, severity, message, hint, line } = finding;
  report.result(
    { event: "finding", severity, code, message, hint, line },
    `${file}:${line}: ${
      messageText(`${severity}: `, severity === "error" ? "bad" : "warn", {
        message: `${message} [${code}]`,
        hint,
      }, report.style)
    }`,
  );
}

/** Asks the server; it is not asked when binaries come from elsewhere. */
async function checkOnline(
  file: string,
  errors: number,
  flags: CheckFlags,
  context: Context,
  report: Reporter,
): Promise<AsNode> {
  const say = (message: string) => report.result({ event: "online", message }, `${message}\n`);
  const none = (message: string): AsNode => {
    say(message);
    return { findings: [] };
  };
  if (errors > 0) return none("The server was not asked: mend the errors first");
  const { openConfig } = await loadConfig();
  const config = await openConfig(file);
  const { form } = config.block;
  if (form !== "s3" && form !== "http") return none(`No server is asked: the form is ${form}`);
  const repository = await externalRepository(config);
  say(await tryRepository(repository, flags, context, report));
  const { askAsNode } = await import("./as_node.ts");
  const asked = await askAsNode(config, repository, flags, context, report);
  for (const { severity, code, message, hint } of asked.findings) {
    report.result(
      { event: "finding", severity, code, message, hint },
      `${severity}: ${message} [${code}]\n  ${hint}\n`,
    );
  }
  return asked;
}

function countsOf(summary: AsNode["summary"]): Partial<ExpectedCounts> {
  if (summary === undefined) return {};
  const { expected, present, missing, different, undecided } = summary;
  return { expected, present, missing, different, undecided };
}

/** Prints the nodes of a file as an inventory of Ansible: YAML, or with `--json` JSON. */
export async function runHosts(file: string, flags: OutputFlags, context: Context): Promise<void> {
  const { readHosts } = await loadConfig();
  const inventory = await readHosts(file);
  const { stringify } = await import("yaml");
  reporter(context, outputOptions(flags)).result(inventory, stringify(inventory));
}

/** Values of the flags of `config check` as the parser gives them. */
export type CheckFlags = OutputFlags & OnlineFlags & ExpectFlags & { readonly online?: true };

/** Prints the variables that follow from a file, as YAML. */
export async function runVars(file: string, flags: VarsFlags, context: Context): Promise<void> {
  const { openConfig, renderScalar, repositoryVariables } = await loadConfig();
  const repository = await externalRepository(await openConfig(file));
  const bucket = await bucketOf(flags, context, repository.bucket);
  const { variables, notes } = repositoryVariables(repository, bucket, release(flags));
  const lines = Object.entries(variables)
    .map(([name, value]) => `${name}: ${renderScalar(value, "plain", "block")}\n`);
  const comments = notes.map((note) => note.replaceAll(/^/gm, "# ") + "\n");
  reporter(context, outputOptions(flags)).result(variables, [...lines, ...comments].join(""));
}

function release({ kubespray }: VarsFlags): string | undefined {
  if (kubespray === undefined || /^v?\d+\.\d+(?:\.\d+)?$/.test(kubespray)) return kubespray;
  if (/^(?:master|main)$/.test(kubespray)) return "v2.99"; // as the newest release
  throw new BinimportError("usage", `Cannot use ${JSON.stringify(kubespray)}: it is no release`, {
    hint: "Give --kubespray v2.24.3, or master.",
  });
}

/** Values of the flags of `config vars` as the parser gives them. */
export type VarsFlags = OutputFlags & BucketFlag & { readonly kubespray?: string };
