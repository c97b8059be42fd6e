/** The sections of a configuration that apply to a request, in the order in which they do. */
import { wildcard } from "../../../core/util/wildcard.ts";
import { toText } from "../../bytes.ts";
import { placeText } from "../../config_text.ts";
import type { FileView } from "../../file_view.ts";
import { groupsOf, unclear } from "../server.ts";
import { type Directive, last } from "./directive.ts";

/** A request, as far as it is mapped. */
export interface Mapped {
  /** Decoded, as bytes. */
  readonly uri: string;
  /** The file's path, as bytes. */
  readonly path: string;
}

/** Sections of folders, of files, and of URLs: later ones override earlier ones. */
const ORDER = [["directory"], ["directorymatch"], ["files", "filesmatch"], [
  "location",
  "locationmatch",
]];

/** Directives that decide what answers; within a section that is not followed, they matter. */
const DECIDES =
  /^(?:require|order|allow|deny|auth(?:type|merging)|sethandler|rewrite(?:rule|engine)|redirect|alias|scriptalias|proxypass|documentroot|wsgi|jkmount)/;

/** Whether a directive decides what answers, or holds one that does. */
function decides({ name, block }: Directive): boolean {
  return DECIDES.test(name) || (block?.some(decides) ?? false);
}

/**
 * What stands in sections that match: those outside of the host first, then the host's; folders by
 * the length of their names. Throws {@linkcode NoAnswer} for sections that are not followed.
 */
export function applying(
  main: readonly Directive[],
  own: readonly Directive[],
  mapped: Mapped,
): Directive[][] {
  const all = own === main ? main : [...main, ...own];
  const sections = ORDER.flatMap((names) => {
    const some = all.filter(({ name }) => names.includes(name));
    if (names[0] === "directory") {
      some.sort((a, b) => folderOf(a).length - folderOf(b).length);
    }
    return some.filter((one) => matches(one, mapped));
  });
  refuseOthers(all.filter(({ name }) => !APART.has(name)));
  return sections.flatMap((one) => unfolded(one.block ?? [], mapped));
}

const KNOWN = new Set(ORDER.flat());

/** Sections that have nothing to say of files. */
const APART = new Set(["virtualhost", "proxy", "proxymatch"]);

function refuseOthers(directives: readonly Directive[]): void {
  const other = directives.find((one) =>
    one.block !== undefined && !KNOWN.has(one.name) && one.block.some(decides)
  );
  if (other !== undefined) throw unclear(toText(other.text), other, "decides, and is not followed");
}

/** A section's directives, and those of sections in it that match. */
function unfolded(block: readonly Directive[], mapped: Mapped): Directive[][] {
  const plain: Directive[] = [];
  const later: Directive[][] = [];
  for (const one of block) {
    if (one.block === undefined || one.name.startsWith("require")) plain.push(one);
    else if (one.name === "limit" || one.name === "limitexcept") {
      const lists = one.args.some((method) => /^get$/i.test(method));
      if (lists === (one.name === "limit")) plain.push(...one.block);
    } else if (one.name === "files" || one.name === "filesmatch") {
      if (matches(one, mapped)) later.push(...unfolded(one.block, mapped));
    } else refuseOthers([one]);
  }
  return [plain, ...later];
}

function folderOf({ args: [first = "", second = ""] }: Directive): string {
  return first === "~" ? second : first;
}

function matches(section: Directive, { uri, path }: Mapped): boolean {
  const { name, args: [first = "", second = ""] } = section;
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  const subject = name.startsWith("location")
    ? uri
    : name.startsWith("files")
    ? path.slice(folder.length)
    : folder;
  if (name.endsWith("match")) return groupsOf(first, subject, section) !== undefined;
  if (first === "~") return groupsOf(second, subject, section) !== undefined;
  if (first.includes("[")) {
    throw unclear(toText(section.text), section, "has a pattern that is not followed");
  }
  if (name === "files") return wildcard(first, { stop: "/" })(subject);
  if (first === "/") return true;
  return begins(first, subject, name === "location" && first.endsWith("/"));
}

/** Whether as many folders as the pattern has match; `deeper`: and something is in them. */
function begins(pattern: string, subject: string, deeper: boolean): boolean {
  const wanted = pattern.replace(/(?<=.)\/$/, "").split("/");
  const parts = subject.split("/");
  return parts.length >= wanted.length + (deeper ? 1 : 0) &&
    wildcard(wanted.join("/"), { stop: "/" })(parts.slice(0, wanted.length).join("/"));
}

/** Files in the folder itself that may override what the configuration says, if it lets them. */
export function overrideFile(
  sections: readonly (readonly Directive[])[],
): string | undefined {
  const flat = sections.flat();
  const allowed = last(flat, "allowoverride");
  if (allowed === undefined || /^none$/i.test(allowed.args[0] ?? "")) return undefined;
  return `${toText(allowed.text)} (${placeText(allowed)})`;
}

/** What is known while files are read, and changes with them. */
export interface ReadingState {
  readonly view: FileView;
  /** Where relative paths begin; without a slash at its end. */
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
  state: ReadingState,
): Promise<boolean | undefined> {
  const negated = argument.startsWith("!");
  const subject = argument.replace(/^!\s*/, "");
  const met = await holds(name, subject, state);
  return met === undefined ? undefined : met !== negated;
}

async function holds(
  name: string,
  subject: string,
  state: ReadingState,
): Promise<boolean | undefined> {
  switch (name) {
    case "ifmodule":
      return state.loaded.has(subject) || state.builtIn(subject);
    case "ifdefine":
      return state.defined.has(subject);
    case "iffile":
      return await state.view.kind(absolute(subject, state)) !== undefined;
    case "ifversion":
      return holdsForVersion(subject);
    default:
      return undefined;
  }
}

/** Every version that is still in use is 2.4.x; what asks for more than that is not decided. */
function holdsForVersion(subject: string): boolean | undefined {
  const [, operator = "", major, minor] = /^([<>]?=?)\s*(\d+)\.(\d+)(?:\.0)?$/.exec(subject) ?? [];
  if (major === undefined || minor === undefined) return undefined;
  const difference = 2 * 1000 + 4 - (Number(major) * 1000 + Number(minor));
  if (difference === 0) return operator === ">=" ? true : operator === "<" ? false : undefined;
  return operator.startsWith(">") ? difference > 0 : operator.startsWith("<") && difference < 0;
}

/** A path of the configuration, absolute. */
export function absolute(path: string, { serverRoot }: Pick<ReadingState, "serverRoot">): string {
  return path.startsWith("/") ? path : `${serverRoot}/${path}`;
}

/** `${NAME}` by what is defined, else by the environment; what is neither stays. */
export function substituted(text: string, { defined, env }: ReadingState): string {
  return text.replace(
    /\$\{([^}:]+)\}/g,
    (whole, name: string) => defined.get(name) ?? env(name) ?? whole,
  );
}
