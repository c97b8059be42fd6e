/** Runs `binimport config set`: lets a cluster fetch binaries from an external repository. */
import type { Repository } from "../../core/storage/mod.ts";
import { BinimportError } from "../../core/util/errors.ts";
import { changeRepository, loadConfig, PASSWORD_WAYS, requireEndpoint } from "../cluster_config.ts";
import type { Context } from "../context.ts";
import { type Flags, readSecretFile } from "../options/mod.ts";
import { type Reporter, reporter } from "../output/mod.ts";

/** What the verb's flags give. */
export interface SetFlags extends Flags {
  readonly endpoint?: string;
  readonly username?: string;
  readonly passwordFile?: string;
  /** Only ever that of the environment. */
  readonly password?: string;
}

/** Sets the repository that flags and environment name, and tells what changed. */
export async function runSet(file: string, flags: SetFlags, context: Context): Promise<void> {
  const { openConfig } = await loadConfig();
  using report = reporter(context, flags);
  const repository = await givenRepository(flags, context, report);
  await changeRepository(await openConfig(file), repository, flags.dryRun ?? false, report);
  if (repository.user === undefined || flags.username !== undefined) return;
  const password = passwordFile(flags, context) ?? "$BINIMPORT_PASSWORD";
  report.warn(
    "credentials-from-environment",
    `User name from $BINIMPORT_USERNAME, password from ${password}`,
  );
}

function passwordFile(flags: SetFlags, { env }: Context): string | undefined {
  return flags.passwordFile ?? env("BINIMPORT_PASSWORD_FILE");
}

async function givenRepository(
  flags: SetFlags,
  context: Context,
  report: Reporter,
): Promise<Repository> {
  const { withoutSlash } = await loadConfig();
  const given = flags.endpoint ?? context.env("BINIMPORT_ENDPOINT");
  if (given === undefined) {
    throw new BinimportError("usage", "Cannot tell which repository to set: no endpoint is given", {
      hint: "Give --endpoint, such as http://10.0.1.1:8080.",
    });
  }
  const user = await givenUser(flags, given, context, report);
  await requireEndpoint(given, user !== undefined, "usage");
  return { endpoint: withoutSlash(given), ...(user === undefined ? {} : { user }) };
}

async function givenUser(
  flags: SetFlags,
  endpoint: string,
  context: Context,
  report: Reporter,
): Promise<Repository["user"]> {
  const username = (flags.username ?? context.env("BINIMPORT_USERNAME")) || undefined;
  if (username === undefined) {
    if (flags.passwordFile === undefined) return undefined;
    throw new BinimportError("usage", "Cannot use --password-file without --username", {
      hint: "Give --username for an S3 server; a plain HTTP server has neither.",
    });
  }
  if (flags.username === undefined) await refuseLeftOver(endpoint);
  if (/[\0\r\n]/.test(username)) {
    throw new BinimportError("usage", "Cannot use the --username given: it has more than one line");
  }
  const file = passwordFile(flags, context);
  const password = file === undefined
    ? flags.password
    : await readSecretFile(file, "--password-file", context, report.warn);
  if (password === undefined) {
    throw new BinimportError("usage", `Cannot set user "${username}": no password is given`, {
      hint: PASSWORD_WAYS,
    });
  }
  const from = file === undefined ? "$BINIMPORT_PASSWORD" : `--password-file ${file}`;
  return { username, password: checkPassword(password, from) };
}

/**
 * A user name that the environment alone gives may be left over from another step: it makes an S3
 * form only where the endpoint looks like one.
 */
async function refuseLeftOver(endpoint: string): Promise<void> {
  const { shownEndpoint, usualServer } = await loadConfig();
  if (usualServer(endpoint) === "s3") return;
  const shown = shownEndpoint(endpoint);
  throw new BinimportError(
    "usage",
    `Cannot tell whether ${shown} is an S3 server: $BINIMPORT_USERNAME gives a user name`,
    {
      hint: "For an S3 server, give --username, too. For a plain HTTP server, unset " +
        "BINIMPORT_USERNAME, or give --username ''.",
    },
  );
}

function checkPassword(password: string, from: string): string {
  const state = password === ""
    ? "it is empty"
    : /[\r\n]/.test(password)
    ? "it has more than one line"
    : password.includes("\0")
    ? "it holds a NUL byte"
    : undefined;
  if (state === undefined) return password;
  throw new BinimportError("usage", `Cannot use the password of ${from}: ${state}`, {
    hint: PASSWORD_WAYS,
  });
}
