/**
 * A whole configuration of Apache httpd: the main file and all that it includes.
 *
 * The lines of a file of Apache httpd and their words, as `ap_cfg_getline` and `ap_getword_conf`.
 */
import { toText } from "../../bytes.ts";
import {
  addAll,
  type Dialect,
  matching,
  newReading,
  type Place,
  type Reading,
  readSource,
  refuseNul,
  type Source,
  syntaxError,
} from "../../config_text.ts";
import { isGlob } from "../../file_view.ts";
import { type Directive, unclear } from "../server.ts";
import { absolute, isMet, type ReadingState, substituted } from "./sections.ts";

const APACHE: Dialect = {
  title: "configuration of Apache httpd",
  hint: "Apache httpd itself refuses this file: see apachectl configtest.",
};

/** A file on the way. */
interface Cursor {
  readonly source: Source;
  readonly lines: Iterator<Line, undefined>;
  readonly within: Reading;
  readonly state: ReadingState;
}

/**
 * The directives of a configuration: what is included stands in its place, sections such as
 * `<IfModule>` are replaced by what counts of them. Throws code `nginx-conf`, for mistakes with file,
 * line and column.
 */
export async function readConfiguration(path: string, state: ReadingState): Promise<Directive[]> {
  return await readFile(path, undefined, newReading(state.view, APACHE), state);
}

async function readFile(
  path: string,
  from: Place | undefined,
  reading: Reading,
  state: ReadingState,
): Promise<Directive[]> {
  const { source, within } = await readSource(path, from, reading);
  refuseNul(source);
  return await readBlock({ source, lines: linesOf(source), within, state }, undefined, true);
}

/** What stands in a section, or in a file where none is open. */
async function readBlock(
  cursor: Cursor,
  open: { readonly name: string; readonly offset: number } | undefined,
  counts: boolean,
): Promise<Directive[]> {
  const { source, lines } = cursor;
  const found: Directive[] = [];
  for (let next = lines.next(); !next.done; next = lines.next()) {
    const line = next.value;
    const [, slash, tag = "", rest = ""] = sectionOf(line.text) ?? [];
    if (slash === "/") {
      if (tag.toLowerCase() === open?.name) return found;
      throw syntaxError(source, line.offset, `unexpected "${line.text}"`);
    }
    if (slash === "") addAll(found, await readSection(cursor, line, tag, rest, counts));
    else if (counts) addAll(found, await readDirective(cursor, line));
  }
  if (open === undefined) return found;
  throw syntaxError(source, open.offset, `no </${open.name}> ends this section`);
}

/** `<Directory /srv>` and `</Directory>`, taken apart. */
function sectionOf(text: string): RegExpExecArray | null {
  return text.startsWith("<") ? /^<(\/?)([A-Za-z]\w*)\s*(.*?)\s*>$/s.exec(text) : null;
}

async function readSection(
  cursor: Cursor,
  { text, line, offset }: Line,
  tag: string,
  rest: string,
  counts: boolean,
): Promise<Directive[]> {
  const { source: { file }, state } = cursor;
  const name = tag.toLowerCase();
  const argument = substituted(rest, state);
  const [word = ""] = name === "ifversion" ? [argument] : wordsOf(argument);
  const met = counts ? await isMet(name, word, state) : false;
  const block = await readBlock(cursor, { name, offset }, counts && met !== false);
  if (met !== undefined) return met ? block : [];
  if (name === "macro") return []; // only its Use says anything
  return [{ file, line, name, args: wordsOf(argument), text, block }];
}

async function readDirective(
  { source: { file }, within, state }: Cursor,
  { text, line }: Line,
): Promise<Directive[]> {
  const [first = "", ...args] = wordsOf(substituted(text, state));
  const one: Directive = { file, line, name: first.toLowerCase(), args, text };
  const [value = "", second = ""] = args;
  switch (one.name) {
    case "include":
    case "includeoptional":
      return await readIncluded(one, within, state);
    case "use":
      throw unclear(text, one, "is filled in from a macro, which is not done here");
    case "define":
      state.defined.set(value, second);
      return [];
    case "undefine":
      state.defined.delete(value);
      return [];
    case "loadmodule":
      state.loaded.add(value).add(second.replace(/^.*\/|\.so$/g, "") + ".c");
      return [];
    case "serverroot":
      state.serverRoot = value.replace(/\/+$/, "");
      return [];
    default:
      return [one];
  }
}

/** A file, all that match a pattern, or all files below a folder. */
async function readIncluded(
  one: Directive,
  within: Reading,
  state: ReadingState,
): Promise<Directive[]> {
  const path = toText(absolute(one.args[0] ?? "", state));
  const found: Directive[] = [];
  for (const file of await filesOf(path, one, within)) {
    if (one.name === "includeoptional" && await state.view.kind(file) === undefined) continue;
    addAll(found, await readFile(file, one, within, state));
  }
  return found;
}

async function filesOf(path: string, from: Place, within: Reading): Promise<string[]> {
  if (isGlob(path)) return await matching(path, from, within);
  if (await within.view.kind(path) !== "folder") return [path];
  const below = await matching(`${path.replace(/\/+$/, "")}/*`, from, within);
  return (await Promise.all(below.map((one) => filesOf(one, from, within)))).flat();
}

/** A line, joined with those that a backslash at its end continues it by. */
export interface Line {
  readonly text: string;
  /** From 1. */
  readonly line: number;
  /** Where it begins in the file. */
  readonly offset: number;
}

/** The lines that are neither empty nor comments. A comment is continued, too. */
function* linesOf({ text }: Source): Generator<Line> {
  let line = 1;
  for (let start = 0; start < text.length;) {
    const [first, offset] = [line, start];
    let joined = "";
    for (let continued = true; continued && start < text.length; line++) {
      const end = text.indexOf("\n", start);
      const piece = text.slice(start, end < 0 ? text.length : end).replace(/\r$/, "");
      continued = piece.endsWith("\\");
      joined += continued ? piece.slice(0, -1) : piece;
      start = end < 0 ? text.length : end + 1;
    }
    const trimmed = joined.trim();
    if (trimmed !== "" && !trimmed.startsWith("#")) yield { text: trimmed, line: first, offset };
  }
}

/** The words of a line. In quotes, a backslash escapes the quote; two of them are one anywhere. */
function wordsOf(text: string): string[] {
  if (!/["'\\]/.test(text)) return text.split(/\s+/).filter((word) => word !== "");
  const word = /\s*(?:"((?:\\.|[^"\\])*)(?:"|$)|'((?:\\.|[^'\\])*)(?:'|$)|(\S+))/gsy;
  return [...text.matchAll(word)].map(([, double, single, plain]) => {
    if (plain !== undefined) return plain.replaceAll("\\\\", "\\");
    return (double ?? single ?? "").replace(
      double === undefined ? /\\([\\'])/g : /\\([\\"])/g,
      "$1",
    );
  });
}
