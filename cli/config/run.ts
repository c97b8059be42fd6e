/** Runs `binimport config` and its verbs. */
import {
  checkConfig,
  openConfig,
  readHosts,
  renderScalar,
  repositoryVariables,
  shownEndpoint,
  usualServer,
  withoutSlash,
} from "../../cluster_config/mod.ts";
import { formatCount } from "../../core/util/units.ts";
import {
  bucketOf,
  changeRepository,
  externalRepository,
  requireEndpoint,
  tryRepository,
} from "../cluster_config.ts";
import { DIFFERENT, usageError } from "../context.ts";
import { readSecretFile } from "../options/mod.ts";
import { messageText } from "../output/mod.ts";
import type { Session } from "../session.ts";
import type { NodeFinding } from "./as_node.ts";

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

/** Tells what will go wrong with a file; gives the exit status. */
export async function runCheck(session: Session, file: string): Promise<number> {
  const { flags: { expect, online }, report } = session;
  if (expect !== undefined && online !== true) {
    throw usageError("Cannot use --expect without --online: no server is asked");
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
  const asked = online && await checkOnline(file, count.error, session);
  if (asked) asked.findings.forEach(tell);
  const { error: errors, warning: warnings } = count;
  const { expected, present, missing, different, undecided } = asked?.summary ?? {};
  const counts = { errors, warnings, expected, present, missing, different, undecided };
  report.result(
    { event: "summary", ok: errors === 0, file, ...counts },
    `${file}: ${formatCount(errors, "error")}, ${formatCount(warnings, "warning")}\n`,
  );
  return errors === 0 ? 0 : DIFFERENT;
}

/** Asks the server; it is not asked when binaries come from elsewhere. */
async function checkOnline(file: string, errors: number, session: Session) {
  const say = (message: string) =>
    session.report.result({ event: "online", message }, `${message}\n`);
  const config = errors > 0 ? undefined : await openConfig(file);
  const form = config?.block.form;
  if (config === undefined || (form !== "s3" && form !== "http")) {
    const why = "The server was not asked: fix the errors first";
    say(form ? `No server is asked: the form is ${form}` : why);
    return undefined;
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
  report.result(inventory, stringify(inventory, { schema: "yaml-1.1" })); // as Ansible reads it
}

/** Prints the variables that follow from a file, as YAML. */
export async function runVars(session: Session, file: string): Promise<void> {
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

const PASSWORD_WAYS =
  "Give --password-file FILE, --password-file - for standard input, or set $BINIMPORT_PASSWORD.";

/** Sets the repository that flags and environment name, and tells what changed. */
export async function runSet(session: Session, file: string): Promise<void> {
  const { flags, context: { env, args }, report } = session;
  if (args.some((arg) => /^--password(?:=|$)/.test(arg))) {
    const message = "Cannot take a password from the command line: ps shows it";
    throw usageError(message, PASSWORD_WAYS);
  }
  const given = flags.endpoint ?? env("BINIMPORT_ENDPOINT");
  if (given === undefined) {
    const hint = "Give --endpoint, such as http://10.0.1.1:8080.";
    throw usageError("Cannot tell which repository to set: no endpoint is given", hint);
  }
  const { user, from } = await givenUser(given, session);
  requireEndpoint({ endpoint: given, ...user && { user } }, "usage");
  const repository = { endpoint: withoutSlash(given), ...(user && { user }) };
  await changeRepository(await openConfig(file), repository, flags.dryRun ?? false, report);
  if (user === undefined || flags.username !== undefined) return;
  const message = `User name from $BINIMPORT_USERNAME, password from ${from}`;
  report.warn("credentials-from-environment", message);
}

/** The user that is given, if any, and where the password comes from. */
async function givenUser(endpoint: string, { flags, context, report }: Session) {
  const username = (flags.username ?? context.env("BINIMPORT_USERNAME")) || undefined;
  if (username === undefined) {
    if (flags.passwordFile === undefined) return {};
    const hint = "Give --username for an S3 server; a plain HTTP server has neither.";
    throw usageError("Cannot use --password-file without --username", hint);
  }
  // A name that the environment alone gives may be left over from another step: it counts only where
  // the endpoint looks like that of an S3 server.
  if (flags.username === undefined && usualServer(endpoint) !== "s3") {
    const shown = shownEndpoint(endpoint);
    throw usageError(
      `Cannot tell whether ${shown} is an S3 server: $BINIMPORT_USERNAME gives a user name`,
      "For an S3 server, give --username, too. For a plain HTTP server, unset " +
        "BINIMPORT_USERNAME, or give --username ''.",
    );
  }
  if (/[\0\r\n]/.test(username)) {
    throw usageError("Cannot use the --username given: it has more than one line");
  }
  const file = flags.passwordFile ?? context.env("BINIMPORT_PASSWORD_FILE");
  const password = file === undefined
    ? flags.password
    : await readSecretFile(file, "--password-file", context, report.warn);
  if (password === undefined) {
    throw usageError(`Cannot set user "${username}": no password is given`, PASSWORD_WAYS);
  }
  const [, state] = UNFIT_PASSWORDS.find(([pattern]) => pattern.test(password)) ?? [];
  const named = file === undefined ? "$BINIMPORT_PASSWORD" : `--password-file ${file}`;
  if (state === undefined) return { user: { username, password }, from: file ?? named };
  throw usageError(`Cannot use the password of ${named}: ${state}`, PASSWORD_WAYS);
}

const UNFIT_PASSWORDS = [
  [/^$/, "it is empty"],
  [/[\r\n]/, "it has more than one line"],
  [/\0/, "it holds a NUL byte"],
] as const;
