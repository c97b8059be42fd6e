/** Credentials as other programs keep them: profiles of AWS, aliases of `mc`. */
import type { AdapterHost } from "../../core/storage/mod.ts";
import { SMALL } from "../../core/util/bounded_read.ts";
import { errno } from "../../core/util/errno.ts";
import { messageOf } from "../../core/util/errors.ts";
import { readForeignText } from "../../core/util/foreign_file.ts";

/** What requests are signed with. */
export interface Credentials {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly sessionToken?: string;
}

/** A profile of `~/.aws/credentials` and `~/.aws/config`. */
export interface Profile {
  readonly credentials: Credentials | undefined;
  readonly region: string | undefined;
}

/** An alias as `~/.mc/config.json` has it. */
export interface KeptAlias {
  readonly server: string;
  readonly credentials: Credentials | undefined;
}

/** A key with its secret, without the blanks, newlines and BOM that come along when copied. */
export function pair(
  accessKey?: string,
  secretKey?: string,
  sessionToken?: string,
): Credentials | undefined {
  const [key, secret, token] = [accessKey, secretKey, sessionToken].map((text) => text?.trim());
  if (!key || !secret) return undefined;
  return { accessKey: key, secretKey: secret, ...(token && { sessionToken: token }) };
}

/**
 * The profile of that name, else the one of `$AWS_PROFILE`, else `default`. Throws code `usage` for
 * one that was asked for by name and is not there or holds no keys; another is `undefined` then.
 */
export function readProfile(wanted: string | undefined, host: AdapterHost): Profile | undefined {
  const name = wanted ?? host.env("AWS_PROFILE") ?? "default";
  const files = {
    credentials: host.env("AWS_SHARED_CREDENTIALS_FILE") ?? inHome(".aws/credentials", host),
    config: host.env("AWS_CONFIG_FILE") ?? inHome(".aws/config", host),
  };
  const kept = sections(readSmall(files.credentials, host));
  const configured = sections(readSmall(files.config, host));
  const found = new Map([
    ...configured.get(name === "default" ? name : `profile ${name}`) ?? [],
    ...kept.get(name) ?? [],
  ]);
  const credentials = pair(
    found.get("aws_access_key_id"),
    found.get("aws_secret_access_key"),
    found.get("aws_session_token"),
  );
  if (wanted !== undefined && credentials === undefined) {
    throw noKeys(name, found, [...kept.keys(), ...configured.keys()], host);
  }
  return found.size === 0 ? undefined : { credentials, region: found.get("region") };
}

function noKeys(
  name: string,
  found: ReadonlyMap<string, string>,
  names: readonly string[],
  host: AdapterHost,
): Error {
  const isThere = found.size > 0;
  const known = new Set(names.map((one) => one.replace(/^profile /, "")));
  const state = isThere ? "it holds no access key with its secret" : "there is none of that name";
  return host.error("usage", `Cannot use profile "${name}" of ~/.aws: ${state}`, {
    hint: isThere
      ? `Run: eval "$(aws configure export-credentials --profile ${name} --format env)"`
      : known.size === 0
      ? "Neither ~/.aws/credentials nor ~/.aws/config holds any."
      : `There are ${[...known].slice(0, 10).join(", ")}.`,
  });
}

/** An INI file's sections; what is indented belongs to the value above it, and is left out. */
function sections(text: string): Map<string, Map<string, string>> {
  const found = new Map<string, Map<string, string>>();
  let section = new Map<string, string>();
  for (const line of text.replace(/^\uFEFF/, "").split(/\r?\n|\r/)) {
    const [, name] = /^\[\s*([^\]]+?)\s*\]/.exec(line) ?? [];
    if (name !== undefined) {
      section = found.get(name) ?? new Map();
      found.set(name.replace(/\s+/g, " "), section);
      continue;
    }
    const [, key, value = ""] = /^([\w.-]+)[ \t]*=(.*)$/.exec(line) ?? [];
    if (key !== undefined) section.set(key.toLowerCase(), value.replace(/\s[#;].*$/, "").trim());
  }
  return found;
}

/** The alias of that name that `mc alias set` has kept; `undefined` where there is none. */
export function readKeptAlias(name: string, host: AdapterHost): KeptAlias | undefined {
  const folder = host.env("MC_CONFIG_DIR") ?? inHome(".mc", host);
  const text = readSmall(folder && `${folder}/config.json`, host);
  if (text === "") return undefined;
  const config = parse(text);
  if (config === undefined) {
    host.debug(`Cannot read "${folder}/config.json": it is no JSON`);
    return undefined;
  }
  const alias = member(member(config, "aliases") ?? member(config, "hosts"), name);
  const words = (key: string) => {
    const value = member(alias, key);
    return typeof value === "string" ? value : undefined;
  };
  const server = words("url");
  if (server === undefined) return undefined;
  return {
    server,
    credentials: pair(words("accessKey"), words("secretKey"), words("sessionToken")),
  };
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return Reflect.get(value, name);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    return undefined;
  }
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
