/** Runs `binimport config get`, `check`, `vars` and `hosts`, which change nothing. */
import { BinimportError } from "../../core/util/errors.ts";
import { formatCount } from "../../core/util/units.ts";
import { bucketOf, externalRepository, loadConfig } from "../cluster_config.ts";
import { type Context, DIFFERENT } from "../context.ts";
import { tryRepository } from "../online_check.ts";
import type { Flags } from "../options/mod.ts";
import { messageText, reporter } from "../output/mod.ts";
import { openSession, type Session } from "../session.ts";
import type { AsNode, NodeFinding } from "./as_node.ts";

/** Shows `spec.binaries` of a file, without the password. */
export async function runGet(file: string, flags: Flags, context: Context): Promise<void> {
  const { openConfig, shownEndpoint } = await loadConfig();
  const { block: { values, form } } = await openConfig(file);
  const shown = (endpoint: string | undefined) =>
    endpoint === undefined ? null : shownEndpoint(endpoint);
  const facts = {
    type: values.type ?? null,
    externalRepoEndpoint: shown(values.externalRepoEndpoint),
    externalRepoUsername: values.externalRepoUsername ?? null,
    externalRepoPassword: values.externalRepoPassword !== undefined,
    ...(values.externalRepository && { externalRepository: shown(values.externalRepository) }),
    form,
  };
  const lines = Object.entries(facts)
    .filter(([, value]) => value !== null && value !== false)
    .map(([key, value]) => `${key}: ${value === true ? "(set, not shown)" : value}\n`);
  reporter(context, flags).result(facts, lines.join(""));
}

/** What the flags of `config check` give. */
export type CheckFlags = Flags & { readonly online?: true };

/** Tells what will go wrong with a file; gives the exit status. */
export async function runCheck(file: string, flags: CheckFlags, context: Context): Promise<number> {
  if (flags.expect !== undefined && flags.online !== true) {
    const message = "Cannot use --expect without --online: nobody would be asked";
    throw new BinimportError("usage", message);
  }
  const { checkConfig } = await loadConfig();
  using session = openSession(flags, context);
  const { report } = session;
  const count = { error: 0, warning: 0 };
  const tell = (
    { severity, code, message, hint, line }: NodeFinding & { readonly line?: number },
  ) => {
    count[severity]++;
    const place = line === undefined ? "" : `${file}:${line}: `;
    const tone = severity === "error" ? "bad" : "warn";
    const told = { message: `${message} [${code}]`, hint };
    report.result(
      { event: "finding", severity, code, message, hint, ...(line !== undefined && { line }) },
      place + messageText(`${severity}: `, tone, told, report.style),
    );
  };
  (await checkConfig(file)).forEach(tell);
  const online = flags.online ? await checkOnline(file, count.error, session) : undefined;
  online?.findings.forEach(tell);
  const { error: errors, warning: warnings } = count;
  const { expected, present, missing, different, undecided } = online?.summary ?? {};
  report.result(
    {
      event: "summary",
      ok: errors === 0,
      file,
      errors,
      warnings,
      ...(online?.summary && { expected, present, missing, different, undecided }),
    },
    `${file}: ${formatCount(errors, "error")}, ${formatCount(warnings, "warning")}\n`,
  );
  return errors === 0 ? 0 : DIFFERENT;
}

/** Asks the server; it is not asked when binaries come from elsewhere. */
async function checkOnline(file: string, errors: number, session: Session): Promise<AsNode> {
  const say = (message: string) =>
    session.report.result({ event: "online", message }, `${message}\n`);
  const none = (message: string): AsNode => {
    say(message);
    return { findings: [] };
  };
  if (errors > 0) return none("The server was not asked: fix the errors first");
  const { openConfig } = await loadConfig();
  const config = await openConfig(file);
  const { form } = config.block;
  if (form !== "s3" && form !== "http") return none(`No server is asked: the form is ${form}`);
  const repository = await externalRepository(config);
  say(await tryRepository(repository, session));
  const { askAsNode } = await import("./as_node.ts");
  return await askAsNode(config, repository, session);
}

/** Prints the nodes of a file as an inventory of Ansible: YAML, or with `--json` JSON. */
export async function runHosts(file: string, flags: Flags, context: Context): Promise<void> {
  const { readHosts } = await loadConfig();
  const inventory = await readHosts(file);
  const { stringify } = await import("yaml");
  reporter(context, flags).result(inventory, stringify(inventory));
}

/** What the flags of `config vars` give. */
export type VarsFlags = Flags & { readonly kubespray?: string };

/** Prints the variables that follow from a file, as YAML. */
export async function runVars(file: string, flags: VarsFlags, context: Context): Promise<void> {
  const { openConfig, renderScalar, repositoryVariables } = await loadConfig();
  const repository = await externalRepository(await openConfig(file));
  const bucket = await bucketOf(flags, context, repository.bucket);
  const { variables, notes } = repositoryVariables(repository, bucket, release(flags));
  const lines = Object.entries(variables)
    .map(([name, value]) => `${name}: ${renderScalar(value, "plain", "block")}\n`);
  const comments = notes.map((note) => note.replaceAll(/^/gm, "# ") + "\n");
  reporter(context, flags).result(variables, [...lines, ...comments].join(""));
}

function release({ kubespray }: VarsFlags): string | undefined {
  if (kubespray === undefined || /^v?\d+\.\d+(?:\.\d+)?$/.test(kubespray)) return kubespray;
  if (/^(?:master|main)$/.test(kubespray)) return "v2.99"; // as the newest release
  throw new BinimportError("usage", `Cannot use ${JSON.stringify(kubespray)}: it is no release`, {
    hint: "Give --kubespray v2.24.3, or master.",
  });
}
