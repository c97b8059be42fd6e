/** Finds the credentials: in options, the environment, profiles of AWS, and aliases of `mc`. */
import type { AdapterHost } from "../../core/storage/mod.ts";
import { parseAddress } from "../../core/util/address.ts";
import { SMALL } from "../../core/util/bounded_read.ts";
import { errno } from "../../core/util/errno.ts";
import { messageOf } from "../../core/util/errors.ts";
import { readForeignText } from "../../core/util/foreign_file.ts";
import { at, parseJson, textAt } from "../../core/util/json.ts";
import { usage } from "../option_values.ts";

/** What requests are signed with. */
export interface Credentials {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly sessionToken?: string;
}

const VARIABLES = [
  ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"],
  ["MINIO_ROOT_USER", "MINIO_ROOT_PASSWORD"],
] as const;

const WAYS = "Give --username and --password-file, or set BINIMPORT_USERNAME and " +
  "BINIMPORT_PASSWORD, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, MINIO_ROOT_USER and " +
  "MINIO_ROOT_PASSWORD, or MC_HOST_<alias> and --endpoint <alias>; or have a profile in " +
  "~/.aws/credentials, or an alias in ~/.mc/config.json.";

/**
 * Those given; of a profile that was `asked` for; of the alias; the pairs in the environment; of the
 * `usual` profile. Halves of different pairs are never put together.
 */
export function findCredentials({ username, password, asked, alias, usual }: {
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly asked: Credentials | undefined;
  readonly alias: Credentials | undefined;
  readonly usual: Credentials | undefined;
}, host: AdapterHost): Credentials {
  const given = pair([username, password]);
  if (given !== undefined) return given;
  const isEmpty = password?.trim() === "";
  if (password !== undefined && username === undefined && !isEmpty) {
    throw usage("use the password given: no user name came with it", "Give --username too.");
  }
  const set = VARIABLES.map((names) => pair(names.map((name) => host.env(name))));
  const found = [asked, alias, ...set, usual].find((one) =>
    one !== undefined && (username === undefined || one.accessKey === username)
  );
  if (found !== undefined) return found;
  const [message, hint] = username === undefined
    ? [`Cannot sign requests: ${missing(host)}`, WAYS]
    : [
      `Cannot sign requests as "${username}": ${
        isEmpty ? "the password given is empty" : "no password is given"
      }`,
      "Give --password-file, or set BINIMPORT_PASSWORD.",
    ];
  throw host.error("unauthorized", message, { hint });
}

/** A key, its secret and token, without blanks, newlines and BOM that come along when copied. */
function pair(texts: readonly (string | undefined)[]): Credentials | undefined {
  const [accessKey, secretKey, sessionToken] = texts.map((text) => text?.trim());
  if (!accessKey || !secretKey) return undefined;
  return { accessKey, secretKey, ...(sessionToken && { sessionToken }) };
}

function missing(host: AdapterHost): string {
  for (const [user, secret] of VARIABLES) {
    if (host.env(user) !== undefined) return `$${user} is set, but not $${secret}`;
    if (host.env(secret) !== undefined) return `$${secret} is set, but not $${user}`;
  }
  return "no credentials are given";
}

/** A server by a name of its own, as mc keeps them. */
export type Alias = { readonly server: string; readonly credentials: Credentials | undefined };

/** The alias that an endpoint such as `myminio/bucket` names, by `$MC_HOST_myminio` or mc's own file. */
export function readAlias(endpoint: string, host: AdapterHost): Alias | undefined {
  const [name = ""] = endpoint.split("/");
  if (endpoint.includes("://") || !/^[A-Za-z][\w-]*$/.test(name)) return undefined;
  const variable = `MC_HOST_${name}`;
  const value = host.env(variable);
  if (value === undefined) return readKeptAlias(name, host);
  // As mc reads it, nothing being escaped, so that a password may hold `/` and `@`
  // (`parseEnvURLStr` in minio/mc `cmd/config.go`).
  const [, scheme, user, secret, token, place] =
    /^(https?:\/\/)(?:(.*?):(.*?)(?::(.*))?@)?([^@]*)$/.exec(value) ?? [];
  const server = `${scheme}${place}`;
  if (parseAddress(server)?.pathname === "/") {
    return { server, credentials: pair([user, secret, token]) };
  }
  throw usage(
    `use $${variable}: it is not of the form that mc reads`,
    'Write "https://USER:PASSWORD@HOST:PORT".',
  );
}

