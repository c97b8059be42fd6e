/** Whether a plug-in has the members that the contract asks for, each of the right type. */
import { BinimportError } from "../../util/errors.ts";
import type { AdapterFactory, ObjectInfo, OptionSpec, StorageAdapter } from "../adapter.ts";
import { isInfo, isObject, shown } from "../shapes.ts";
import { type MemberCall, type PluginFile, slip } from "./errors.ts";

/** The versions of the contract that this program knows. */
const API_VERSION = 1;

/** What a member must be, and how that is called. */
type Rule = readonly [test: (value: unknown) => boolean, kind: string];
type Rules = Readonly<Record<string, Rule>>;

const isText = (value: unknown) => typeof value === "string" && value !== "";
const isFunction = (value: unknown) => typeof value === "function";

const TEXT: Rule = [isText, "a text"];
const TEXTS: Rule = [(value) => Array.isArray(value) && value.every(isText), "an array of texts"];
const BOOLEAN: Rule = [(value) => typeof value === "boolean", "true or false"];
const FUNCTION: Rule = [isFunction, "a function"];
const optional = (
  [test, kind]: Rule,
): Rule => [(value) => value === undefined || test(value), kind];

const FACTORY: Rules = {
  name: [
    (value) => typeof value === "string" && /^[a-z][a-z0-9-]*$/.test(value),
    "a name like my-store",
  ],
  summary: TEXT,
  options: [
    (value) => isObject(value) && !Array.isArray(value),
    "an object, {} when there are none",
  ],
  parse: FUNCTION,
  open: FUNCTION,
  cluster: optional([
    (value) => isObject(value) && [value["fillOptions"], value["repository"]].every(isFunction),
    "an object with the functions fillOptions and repository",
  ]),
};

const OPTION: Rules = {
  summary: TEXT,
  kind: [
    (value) => ["text", "flag", "secret"].includes(String(value)),
    '"text", "flag" or "secret"',
  ],
  placeholder: optional(TEXT),
  choices: optional(TEXTS),
  default: optional(TEXT),
  required: optional(BOOLEAN),
  env: optional(TEXTS),
  location: optional(BOOLEAN),
};

const OPTIONAL_METHODS = [
  "digest",
  "stage",
  "prepare",
  "checkReady",
  "checkPut",
  "freeSpace",
  "withExclusiveLock",
  "discardStale",
  "keepStaged",
  "clearStaged",
  "list",
  "remove",
  "publicUrl",
] as const;

const ADAPTER: Rules = {
  target: TEXT,
  capabilities: [isObject, "an object"],
  stat: FUNCTION,
  put: FUNCTION,
  get: FUNCTION,
  ...Object.fromEntries(OPTIONAL_METHODS.map((name) => [name, optional(FUNCTION)])),
};

const CAPABILITIES: Rules = {
  atomicPut: BOOLEAN,
  verifiesSha256: [BOOLEAN[0], "true or false: whether put() checks the digest"],
  maxConcurrency: [
    (value) => Number.isInteger(value) && Number(value) >= 1,
    "a whole number of at least 1",
  ],
};

/** A plug-in's default export as a factory. Throws code `plugin` when it is none. */
export function checkFactory(value: unknown, file: PluginFile): AdapterFactory {
  if (!isObject(value)) throw slip(file, "it has no default export that is an object");
  if (value["apiVersion"] !== API_VERSION) throw otherVersion(value["apiVersion"], file);
  checkMembers(value, FACTORY, "", file);
  if (!isFactory(value)) throw slip(file, "its default export is no AdapterFactory");
  checkOptions(value.options, file);
  return value;
}

function otherVersion(version: unknown, file: PluginFile): Error {
  if (version === undefined) return slip(file, "it has no apiVersion", "Write apiVersion: 1.");
  return slip(
    file,
    `its apiVersion is ${JSON.stringify(version)}, this binimport knows ${API_VERSION}`,
    typeof version === "number" && version > API_VERSION
      ? "It was written for a newer binimport: use that."
      : `Write apiVersion: ${API_VERSION}.`,
  );
}

/** What `checkMembers` has found, as a type. */
function isFactory(value: object): value is AdapterFactory {
  return Object.entries(FACTORY).every(([name, [test]]) => name in value || test(undefined));
}

