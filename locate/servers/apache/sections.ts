/** The sections and `.htaccess` files that apply to a request, in the order in which they do. */
import { normalize } from "node:path";
import { wildcard } from "../../../core/util/wildcard.ts";
import { toText } from "../../bytes.ts";
import { NoAnswer } from "../../result.ts";
import { matchOf } from "../pcre/mod.ts";
import { type Directive, GIVE_ROOT, last, quoted, unclear } from "../server.ts";
import { readConfiguration } from "./parse.ts";
import { isKnown, type ReadingState } from "./state.ts";
import type { RewriteRequest } from "./variables.ts";

export interface Section {
  readonly directives: readonly Directive[];
  /** Names of those that are for other methods than GET alone: what is there replaces what was. */
  readonly others: readonly string[];
  /** Its name, as bytes; what rules in it see of a path is what lies below it. */
  readonly folder: string;
  /** Of a folder: how many names it has. Other sections come behind all folders. */
  readonly depth?: number;
}

/** Directives that decide what answers; within a section that is not followed, they matter. */
const DECIDES =
  /^(?:require|order|allow|deny|auth(?:type|merging)|sethandler|rewrite(?:rule|engine)|redirect|alias|scriptalias|proxypass|documentroot|wsgi|jkmount|options)/;

function decides({ name, block = [] }: Directive): boolean {
  return DECIDES.test(name) || block.some(decides);
}

/**
 * What stands in sections that match: folders by their depth, each with its `.htaccess` behind it,
 * then those with expressions, files, URLs, as `ap_directory_walk` and its kin do. Throws
 * {@linkcode NoAnswer} for what is not followed, and for what an `.htaccess` may not say.
 */
export async function applying(
  all: readonly Directive[],
  mapped: RewriteRequest,
  state: ReadingState,
): Promise<Section[]> {
  refuseOthers(all);
  const fitting = (names: RegExp, of = all) =>
    of.filter((one) => names.test(one.name) && matches(one, mapped));
  const folders = fitting(/^directory(?:match)?$/);
  const isPlain = ({ name, args }: Directive) => name === "directory" && args[0] !== "~";
  const files = fitting(FILES);
  const found: Section[] = [];
  const add = (directives: readonly Directive[], folder: string, depth?: number) => {
    found.push({ ...plainIn(directives), folder, ...(depth === undefined ? {} : { depth }) });
    files.push(...fitting(FILES, directives));
  };
  const names = last(all, "accessfilename")?.args ?? [".htaccess"];
  const parts = mapped.path.split("/").slice(1);
  for (let depth = 0; depth <= parts.length; depth++) {
    for (const { block = [], args: [name = ""] } of folders.filter(isPlain)) {
      // Apache sorts by how many components the name has.
      if (name.split("/").filter(Boolean).length === depth) add(block, name, depth);
    }
    if (depth === parts.length) break; // the file itself
    const folder = `/${parts.slice(0, depth).join("/")}`;
    const own = await overrideIn(folder, found, names, state);
    if (own !== undefined) add(own, folder, depth);
  }
  for (const { block = [], args } of folders.filter((one) => !isPlain(one))) {
    add(block, args.at(-1) ?? "");
  }
  for (const { block = [], args } of [...files, ...fitting(/^location(?:match)?$/)]) {
    found.push({ ...plainIn(block), folder: args.at(-1) ?? "" });
  }
  return found;
}

const FILES = /^files(?:match)?$/;

function refuseOthers(directives: readonly Directive[]): void {
  const other = directives.find(({ name, block }) =>
    !/^(?:directory|files|location|proxy)(?:match)?$/.test(name) && block?.some(decides)
  );
  if (other !== undefined) throw unclear(other, "decides, and is not followed");
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
    } else if (!FILES.test(name)) refuseOthers([one]);
    return [];
  });
  return { directives, others };
}

/** As `apr_fnmatch`. */
const PATTERN = { stop: "/", classes: true };