function readKeptAlias(name: string, host: AdapterHost): Alias | undefined {
  const folder = host.env("MC_CONFIG_DIR") ?? inHome(".mc", host);
  const file = folder && `${folder}/config.json`;
  const text = readSmall(file, host);
  const config = parseJson(text);
  if (text !== "" && config === undefined) host.debug(`Cannot read "${file}": it is no JSON`);
  const alias = at(config, "aliases", name) ?? at(config, "hosts", name);
  const server = textAt(alias, "url");
  const keys = ["accessKey", "secretKey", "sessionToken"].map((key) => textAt(alias, key));
  return server === "" ? undefined : { server, credentials: pair(keys) };
}

/** The profile of that name, `$AWS_PROFILE` or `default`; code `usage` where the named one has no keys. */
export function readProfile(
  wanted: string | undefined,
  host: AdapterHost,
): { readonly credentials: Credentials | undefined; readonly region: string | undefined } {
  const name = wanted ?? host.env("AWS_PROFILE") ?? "default";
  const read = (variable: string, path: string) =>
    sections(readSmall(host.env(variable) ?? inHome(path, host), host));
  const kept = read("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials");
  const configured = read("AWS_CONFIG_FILE", ".aws/config");
  const found = new Map([
    ...configured.get(name === "default" ? name : `profile ${name}`) ?? [],
    ...kept.get(name) ?? [],
  ]);
  const keys = ["aws_access_key_id", "aws_secret_access_key", "aws_session_token"];
  const credentials = pair(keys.map((key) => found.get(key)));
  if (wanted === undefined || credentials !== undefined) {
    return { credentials, region: found.get("region") };
  }
  if (found.size > 0) {
    const hint = `Run: eval "$(aws configure export-credentials --profile ${name} --format env)"`;
    throw usage(`use profile "${name}" of ~/.aws: it holds no access key with its secret`, hint);
  }
  const known = [...kept.keys(), ...configured.keys()].map((one) => one.replace(/^profile /, ""));
  throw usage(
    `use profile "${name}" of ~/.aws: there is none of that name`,
    known.length === 0
      ? "Neither ~/.aws/credentials nor ~/.aws/config holds any."
      : `Give one of ${[...new Set(known)].slice(0, 10).join(", ")}.`,
  );
}

/** An INI file's sections; what is indented belongs to the value above it, and is left out. */
function sections(text: string): Map<string, Map<string, string>> {
  const found = new Map<string, Map<string, string>>();
  let section = new Map<string, string>();
  for (const line of text.split(/\r?\n|\r/)) {
    const [, name] = /^\[\s*([^\]]+?)\s*\]/.exec(line) ?? [];
    const [, key, value = ""] = /^([\w.-]+)[ \t]*=(.*)$/.exec(line) ?? [];
    if (name !== undefined) {
      section = found.get(name) ?? new Map();
      found.set(name.replace(/\s+/g, " "), section);
    }
    if (key !== undefined) section.set(key.toLowerCase(), value.replace(/\s[#;].*$/, "").trim());
  }
  return found;
}

function inHome(path: string, host: AdapterHost): string | undefined {
  const home = host.env("HOME") ?? host.env("USERPROFILE");
  return home && `${home}/${path}`;
}

/** A file's text; empty where there is none, or it is of no such kind, or may not be read. */
function readSmall(path: string | undefined, host: AdapterHost): string {
  try {
    return path === undefined ? "" : readForeignText(path, SMALL);
  } catch (error) {
    if (errno(error) !== "ENOENT") host.debug(messageOf(error));
    return "";
  }
}
