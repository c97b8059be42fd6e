/** Finds the credentials, always both halves from the same place. */
import type { AdapterHost } from "../../core/storage/mod.ts";
import { parseAddress } from "../../core/util/address.ts";
import { type Credentials, pair, readKeptAlias } from "./credential_files.ts";

export type { Credentials };

/** A server with its credentials, as `mc` reads them from the environment. */
export interface Alias {
  /** The server's URL, without the credentials. */
  readonly server: string;
  /** The credentials, unless they have to come from elsewhere. */
  readonly credentials: Credentials | undefined;
  /** What followed the alias's name in the endpoint. */
  readonly path: string;
}

/** What was given as options. */
export interface CredentialInput {
  /** `--username`. */
  readonly username?: string | undefined;
  /** What `--password-file` or `$BINIMPORT_PASSWORD` held. */
  readonly password?: string | undefined;
  /** What `--profile`, or the usual profile, holds. */
  readonly profile?: Credentials | undefined;
  /** Whether the profile was asked for by name. */
  readonly isProfileAsked?: boolean;
}

const WAYS = "Give --username and --password-file, or set BINIMPORT_USERNAME and " +
  "BINIMPORT_PASSWORD, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, MINIO_ROOT_USER and " +
  "MINIO_ROOT_PASSWORD, or MC_HOST_<alias> and --endpoint <alias>; or have a profile in " +
  "~/.aws/credentials, or an alias in ~/.mc/config.json.";

/**
 * The credentials to use: the options first, a profile that was asked for, those of the alias, then
 * the pairs of AWS and of MinIO in the environment, at last the usual profile. Halves of different pairs are never put together: what signs with
 * another user's secret is locked out at best.
 */
export function findCredentials(
  input: CredentialInput,
  alias: Credentials | undefined,
  host: AdapterHost,
): Credentials {
  const { password, profile, isProfileAsked = false } = input;
  const username = input.username?.trim();
  const given = pair(username, password);
  if (given !== undefined) return given;
  if (password !== undefined) {
    throw host.error("usage", "Cannot use the password given: no user name came with it", {
      hint: "Give --username too.",
    });
  }
  const found = [
    ...(isProfileAsked ? [profile] : []),
    alias,
    awsPair(host),
    minioPair(host),
    profile,
  ].find((one) => one !== undefined && (username === undefined || one.accessKey === username));
  if (found !== undefined) return found;
  if (username === undefined) {
    throw host.error("unauthorized", `Cannot sign requests: ${missing(host)}`, { hint: WAYS });
  }
  throw host.error("unauthorized", `Cannot sign requests as "${username}": no password is given`, {
    hint: "Give --password-file, or set BINIMPORT_PASSWORD.",
  });
}

function awsPair(host: AdapterHost): Credentials | undefined {
  const sessionToken = host.env("AWS_SESSION_TOKEN");
  return pair(host.env("AWS_ACCESS_KEY_ID"), host.env("AWS_SECRET_ACCESS_KEY"), sessionToken);
}

function minioPair(host: AdapterHost): Credentials | undefined {
  return pair(host.env("MINIO_ROOT_USER"), host.env("MINIO_ROOT_PASSWORD"));
}

/** Says which half is absent, if one is there. */
function missing(host: AdapterHost): string {
  const halves = [
    ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"],
    ["MINIO_ROOT_USER", "MINIO_ROOT_PASSWORD"],
  ] as const;
  for (const [user, secret] of halves) {
    if (host.env(user) !== undefined) return `$${user} is set, but not $${secret}`;
    if (host.env(secret) !== undefined) return `$${secret} is set, but not $${user}`;
  }
  return "no credentials are given";
}

/**
 * The alias that an endpoint without a scheme names, as `myminio` or `myminio/bucket/prefix`;
 * `undefined` when neither `$MC_HOST_myminio` nor `mc`'s own file tells of it.
 */
export function readAlias(endpoint: string, host: AdapterHost): Alias | undefined {
  const [name = "", ...rest] = endpoint.split("/");
  if (endpoint.includes("://") || !/^[A-Za-z][\w-]*$/.test(name)) return undefined;
  const path = rest.join("/");
  const variable = `MC_HOST_${name}`;
  const value = host.env(variable);
  if (value === undefined) {
    const kept = readKeptAlias(name, host);
    return kept && { ...kept, path };
  }
  const alias = parseAlias(value);
  if (alias === undefined) {
    throw host.error("usage", `Cannot use $${variable}: it is not of the form that mc reads`, {
      hint: 'Write "https://USER:PASSWORD@HOST:PORT".',
    });
  }
  return { ...alias, path };
}

/**
 * Reads `http(s)://[USER:PASSWORD[:TOKEN]@]HOST[:PORT]` the way mc does, nothing being escaped
 * (`parseEnvURLStr` in minio/mc `cmd/config.go`), so that a password may hold `/` and `@`.
 */
function parseAlias(value: string): Omit<Alias, "path"> | undefined {
  const [, scheme, user, secret, token, server] =
    /^(https?:\/\/)(.*?):(.*?):(.*)@(.*?)$/.exec(value) ??
      /^(https?:\/\/)(.*?):(.*)()@(.*?)$/.exec(value) ??
      /^(https?:\/\/)()()()([^@]*)$/.exec(value) ?? [];
  const url = parseAddress(`${scheme}${server}`);
  if (url === undefined || url.pathname !== "/" || url.username !== "") return undefined;
  return {
    server: `${scheme}${server}`,
    credentials: pair(user || undefined, secret || undefined, token || undefined),
  };
}
