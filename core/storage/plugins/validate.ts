/** Whether a plug-in has the members that the contract asks for, and calls what it is lent rightly. */
import { ERROR_CODES } from "../../util/errors.ts";
import type { AdapterFactory, AdapterHost, OptionSpec, StorageAdapter } from "../adapter.ts";
import { isObject, type Rule, shown } from "../shapes.ts";
import { type PluginFile, slip } from "./errors.ts";

/** The version of the contract that this program knows. */
const API_VERSION = 1;

const VERSION_HINT = `Write apiVersion: ${API_VERSION}.`;

type Rules = Readonly<Record<string, Rule>>;

const isLike = (form: RegExp) => (value: unknown) => typeof value === "string" && form.test(value);
const isText = isLike(/./s);
const isFunction = (value: unknown) => typeof value === "function";

const TEXT: Rule = [isText, "a text"];
const TEXTS: Rule = [(value) => Array.isArray(value) && value.every(isText), "an array of texts"];
const BOOLEAN: Rule = [(value) => typeof value === "boolean", "true or false"];
const FUNCTION: Rule = [isFunction, "a function"];

function optional([is, kind]: Rule): Rule {
  return [(value) => value === undefined || is(value), kind];
}

const FACTORY: Rules = {
  name: [isLike(/^[a-z][a-z0-9-]*$/), "a name like my-store"],
  summary: TEXT,
  options: [(it) => isObject(it) && !Array.isArray(it), "an object, {} when there are none"],
  parse: FUNCTION,
  open: FUNCTION,
  cluster: optional([
    (value) => isObject(value) && [value["fillOptions"], value["repository"]].every(isFunction),
    "an object with the functions fillOptions and repository",
  ]),
};

const OPTION: Rules = {
  summary: TEXT,
  kind: [isLike(/^(text|flag|secret)$/), '"text", "flag" or "secret"'],
  placeholder: optional(TEXT),
  choices: optional(TEXTS),
  default: optional(TEXT),
  required: optional(BOOLEAN),
  env: optional(TEXTS),
  short: optional([isLike(/^[a-z]$/i), "one letter"]),
  location: optional(BOOLEAN),
};

const OPTIONAL_METHODS =
  "digest stage prepare checkReady checkPut freeSpace withExclusiveLock discardStale keepStaged " +
  "clearStaged list remove publicUrl";

const ADAPTER: Rules = {
  target: TEXT,
  folder: optional(TEXT),
  capabilities: [isObject, "an object"],
  stat: FUNCTION,
  put: FUNCTION,
  get: FUNCTION,
  ...Object.fromEntries(OPTIONAL_METHODS.split(" ").map((name) => [name, optional(FUNCTION)])),
};

const CAPABILITIES: Rules = {
  atomicPut: BOOLEAN,
  verifiesSha256: [BOOLEAN[0], "true or false: whether put() checks the digest"],
  maxConcurrency: [(it) => Number.isInteger(it) && Number(it) >= 1, "a whole number of at least 1"],
};

/** Requires a plug-in's default export to be a factory; throws code `plugin`. */
export function requireFactory(value: unknown, file: PluginFile): asserts value is AdapterFactory {
  if (!isObject(value)) throw slip(file, "it has no default export that is an object");
  const version = value["apiVersion"];
  if (version === undefined) throw slip(file, "it has no apiVersion", VERSION_HINT);
  if (version !== API_VERSION) {
    const given = JSON.stringify(version);
    const isNewer = typeof version === "number" && version > API_VERSION;
    const hint = isNewer ? "It was written for a newer binimport: use that." : VERSION_HINT;
    throw slip(file, `its apiVersion is ${given}, this binimport knows ${API_VERSION}`, hint);
  }
  requireMembers<AdapterFactory>(value, FACTORY, "", file);
  requireOptions(value.options, file);
}

function requireOptions(options: Readonly<Record<string, OptionSpec>>, file: PluginFile): void {
  let located: string | undefined;
  for (const [name, spec] of Object.entries(options)) {
    if (!/^[a-z][a-zA-Z0-9]*$/.test(name)) {
      throw slip(file, `options.${name} is not in camelCase`, 'Option "caFile" becomes --ca-file.');
    }
    if (!isObject(spec)) throw slip(file, `options.${name} is no object`);
    requireMembers<OptionSpec>(spec, OPTION, `options.${name}.`, file);
    if (spec.location !== true) continue;
    if (located !== undefined) {
      throw slip(file, `options.${located} and options.${name} are both the location`);
    }
    if (spec.kind !== "text") throw slip(file, `options.${name} is the location, but no text`);
    located = name;
  }
}

/** Requires what `open` gave to be an adapter; throws code `plugin`. */
export function requireAdapter(value: unknown, file: PluginFile): asserts value is StorageAdapter {
  if (!isObject(value)) throw slip(file, "open() gave no adapter");
  if (value["capabilities"] === undefined) {
    const hint = "Give { atomicPut, verifiesSha256, maxConcurrency } beside stat and put.";
    throw slip(file, "open() gave no capabilities", hint);
  }
  if (!isFunction(value[Symbol.asyncDispose])) {
    throw slip(file, "the adapter has no [Symbol.asyncDispose]()", "It may do nothing.");
  }
  requireMembers<StorageAdapter>(value, ADAPTER, "the adapter's ", file);
  requireMembers(Object(value.capabilities), CAPABILITIES, "capabilities.", file);
}

function requireMembers<T>(
  value: object,
  rules: Rules,
  prefix: string,
  file: PluginFile,
): asserts value is object & T {
  for (const [name, [is, kind]] of Object.entries(rules)) {
    const member: unknown = Reflect.get(value, name);
    if (is(member)) continue;
    const state = member === undefined ? "is missing" : `is not ${kind}`;
    throw slip(file, `${prefix}${name} ${state}`, `It must be ${kind}.`);
  }
}

/** What a plug-in is lent: a wrong argument of `debug`, `warn` and `error` is named in an error. */
export function lentHost(host: AdapterHost, file: PluginFile): AdapterHost {
  function require(is: boolean, call: string, name: string, value: unknown, hint?: string): void {
    if (!is) throw slip(file, `it called host.${call} with ${shown(value)} as ${name}`, hint);
  }
  function requireTexts(call: string, texts: Readonly<Record<string, unknown>>): void {
    for (const [name, value] of Object.entries(texts)) {
      require(typeof value === "string", call, name, value);
    }
  }
  return {
    ...host,
    debug(message) {
      requireTexts("debug(message)", { message });
      host.debug(message);
    },
    warn(code, message, hint) {
      requireTexts("warn(code, message, hint?)", { code, message, hint: hint ?? "" });
      host.warn(code, message, hint);
    },
    error(code, message, details = {}) {
      const call = "error(code, message, details?)";
      const hint = `Codes are ${ERROR_CODES.join(", ")}.`;
      require(ERROR_CODES.includes(code), call, "code", code, hint);
      requireTexts(call, { message });
      require(isObject(details), call, "details", details);
      return host.error(code, message, details);
    },
  };
}
