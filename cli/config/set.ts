/** Runs `binimport config set`: lets a cluster fetch binaries from an external repository. */
import { openConfig, shownEndpoint, usualServer, withoutSlash } from "../../cluster_config/mod.ts";
import type { Repository } from "../../core/storage/mod.ts";
import { changeRepository, requireEndpoint } from "../cluster_config.ts";
import { usageError } from "../context.ts";
import { type Flags, readSecretFile } from "../options/mod.ts";
import type { Session } from "../session.ts";

/** What the verb's flags give. */
export interface SetFlags extends Flags {
  readonly username?: string;
  readonly passwordFile?: string;
  readonly password?: string;
}

const PASSWORD_WAYS = "Give --password-file FILE, --password-file - for standard input, or " +
  "set $BINIMPORT_PASSWORD.";

/** Sets the repository that flags and environment name, and tells what changed. */
export async function runSet(session: Session<SetFlags>, file: string): Promise<void> {
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
async function givenUser(
  endpoint: string,
  { flags, context, report }: Session<SetFlags>,
): Promise<{ readonly user?: Repository["user"]; readonly from?: string }> {
  const username = (flags.username ?? context.env("BINIMPORT_USERNAME")) || undefined;
  if (username === undefined) {
    if (flags.passwordFile === undefined) return {};
    const hint = "Give --username for an S3 server; a plain HTTP server has neither.";
    throw usageError("Cannot use --password-file without --username", hint);
  }
  // A name that the environment alone gives may be left over from another step: it counts only where
  // the endpoint looks like that of an S3 server.
  if (flags.username === undefined && usualServer(endpoint) !== "s3") {
    throw usageError(
      `Cannot tell whether ${
        shownEndpoint(endpoint)
      } is an S3 server: $BINIMPORT_USERNAME gives a user name`,
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
