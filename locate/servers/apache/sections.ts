/** The sections of a configuration that apply to a request, in the order in which they do. */
import { wildcard } from "../../../core/util/wildcard.ts";
import { toText } from "../../bytes.ts";
import type { FileView } from "../../file_view.ts";
import { type Directive, groupsOf, unclear } from "../server.ts";

/** A request, as far as it is mapped. */
export interface Mapped {
  /** Decoded, as bytes. */
  readonly uri: string;
  /** The file's path, as bytes. */
  readonly path: string;
}

export interface Section {
  readonly directives: readonly Directive[];
  /** Names of those that are for other methods than GET alone: what is there replaces what was. */
  readonly others: readonly string[];
  /** The name that it has, as bytes; what rules in it see of a path is what lies below it. */
  readonly folder: string;
  /** Of a folder: how many names it has. Other sections come behind all folders. */
  readonly depth?: number;
}

/** Reads the `.htaccess` of a folder, where those that apply so far let it in. */
export type ReadOverride = (
  folder: string,
  before: readonly Section[],
) => Promise<Pick<Section, "directives" | "folder"> | undefined>;

/** Directives that decide what answers; within a section that is not followed, they matter. */
const DECIDES =
  /^(?:require|order|allow|deny|auth(?:type|merging)|sethandler|rewrite(?:rule|engine)|redirect|alias|scriptalias|proxypass|documentroot|wsgi|jkmount|options)/;

/** Whether a directive decides what answers, or holds one that does. */
function decides({ name, block }: Directive): boolean {
  return DECIDES.test(name) || (block?.some(decides) ?? false);
}

/**
 * What stands in sections that match: folders by their depth, each with its `.htaccess` behind it,
 * then those with expressions, files, URLs; sections outside of the host before the host's. As
 * `ap_directory_walk`, `ap_file_walk` and `ap_location_walk`. Throws {@linkcode NoAnswer} for
 * sections that are not followed.
 */
export async function applying(
  all: readonly Directive[],
  mapped: Mapped,
  readOverride: ReadOverride,
): Promise<Section[]> {
  refuseOthers(all.filter(({ name }) => !APART.test(name)));
  const fitting = (...names: readonly string[]) =>
    all.filter((one) => names.includes(one.name) && matches(one, mapped));
  const isPlain = ({ name, args: [first] }: Directive) => name === "directory" && first !== "~";
  const folders = fitting("directory", "directorymatch");
  const found: Section[] = [];
  const files = fitting("files", "filesmatch");
  const add = (directives: readonly Directive[], folder: string, depth?: number) => {
    found.push({ ...plainIn(directives), folder, ...(depth === undefined ? {} : { depth }) });
    const inner = directives.filter(({ name }) => /^files(?:match)?$/.test(name));
    files.push(...inner.filter((one) => matches(one, mapped)));
  };
  const parts = mapped.path.split("/").slice(1);
  // Apache sorts by how many components the name has.
  const depthOf = ({ args: [name = ""] }: Directive) => name.split("/").filter(Boolean).length;
  for (let depth = 0; depth <= parts.length; depth++) {
    for (const one of folders.filter(isPlain)) {
      if (depthOf(one) === depth) add(one.block ?? [], one.args[0] ?? "", depth);
    }
    if (depth === parts.length) break; // the file itself
    const override = await readOverride(`/${parts.slice(0, depth).join("/")}`, found);
    if (override !== undefined) add(override.directives, override.folder, depth);
  }
  for (const one of folders.filter((each) => !isPlain(each))) {
    add(one.block ?? [], one.args.at(-1) ?? "");
  }
  for (const one of [...files, ...fitting("location", "locationmatch")]) {
    found.push({ ...plainIn(one.block ?? []), folder: one.args.at(-1) ?? "" });
  }
  return found;
}

const KNOWN = /^(?:directory|files|location)(?:match)?$/;

/** Sections that have nothing to say of files. */
const APART = /^proxy(?:match)?$/;

function refuseOthers(directives: readonly Directive[]): void {
  const other = directives.find((one) =>
    one.block !== undefined && !KNOWN.test(one.name) && one.block.some(decides)
  );
  if (other !== undefined) throw unclear(toText(other.text), other, "decides, and is not followed");
}

/** A section's directives without sections of files. */
function plainIn(block: readonly Directive[]): Pick<Section, "directives" | "others"> {
  const others: string[] = [];
  const directives = block.flatMap((one) => {
    const { name, args, block: inner } = one;
    if (inner === undefined || name.startsWith("require")) return [one];
    if (name === "limit" || name === "limitexcept") {
      const isListed = args.some((method) => /^get$/i.test(method));
      if (isListed === (name === "limit")) return [...inner];
      others.push(...inner.map((each) => each.name));
    } else if (!/^files(?:match)?$/.test(name)) refuseOthers([one]);
    return [];
  });
  return { directives, others };
}

