/** A whole configuration of Apache httpd: the main file and all that it includes. */
import { toText } from "../bytes.ts";
import { addAll, matching, newReading, type Reading, readSource } from "../config_files.ts";
import { isGlob } from "../glob.ts";
import { unclear } from "../other/unclear.ts";
import { type Dialect, type Place, type Source, syntaxError } from "../source.ts";
import { absolute, isMet, type ReadingState, substituted } from "./conditions.ts";
import type { Directive } from "./directive.ts";
import { type Line, linesOf, wordsOf } from "./lines.ts";

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
  const nul = source.text.indexOf("\0");
  if (nul >= 0) throw syntaxError(source, nul, "a NUL byte");
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
    const [, slash, tag = "", rest = ""] = /^<(\/?)([A-Za-z]\w*)\s*(.*?)\s*>$/s.exec(line.text) ??
      [];
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
  if (name === "macro") throw unclear(text, { file, line }, "is a macro, which is not read here");
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
      state.serverRoot = toText(value).replace(/\/+$/, "");
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
  const path = absolute(toText(one.args[0] ?? ""), state);
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
