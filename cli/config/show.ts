/** Runs `binimport config get`, `check`, `vars` and `hosts`, which change nothing. */
import {
  checkConfig,
  openConfig,
  readHosts,
  renderScalar,
  repositoryVariables,
  shownEndpoint,
} from "../../cluster_config/mod.ts";
import { formatCount } from "../../core/util/units.ts";
import { bucketOf, externalRepository, tryRepository } from "../cluster_config.ts";
import { DIFFERENT, usageError } from "../context.ts";
import type { Flags } from "../options/mod.ts";
import { messageText } from "../output/mod.ts";
import type { Session } from "../session.ts";
import type { AsNode, NodeFinding } from "./as_node.ts";

/** Shows `spec.binaries` of a file, without the password. */
export async function runGet({ report }: Session, file: string): Promise<void> {
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
  report.result(facts, lines.join(""));
}

/** What the flags of `config check` give. */
export type CheckFlags = Flags & { readonly online?: true };

/** Tells what will go wrong with a file; gives the exit status. */
export async function runCheck(session: Session<CheckFlags>, file: string): Promise<number> {
  const { flags: { expect, online }, report } = session;
  if (expect !== undefined && online !== true) {
    throw usageError("Cannot use --expect without --online: nobody would be asked");
  }
  const count = { error: 0, warning: 0 };
  const tell = (finding: NodeFinding & { readonly line?: number }) => {
    const { severity, code, message, hint, line } = finding;
    count[severity]++;
    const place = line === undefined ? "" : `${file}:${line}: `;
    const tone = severity === "error" ? "bad" : "warn";
    const told = { message: `${message} [${code}]`, hint };
    report.result(
      { event: "finding", severity, code, message, hint, line },
      place + messageText(`${severity}: `, tone, told, report.style),
    );
  };
  (await checkConfig(file)).forEach(tell);
  const { findings, summary }: AsNode = online
    ? await checkOnline(file, count.error, session)
    : { findings: [] };
  findings.forEach(tell);
  const { error: errors, warning: warnings } = count;
  const { expected, present, missing, different, undecided } = summary ?? {};
  const counts = { errors, warnings, expected, present, missing, different, undecided };
  report.result(
    { event: "summary", ok: errors === 0, file, ...counts },
    `${file}: ${formatCount(errors, "error")}, ${formatCount(warnings, "warning")}\n`,
  );
  return errors === 0 ? 0 : DIFFERENT;
}

/** Asks the server; it is not asked when binaries come from elsewhere. */
async function checkOnline(file: string, errors: number, session: Session): Promise<AsNode> {
  const say = (message: string) =>
    session.report.result({ event: "online", message }, `${message}\n`);
  const config = errors > 0 ? undefined : await openConfig(file);
  const form = config?.block.form;
  if (config === undefined || (form !== "s3" && form !== "http")) {
    say(
      form
        ? `No server is asked: the form is ${form}`
        : "The server was not asked: fix the errors first",
    );
    return { findings: [] };
  }
  const repository = externalRepository(config);
  say(await tryRepository(repository, session));
  const { askAsNode } = await import("./as_node.ts");
  return await askAsNode(config, repository, session);
}

/** Prints the nodes of a file as an inventory of Ansible: YAML, or with `--json` JSON. */
export async function runHosts({ report }: Session, file: string): Promise<void> {
  const inventory = await readHosts(file);
  const { stringify } = await import("yaml");
  report.result(inventory, stringify(inventory));
}

/** What the flags of `config vars` give. */
export type VarsFlags = Flags & { readonly kubespray?: string };

/** Prints the variables that follow from a file, as YAML. */
export async function runVars(session: Session<VarsFlags>, file: string): Promise<void> {
  const { flags: { kubespray }, report } = session;
  const repository = externalRepository(await openConfig(file));
  const bucket = bucketOf(session, repository);
  const isNewest = /^(?:master|main)$/.test(kubespray ?? "");
  if (kubespray !== undefined && !isNewest && !/^v?\d+\.\d+(?:\.\d+)?$/.test(kubespray)) {
    const message = `Cannot use ${JSON.stringify(kubespray)}: it is no release`;
    throw usageError(message, "Give --kubespray v2.24.3, or master.");
  }
  const release = isNewest ? "v2.99" : kubespray;
  const { variables, notes } = repositoryVariables(repository, bucket, release);
  const lines = Object.entries(variables)
    .map(([name, value]) => `${name}: ${renderScalar(value, "plain", "block")}\n`);
  const comments = notes.map((note) => note.replaceAll(/^/gm, "# ") + "\n");
  report.result(variables, [...lines, ...comments].join(""));
}
