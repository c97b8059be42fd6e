/** Runs `binimport config set`: lets a cluster fetch binaries from an external repository. */
import type { Block, ClusterConfig, Repository } from "../../config/mod.ts";
import { BinimportError } from "../../core/errors.ts";
import type { SetFlags } from "../config.ts";
import type { Context } from "../context.ts";
import { outputOptions } from "../flags.ts";
import { type Reporter, reporter } from "../output/reporter.ts";
import { loadConfig } from "./load.ts";
import { checkPassword, PASSWORD_WAYS, readPassword } from "./password.ts";

/** Sets the repository that flags and environment name, and tells what changed. */
export async function runSet(file: string, flags: SetFlags, context: Context): Promise<void> {
  const { openConfig, setRepository, writeConfig } = await loadConfig();
  const repository = await givenRepository(flags, context);
  const config = await openConfig(file);
  const change = setRepository(config, repository);
  const report = reporter(context, outputOptions(flags));
  if (change.text === config.file.text) await tell("unchanged", config, change.block, report);
  else if (flags.dryRun) await tell("would-write", config, change.block, report);
  else await tell("written", config, change.block, report, writeConfig(config, change));
  for (const { code, severity, message, hint, line } of change.findings) {
    if (severity === "error") {
      report.emit({ event: "warning", code, message: `${file}:${line}: ${message}`, hint });
    }
  }
}

/** The repository that flags and environment name. Code `usage` when they do not name one. */
async function givenRepository(flags: SetFlags, context: Context): Promise<Repository> {
  const { ENDPOINT_FAULTS, endpointFault, shownEndpoint, withoutSlash } = await loadConfig();
  const given = flags.endpoint ?? context.env("BINIMPORT_ENDPOINT");
  if (given === undefined) {
    throw new BinimportError("usage", "Cannot tell which repository to set: no endpoint is given", {
      hint: "Give --endpoint, such as http://10.0.1.1:8080.",
    });
  }
  const user = await givenUser(flags, context);
  const fault = endpointFault(given, user === undefined ? "http" : "s3");
  if (fault === undefined) {
    return { endpoint: withoutSlash(given), ...(user === undefined ? {} : { user }) };
  }
  const [state, hint] = ENDPOINT_FAULTS[fault];
  const shown = shownEndpoint(given);
  throw new BinimportError("usage", `Cannot use "${shown}" as an endpoint: ${state}`, { hint });
}

async function givenUser(flags: SetFlags, context: Context): Promise<Repository["user"]> {
  const username = (flags.username ?? context.env("BINIMPORT_USERNAME")) || undefined;
  if (username === undefined) {
    if (flags.passwordFile === undefined) return undefined;
    throw new BinimportError("usage", "Cannot use --password-file without --username", {
      hint: "Give --username for an S3 server; a plain HTTP server has neither.",
    });
  }
  if (/[\0\r\n]/.test(username)) {
    throw new BinimportError("usage", "Cannot use the --username given: it has more than one line");
  }
  const file = flags.passwordFile ?? context.env("BINIMPORT_PASSWORD_FILE");
  if (file !== undefined) return { username, password: await readPassword(file, context) };
  if (flags.password !== undefined) {
    return { username, password: checkPassword(flags.password, "$BINIMPORT_PASSWORD") };
  }
  throw new BinimportError("usage", `Cannot set user "${username}": no password is given`, {
    hint: PASSWORD_WAYS,
  });
}

async function tell(
  action: "written" | "unchanged" | "would-write",
  { file: { name }, block: before }: ClusterConfig,
  after: Block,
  report: Reporter,
  backup?: string,
): Promise<void> {
  const { BLOCK_KEYS, shownEndpoint } = await loadConfig();
  const changes = BLOCK_KEYS.filter((key) => before.values[key] !== after.values[key])
    .map((key) => {
      const shown = (value: string | undefined) => {
        if (key === "externalRepoPassword") return value !== undefined;
        return value === undefined ? null : shownEndpoint(value);
      };
      return { key, before: shown(before.values[key]), after: shown(after.values[key]) };
    });
  const facts = {
    event: "config",
    file: name,
    action,
    form: after.form,
    changes,
    ...(backup === undefined ? {} : { backup }),
  };
  const verb = {
    written: "Changed",
    unchanged: "Nothing to change in",
    "would-write": "Would change",
  };
  const lines = changes.map((one) => `  ${one.key}: ${text(one.before)} → ${text(one.after)}\n`);
  const kept = backup === undefined ? "" : `Backup: ${backup}\n`;
  report.result(facts, `${verb[action]} ${name}\n${lines.join("")}${kept}`);
}

function text(value: string | boolean | null): string {
  if (value === null || value === false) return "(none)";
  return value === true ? "(not shown)" : value;
}
