/** Whether a plug-in has the members that the contract asks for, each of the right type. */
import { BinimportError } from "../../util/errors.ts";
import type {
  AdapterFactory,
  ObjectInfo,
  OptionSpec,
  PutSource,
  Staged,
  StorageAdapter,
} from "../adapter.ts";
import { type PluginFile, slip } from "./errors.ts";

/** The versions of the contract that this program knows. */
const API_VERSION = 1;

type Test = (value: unknown) => boolean;

const isText: Test = (value) => typeof value === "string" && value !== "";
const isFunction: Test = (value) => typeof value === "function";
const isObject = (value: unknown): value is Record<PropertyKey, unknown> =>
  typeof value === "object" && value !== null;
const isBoolean: Test = (value) => typeof value === "boolean";
const isTexts: Test = (value) => Array.isArray(value) && value.every((one) => isText(one));
const optional = (test: Test): Test => (value) => value === undefined || test(value);

/** A member, what it must be, and how that is called. */
type Members = Readonly<Record<string, readonly [test: Test, kind: string]>>;

const FACTORY: Members = {
  name: [
    (value) => isText(value) && /^[a-z][a-z0-9-]*$/.test(String(value)),
    "a name like my-store",
  ],
  summary: [isText, "a text"],
  options: [
    (value) => isObject(value) && !Array.isArray(value),
    "an object, {} when there are none",
  ],
  parse: [isFunction, "a function"],
  open: [isFunction, "a function"],
  cluster: [
    optional((value) =>
      isObject(value) && isFunction(value["fillOptions"]) && isFunction(value["repository"])
    ),
    "an object with the functions fillOptions and repository",
  ],
};

const OPTION: Members = {
  summary: [isText, "a text"],
  kind: [
    (value) => ["text", "flag", "secret"].includes(String(value)),
    '"text", "flag" or "secret"',
  ],
  placeholder: [optional(isText), "a text"],
  choices: [optional(isTexts), "an array of texts"],
  default: [optional(isText), "a text"],
  required: [optional(isBoolean), "true or false"],
  env: [optional(isTexts), "an array of texts"],
  location: [optional(isBoolean), "true or false"],
};

const ADAPTER: Members = {
  target: [isText, "a text"],
  capabilities: [isObject, "an object"],
  stat: [isFunction, "a function"],
  put: [isFunction, "a function"],
  get: [isFunction, "a function"],
  digest: [optional(isFunction), "a function"],
  stage: [optional(isFunction), "a function"],
  prepare: [optional(isFunction), "a function"],
  checkReady: [optional(isFunction), "a function"],
  checkPut: [optional(isFunction), "a function"],
  freeSpace: [optional(isFunction), "a function"],
  withExclusiveLock: [optional(isFunction), "a function"],
  discardStale: [optional(isFunction), "a function"],
  keepStaged: [optional(isFunction), "a function"],
  clearStaged: [optional(isFunction), "a function"],
  list: [optional(isFunction), "a function"],
  remove: [optional(isFunction), "a function"],
  publicUrl: [optional(isFunction), "a function"],
};

const CAPABILITIES: Members = {
  atomicPut: [isBoolean, "true or false"],
  verifiesSha256: [isBoolean, "true or false: whether put() checks the digest"],
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
  members: Members,
  prefix: string,
  file: PluginFile,
): void {
  for (const [name, [test, kind]] of Object.entries(members)) {
    if (test(value[name])) continue;
    const state = value[name] === undefined ? "is missing" : `is not ${kind}`;
    throw slip(file, `${prefix}${name} ${state}`, `It must be ${kind}.`);
  }
}

/** Requires an {@linkcode ObjectInfo}, about a certain key when one is given. */
export function checkInfo(
  value: unknown,
  member: string,
  file: PluginFile,
  key?: string,
): ObjectInfo {
  if (!isInfo(value)) {
    throw slip(file, `${member} gave ${shown(value)}, not { key, size }`);
  }
  if (key !== undefined && value.key !== key) {
    throw slip(file, `${member} was asked for ${shown(key)} and gave the key ${shown(value.key)}`);
  }
  return value;
}

function isInfo(value: unknown): value is ObjectInfo {
  const textOrNothing = (one: unknown) => one === undefined || typeof one === "string";
  return typeof value === "object" && value !== null &&
    "key" in value && typeof value.key === "string" &&
    "size" in value && typeof value.size === "number" && value.size >= 0 &&
    (!("etag" in value) || textOrNothing(value.etag)) &&
    (!("sha256" in value) || textOrNothing(value.sha256));
}

/**
 * Requires that a plug-in took all of a source, and says that it stored as much. What it says of the
 * bytes' digest is left out: nobody has looked.
 */
export function checkStored(
  { sha256: _, ...info }: ObjectInfo,
  source: PutSource,
  taken: number,
  member: string,
  { address }: PluginFile,
): ObjectInfo {
  const wrong = taken !== source.size ? `read ${taken}` : `says that it stored ${info.size}`;
  if (taken === source.size && info.size === source.size) return info;
  throw new BinimportError(
    "integrity",
    `Cannot store ${JSON.stringify(info.key)}: ${member} of ${
      JSON.stringify(address)
    } ${wrong} of ${source.size} bytes`,
    { key: info.key },
  );
}

export function checkStream(value: unknown, file: PluginFile): ReadableStream<Uint8Array> {
  if (value instanceof ReadableStream) return value;
  throw slip(file, `get() gave ${shown(value)}, not a ReadableStream`);
}

/** Requires what `stage` is to give. */
export function checkStaged(value: unknown, file: PluginFile): Staged {
  if (isStaged(value)) return value;
  throw slip(file, `stage() gave ${shown(value)}, not { publish, discard }`);
}

function isStaged(value: unknown): value is Staged {
  return typeof value === "object" && value !== null &&
    "publish" in value && typeof value.publish === "function" &&
    "discard" in value && typeof value.discard === "function";
}

/** Requires a number of bytes, or of something else. */
export function checkNumber(value: unknown, member: string, of: string, file: PluginFile): number {
  if (typeof value === "number" && value >= 0) return value;
  throw slip(file, `${member} gave ${shown(value)}, not a number of ${of}`);
}

/** Requires an address that nodes can fetch from, or none. */
export function checkUrl(value: unknown, file: PluginFile): URL | undefined {
  if (value === undefined) return undefined;
  if (!(value instanceof URL)) throw slip(file, `publicUrl() gave ${shown(value)}, not a URL`);
  if (!/^https?:$/.test(value.protocol)) {
    throw slip(file, `publicUrl() gave an address of ${value.protocol}, not of http or https`);
  }
  // Not shown: it would be printed.
  if (value.username || value.password) throw slip(file, "publicUrl() gave one with credentials");
  return value;
}

/** A value in a few words; text is cut, and what is inside an object is not shown. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 60));
  if (typeof value === "object" && value !== null) {
    return `an object with ${Object.keys(value).slice(0, 5).join(", ") || "nothing"}`;
  }
  return String(value);
}
