/** What counts of the files that are read. */
import { normalize } from "node:path";
import { fromBuffer, toText } from "../../bytes.ts";
import type { Place } from "../../config_text.ts";
import type { FileView } from "../../file_view.ts";
import { matchOf } from "../pcre/mod.ts";

/** What is known while files are read, and changes with them. */
export interface ReadingState {
  readonly view: FileView;
  /** Where relative paths begin, as bytes; without a slash at its end. */
  serverRoot: string;
  /** By `-D` and `Define`. */
  readonly defined: Map<string, string>;
  /** The files of modules, by `alias_module` and `mod_alias.c` of each `LoadModule`. */
  readonly loaded: Map<string, string>;
  /** The bytes of the program. */
  readonly code: string;
  /** The bytes of modules, in lower case, by their files, as far as that was asked. */
  readonly modules: Map<string, Promise<string>>;
  env(name: string): string | undefined;
}

/** Whether what stands in a section counts; undefined for a section that is no such condition. */
export async function isMet(
  name: string,
  argument: string,
  place: Place,
  { view, loaded, defined, code, serverRoot }: ReadingState,
): Promise<boolean | undefined> {
  const subject = argument.replace(/^!\s*/, "");
  const path = toText(absolute(subject, { serverRoot }));
  let met: boolean | undefined;
  if (name === "ifmodule") met = loaded.has(subject) || code.includes(`\0${subject}\0`);
  if (name === "ifdefine") met = defined.has(subject);
  if (name === "ifversion") met = holdsForVersion(subject, code, place);
  if (name === "iffile") met = await view.kind(path) !== undefined;
  return met === undefined ? undefined : met !== argument.startsWith("!");
}

/** As mod_version: what is not given of a version is 0; `~`, and slashes, are for expressions. */
function holdsForVersion(subject: string, code: string, place: Place): boolean | undefined {
  const [, operator = "", given = ""] = /^([<>]=?|~|=?)=?\s*(.*)$/.exec(subject) ?? [];
  const [, version] = /Apache\/(\d+\.\d+\.\d+)/.exec(code) ?? [];
  if (version === undefined) return undefined;
  const [, pattern = operator === "~" ? given : undefined] = /^\/(.*)\/$/.exec(given) ?? [];
  if (pattern !== undefined) return matchOf(pattern, version, place) !== undefined;
  const wanted = given.split(".").map(Number);
  const differences = version.split(".").map((part, i) => Number(part) - (wanted[i] ?? 0));
  const order = differences.find((one) => one !== 0) ?? 0;
  return (order === 0 ? /^(?![<>]$)/ : order < 0 ? /^</ : /^>/).test(operator);
}

/** Whether the program or a module that is loaded has a directive: its name stands in the code. */
export async function isKnown(
  name: string,
  { code, loaded, modules, view }: ReadingState,
): Promise<boolean> {
  const read = async (file: string) => fromBuffer(await view.read(file)).toLowerCase();
  const texts = [...new Set(loaded.values())].map((file) =>
    modules.getOrInsertComputed(file, () => read(file))
  );
  // What cannot be read may have it.
  const all = await Promise.all(texts).catch(() => [`${name}\0`]);
  return [code.toLowerCase(), ...all].some((one) => one.includes(`${name}\0`));
}

/** A path of the configuration, absolute and without `//` and `..`, as bytes. */
export function absolute(path: string, { serverRoot }: Pick<ReadingState, "serverRoot">): string {
  return normalize(path.startsWith("/") ? path : `${serverRoot}/${path}`);
}

/** `${NAME}` by what is defined, else by the environment; what is neither stays. */
export function substituted(text: string, { defined, env }: ReadingState): string {
  const valueOf = (whole: string, name: string) => defined.get(name) ?? env(name) ?? whole;
  return text.replace(/\$\{([^{}:]+)\}/g, valueOf);
}