function matches(section: Directive, { uri, path }: Mapped): boolean {
  const { name, args: [first = "", second = ""] } = section;
  // A section of folders is for a file of that name, too.
  const file = name.startsWith("files") ? path.slice(path.lastIndexOf("/") + 1) : path;
  const subject = name.startsWith("location") ? uri : file;
  if (name.endsWith("match")) return groupsOf(first, subject, section) !== undefined;
  if (first === "~") return groupsOf(second, subject, section) !== undefined;
  if (first.includes("[")) {
    throw unclear(toText(section.text), section, "has a pattern that is not followed");
  }
  const isPattern = /[*?]/.test(first) && name !== "directory";
  if (name === "files" || isPattern) return wildcard(first, { stop: "/" })(subject);
  if (first === "/") return true;
  return begins(first, subject, name === "location" && first.endsWith("/"));
}

/** Whether as many folders as the pattern has match; `deeper`: and something is in them. */
function begins(pattern: string, subject: string, deeper: boolean): boolean {
  const plain = pattern.replace(/(?<=.)\/$/, "");
  if (!/[*?]/.test(plain)) {
    return subject.startsWith(`${plain}/`) || (subject === plain && !deeper);
  }
  const wanted = plain.split("/");
  const parts = subject.split("/");
  return parts.length >= wanted.length + (deeper ? 1 : 0) &&
    wildcard(wanted.join("/"), { stop: "/" })(parts.slice(0, wanted.length).join("/"));
}

/** What `Options` come to, in lower case: each replaces the others, or adds and takes away. */
function optionsOf(sections: readonly Section[]): ReadonlySet<string> {
  let options = new Set(["followsymlinks"]);
  for (const { name, args } of sections.flatMap(({ directives }) => directives)) {
    if (name !== "options") continue;
    const words = args.map((word) => word.toLowerCase());
    if (words.every((word) => /^[+-]/.test(word))) {
      for (const word of words) {
        if (word.startsWith("+")) options.add(word.slice(1));
        else options.delete(word.slice(1));
      }
    } else options = new Set(words.includes("all") ? ["followsymlinks", "execcgi"] : words);
  }
  return options;
}

/** Whether Apache follows links there. */
export function followsLinks(sections: readonly Section[]): boolean {
  const options = optionsOf(sections);
  return options.has("followsymlinks") || options.has("symlinksifownermatch");
}

/** What is known while files are read, and changes with them. */
export interface ReadingState {
  readonly view: FileView;
  /** Where relative paths begin, as bytes; without a slash at its end. */
  serverRoot: string;
  /** By `-D` and `Define`. */
  readonly defined: Map<string, string>;
  /** `alias_module` and `mod_alias.c` of each `LoadModule`. */
  readonly loaded: Set<string>;
  /** Whether a module is built into the program. */
  builtIn(name: string): boolean;
  /** A variable of the server's environment. */
  env(name: string): string | undefined;
}

/** Whether what stands in a section counts; undefined for a section that is no such condition. */
export async function isMet(
  name: string,
  argument: string,
  { view, loaded, defined, builtIn, ...state }: ReadingState,
): Promise<boolean | undefined> {
  const subject = argument.replace(/^!\s*/, "");
  let met: boolean | undefined;
  if (name === "ifmodule") met = loaded.has(subject) || builtIn(subject);
  else if (name === "ifdefine") met = defined.has(subject);
  else if (name === "ifversion") met = holdsForVersion(subject);
  else if (name === "iffile") met = await view.kind(toText(absolute(subject, state))) !== undefined;
  return met === undefined ? undefined : met !== argument.startsWith("!");
}

/** Every version that is still in use is 2.4.x; what asks for more than that is not decided. */
function holdsForVersion(subject: string): boolean | undefined {
  const [, operator = "", major, minor] = /^([<>]?=?)\s*(\d+)\.(\d+)(?:\.0)?$/.exec(subject) ?? [];
  if (major === undefined || minor === undefined) return undefined;
  const difference = 2 * 1000 + 4 - (Number(major) * 1000 + Number(minor));
  if (difference === 0) return operator === ">=" ? true : operator === "<" ? false : undefined;
  return operator.startsWith(">") ? difference > 0 : operator.startsWith("<") && difference < 0;
}

/** A path of the configuration, absolute, as bytes. */
export function absolute(path: string, { serverRoot }: Pick<ReadingState, "serverRoot">): string {
  return path.startsWith("/") ? path : `${serverRoot}/${path}`;
}

/** `${NAME}` by what is defined, else by the environment; what is neither stays. */
export function substituted(text: string, { defined, env }: ReadingState): string {
  if (!text.includes("${")) return text;
  return text.replace(
    /\$\{([^}:]+)\}/g,
    (whole, name: string) => defined.get(name) ?? env(name) ?? whole,
  );
}
