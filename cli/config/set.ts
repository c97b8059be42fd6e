/** Runs `binimport config set`: lets a cluster fetch binaries from an external repository. */
import type { Repository } from "../../core/storage/mod.ts";
import { BinimportError } from "../../core/util/errors.ts";
import { changeRepository, loadConfig, PASSWORD_WAYS } from "../cluster_config.ts";
import type { Context } from "../context.ts";
import { type OutputFlags, outputOptions, readSecretFile } from "../options/mod.ts";
import { reporter } from "../output/mod.ts";

/** Sets the repository that flags and environment name, and tells what changed. */
export async function runSet(file: string, flags: SetFlags, context: Context): Promise<void> {
  const { openConfig } = await loadConfig();
  const repository = await givenRepository(flags, context);
  const report = reporter(context, outputOptions(flags));
  await changeRepository(await openConfig(file), repository, flags.dryRun ?? false, report);
  if (repository.user === undefined || flags.username !== undefined) return;
  const fromFile = flags.passwordFile ?? context.env("BINIMPORT_PASSWORD_FILE");
  const password = fromFile === undefined ? "$BINIMPORT_PASSWORD" : fromFile;
  report.emit({
    event: "warning",
    code: "credentials-from-environment",
    message: `The user name is that of $BINIMPORT_USERNAME, the password that of ${password}`,
  });
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
  const user = await givenUser(flags, given, context);
  const fault = endpointFault(given, user === undefined ? "http" : "s3");
  if (fault === undefined) {
    return { endpoint: withoutSlash(given), ...(user === undefined ? {} : { user }) };
  }
  const [state, hint] = ENDPOINT_FAULTS[fault];
  const shown = shownEndpoint(given);
  throw new BinimportError("usage", `Cannot use "${shown}" as an endpoint: ${state}`, { hint });
}

/**
 * A user name that the environment alone gives may be left over from another step: it makes an S3
 * form only where the endpoint looks like one.
 */
async function givenUser(
  flags: SetFlags,
  endpoint: string,
  context: Context,
): Promise<Repository["user"]> {
  const username = (flags.username ?? context.env("BINIMPORT_USERNAME")) || undefined;
  if (flags.username === undefined && username !== undefined) {
    const { shownEndpoint, usualServer } = await loadConfig();
    if (usualServer(endpoint) !== "s3") throw leftOver(shownEndpoint(endpoint));
  }
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
  if (file !== undefined) {
    using report = reporter(context, outputOptions(flags));
    const password = await readSecretFile(file, "--password-file", context, report.warn);
    return { username, password: checkPassword(password, `--password-file ${file}`) };
  }
  if (flags.password !== undefined) {
    return { username, password: checkPassword(flags.password, "$BINIMPORT_PASSWORD") };
  }
  throw new BinimportError("usage", `Cannot set user "${username}": no password is given`, {
    hint: PASSWORD_WAYS,
  });
}

function leftOver(endpoint: string): BinimportError {
  return new BinimportError(
    "usage",
    `Cannot tell whether ${endpoint} is an S3 server: $BINIMPORT_USERNAME gives a user name`,
    {
      hint: "For an S3 server, give --username, too. For a plain HTTP server, unset " +
        "BINIMPORT_USERNAME, or give --username ''.",
    },
  );
}

/** Values of the flags of `config set` as the parser gives them. */
export interface SetFlags extends OutputFlags {
  readonly endpoint?: string;
  readonly username?: string;
  readonly passwordFile?: string;
  /** Only ever that of the environment. */
  readonly password?: string;
  readonly dryRun?: true;
}

/** The password, unless it is empty or of more than one line. `from` says where it came from. */
function checkPassword(password: string, from: string): string {
  if (password === "") throw unusable(from, "it is empty");
  if (/[\r\n]/.test(password)) throw unusable(from, "it has more than one line");
  if (password.includes("\0")) throw unusable(from, "it holds a NUL byte");
  return password;
}

function unusable(from: string, state: string): BinimportError {
  return new BinimportError("usage", `Cannot use the password of ${from}: ${state}`, {
    hint: PASSWORD_WAYS,
  });
}