function checkOptions(options: Readonly<Record<string, OptionSpec>>, file: PluginFile): void {
  let located: string | undefined;
  for (const [name, spec] of Object.entries(options)) {
    if (!/^[a-z][a-zA-Z0-9]*$/.test(name)) {
      throw slip(file, `options.${name} is not in camelCase`, 'Option "caFile" becomes --ca-file.');
    }
    if (!isObject(spec)) throw slip(file, `options.${name} is no object`);
    checkMembers(spec, OPTION, `options.${name}.`, file);
    if (spec.location !== true) continue;
    if (located !== undefined) {
      throw slip(file, `options.${located} and options.${name} are both the location`);
    }
    if (spec.kind !== "text") throw slip(file, `options.${name} is the location, but no text`);
    located = name;
  }
}

/** What `open` gave, as an adapter. Throws code `plugin` when it is none. */
export function checkAdapter(value: unknown, file: PluginFile): StorageAdapter {
  if (!isObject(value)) throw slip(file, "open() gave no adapter");
  if (value["capabilities"] === undefined) {
    const hint = "Give { atomicPut, verifiesSha256, maxConcurrency } beside stat and put.";
    throw slip(file, "open() gave no capabilities", hint);
  }
  checkMembers(value, ADAPTER, "the adapter's ", file);
  if (isObject(value["capabilities"])) {
    checkMembers(value["capabilities"], CAPABILITIES, "capabilities.", file);
  }
  if (!isAdapter(value)) {
    throw slip(file, "the adapter has no [Symbol.asyncDispose]()", "It may do nothing.");
  }
  return value;
}

function isAdapter(value: Readonly<Record<PropertyKey, unknown>>): value is
  & Readonly<Record<PropertyKey, unknown>>
  & StorageAdapter {
  return isFunction(value[Symbol.asyncDispose]);
}

function checkMembers(
  value: Readonly<Record<string, unknown>>,
  members: Rules,
  prefix: string,
  file: PluginFile,
): void {
  for (const [name, [test, kind]] of Object.entries(members)) {
    if (test(value[name])) continue;
    const state = value[name] === undefined ? "is missing" : `is not ${kind}`;
    throw slip(file, `${prefix}${name} ${state}`, `It must be ${kind}.`);
  }
}

/** Requires that a member gave something of a kind. */
export function checkGiven<T>(
  value: unknown,
  is: (value: unknown) => value is T,
  kind: string,
  { file, member }: MemberCall,
): T {
  if (is(value)) return value;
  throw slip(file, `${member} gave ${shown(value)}, not ${kind}`);
}

/** Requires an {@linkcode ObjectInfo}, about a certain key when one is given. */
export function checkInfo(value: unknown, about: MemberCall, key?: string): ObjectInfo {
  const info = checkGiven(value, isInfo, "{ key, size }", about);
  if (key === undefined || info.key === key) return info;
  const state = `was asked for ${shown(key)} and gave the key ${shown(info.key)}`;
  throw slip(about.file, `${about.member} ${state}`);
}

/**
 * Requires that a plug-in took all of a source, and says that it stored as much. What it says of the
 * bytes' digest is left out: nobody has looked.
 */
export function checkStored(
  { sha256: _, ...info }: ObjectInfo,
  size: number,
  taken: number,
  { file, member }: MemberCall,
): ObjectInfo {
  if (taken === size && info.size === size) return info;
  const wrong = taken !== size ? `read ${taken}` : `says that it stored ${info.size}`;
  const state = `${member} of ${JSON.stringify(file.address)} ${wrong} of ${size} bytes`;
  throw new BinimportError("integrity", `Cannot store ${JSON.stringify(info.key)}: ${state}`, {
    key: info.key,
  });
}

/** Requires an address that nodes can fetch from, or none. */
export function checkUrl(value: unknown, about: MemberCall): URL | undefined {
  if (value === undefined) return undefined;
  const isUrl = (value: unknown) => value instanceof URL;
  const url = checkGiven(value, isUrl, "a URL", about);
  if (!/^https?:$/.test(url.protocol)) {
    throw slip(about.file, `publicUrl() gave an address of ${url.protocol}, not of http or https`);
  }
  // Not shown: it would be printed.
  if (!url.username && !url.password) return url;
  throw slip(about.file, "publicUrl() gave one with credentials");
}