function matches(section: Directive, { uri, path }: RewriteRequest): boolean {
  const { name, args: [first = "", second = ""] } = section;
  // A section of folders is for a file of that name, too.
  const file = name.startsWith("files") ? path.slice(path.lastIndexOf("/") + 1) : path;
  const subject = name.startsWith("location") ? uri : file;
  if (name.endsWith("match")) return matchOf(first, subject, section) !== undefined;
  if (first === "~") return matchOf(second, subject, section) !== undefined;
  if (name === "files" || (name === "location" && /[*?[]/.test(first))) {
    return wildcard(first, PATTERN)(subject);
  }
  if (first === "/") return true;
  // As many folders as the pattern has must match; below a location with a slash, something more.
  const wanted = (name === "directory" ? normalize(first) : first).replace(/\/$/, "").split("/");
  const parts = subject.split("/");
  const isInside = name === "location" && first.endsWith("/");
  return parts.length >= wanted.length + (isInside ? 1 : 0) &&
    wildcard(wanted.join("/"), PATTERN)(parts.slice(0, wanted.length).join("/"));
}

/** Whether Apache follows links there; each `Options` replaces others, or adds and takes away. */
export function followsLinks(sections: readonly Section[]): boolean {
  let options = new Set(["followsymlinks"]);
  for (const { name, args } of sections.flatMap(({ directives }) => directives)) {
    if (name !== "options") continue;
    const words = args.map((word) => word.toLowerCase());
    if (!words.every((word) => /^[+-]/.test(word))) {
      options = new Set(words.includes("all") ? ["followsymlinks"] : words);
      continue;
    }
    for (const word of words) {
      if (word.startsWith("+")) options.add(word.slice(1));
      else options.delete(word.slice(1));
    }
  }
  return options.has("followsymlinks") || options.has("symlinksifownermatch");
}

/** What a folder's own file says, as far as the sections before let it in; undefined for none. */
async function overrideIn(
  folder: string,
  before: readonly Section[],
  names: readonly string[],
  state: ReadingState,
) {
  const allowed = allowedBy(before);
  if (allowed === undefined) return undefined;
  for (const name of names) {
    const path = toText(`${folder === "/" ? "" : folder}/${name}`);
    if (await state.view.kind(path) !== "file") continue;
    const directives = await readConfiguration(path, { ...state });
    for (const one of withInner(directives)) {
      if (one.block !== undefined || await isKnown(one.name, state)) continue;
      if (!["unknown", "all"].some((word) => allowed.has(`nonfatal=${word}`))) {
        throw refusal(one, "is of no module that is loaded", "Take it out, or load its module.");
      }
    }
    return directives.filter((one) => isIn(one, allowed));
  }
  return undefined;
}

function withInner(directives: readonly Directive[]): Directive[] {
  return directives.flatMap((one) => [one, ...withInner(one.block ?? [])]);
}

/** What `AllowOverride` and `AllowOverrideList` name; undefined where only `None` is said. */
function allowedBy(sections: readonly Section[]): ReadonlySet<string> | undefined {
  const all = sections.flatMap(({ directives }) => directives);
  const said = ["allowoverride", "allowoverridelist"].flatMap((one) => last(all, one)?.args ?? []);
  const words = said.map((word) => word.toLowerCase().replace(/^options=.*/, "options"));
  const names = words.filter((word) => word !== "none");
  return names.length === 0 && words.length > 0 ? undefined : new Set(names);
}

/** What may stand in the server's own files alone. */
const OF_SERVER =
  /^(?:allowoverride(?:list)?|(?:script)?alias(?:match)?|(?:custom|error|rewrite)log|(?:directory|location|proxy|proxypass)(?:match)?|documentroot|listen|proxypassreverse|rewritemap|server(?:admin|alias|name|tokens)|virtualhost)$/;

/** Which word of `AllowOverride` lets a directive in; of those that decide what answers. */
const GROUPS: readonly (readonly [RegExp, string])[] = [
  [/^(?:auth|require|satisfy)/, "authconfig"],
  [/^(?:order|allow|deny)$/, "limit"],
  [/^options$/, "options"],
  [/^(?:directoryindex|expires|indexo)/, "indexes"],
  [/^(?:rewrite|redirect|set|add(?:handler|type)|forcetype|errordocument|header)/, "fileinfo"],
];

function isIn(one: Directive, allowed: ReadonlySet<string>): boolean {
  const isOfServer = OF_SERVER.test(one.name);
  const [, group] = GROUPS.find(([names]) => names.test(one.name)) ?? [];
  const isAllowed = group === undefined && allowed.size > 0 ||
    ["all", group ?? "", one.name].some((word) => allowed.has(word));
  if (isAllowed && !isOfServer) return true;
  if (allowed.has("nonfatal=override") || allowed.has("nonfatal=all")) return false;
  throw isOfServer
    ? refusal(one, "may not stand in such a file", "Take it out.")
    : refusal(one, "is not let in by AllowOverride", "Take it out, or allow it.");
}

function refusal(one: Directive, state: string, way: string): NoAnswer {
  const answer = `${quoted(one)} ${state}: Apache httpd answers 500`;
  return new NoAnswer("invalid", answer, `${way} ${GIVE_ROOT}`);
}
