/** The files of a configuration, in lines and words as `ap_cfg_getline` and `ap_getword_conf` do. */
import { basename } from "node:path";
import { toText } from "../../bytes.ts";
import {
  addAll,
  type Dialect,
  type Include,
  includedBy,
  type Place,
  readAll,
  type Source,
  syntaxError,
} from "../../config_text.ts";
import { isGlob } from "../../file_view.ts";
import { type Directive, unclear } from "../server.ts";
import { absolute, isMet, type ReadingState, substituted } from "./state.ts";

const APACHE: Dialect = {
  title: "configuration of Apache httpd",
  hint: "Apache httpd itself refuses this file: see apachectl configtest.",
};

/**
 * The directives of a configuration: what is included stands in its place, sections such as
 * `<IfModule>` are replaced by what counts of them. Throws code `nginx-conf` for mistakes.
 */
export function readConfiguration(path: string, state: ReadingState): Promise<Directive[]> {
  return readAll(path, state, APACHE, (source, include) => readFile(source, include, state));
}

async function readFile(source: Source, include: Include<Directive>, state: ReadingState) {
  const { file } = source;
  let block: Directive[] = [];
  let counts = true;
  const around: { block: Directive[]; counts: boolean; name: string; offset: number }[] = [];
  for (const { text, line, offset } of linesOf(source)) {
    const [, slash, tag = "", rest = ""] = /^<(\/?)([A-Za-z]\w*)(.*)>$/s.exec(text) ?? [];
    const name = tag.toLowerCase();
    if (slash === undefined) {
      if (counts) addAll(block, await readDirective(text, { file, line }, include, state));
    } else if (slash === "/") {
      const outer = around.pop();
      if (outer?.name !== name) throw syntaxError(source, offset, `unexpected "${text}"`);
      ({ block, counts } = outer);
    } else {
      around.push({ block, counts, name, offset });
      const argument = substituted(rest.trim(), state);
      const args = wordsOf(argument);
      const word = name === "ifversion" ? argument : args[0] ?? "";
      const met: boolean | undefined = counts
        ? await isMet(name, word, { file, line }, state)
        : false;
      counts = counts && met !== false;
      if (met !== undefined) continue; // what it holds is of the section around it
      const own: Directive[] = [];
      // Of a macro, only its Use says anything.
      if (name !== "macro") block.push({ file, line, name, args, text, block: own });
      block = own;
    }
  }
  const open = around.at(-1);
  if (open === undefined) return block;
  throw syntaxError(source, open.offset, `no </${open.name}> ends this section`);
}

async function readDirective(
  text: string,
  place: Place,
  include: Include<Directive>,
  state: ReadingState,
): Promise<Directive[]> {
  const [first = "", ...args] = wordsOf(substituted(text, state));
  const one: Directive = { ...place, name: first.toLowerCase(), args, text };
  const { name } = one;
  const [value = "", second = ""] = args;
  if (/^include(?:optional)?$/.test(name)) {
    const found: Directive[] = [];
    for (const file of await filesOf(toText(absolute(value, state)), one, state)) {
      const isMissing = name !== "include" && await state.view.kind(file) === undefined;
      if (!isMissing) addAll(found, await include(file, one));
    }
    return found;
  }
  if (name === "use") throw unclear(one, "is filled in from a macro, which is not done here");
  if (name === "define") state.defined.set(value, second);
  else if (name === "undefine") state.defined.delete(value);
  else if (name === "loadmodule") {
    const file = toText(absolute(second, state));
    state.loaded.set(value, file).set(`${basename(second, ".so")}.c`, file);
  } else if (name === "serverroot") state.serverRoot = value.replace(/\/+$/, "");
  else return [one];
  return [];
}

/** A file, all that match a pattern, or all files below a folder. */
async function filesOf(path: string, from: Place, state: ReadingState): Promise<string[]> {
  if (isGlob(path) || await state.view.kind(path) !== "folder") {
    return await includedBy(path, from, state.view);
  }
  const below = await includedBy(`${path.replace(/\/+$/, "")}/*`, from, state.view);
  return (await Promise.all(below.map((one) => filesOf(one, from, state)))).flat();
}

/** All but empty lines and comments; a backslash at the end of one, even of a comment, goes on. */
function* linesOf({ text }: Source) {
  let joined = "";
  let [line, offset, next] = [1, 0, 0];
  for (const [i, whole] of text.split("\n").entries()) {
    const piece = whole.replace(/\r$/, "");
    const isContinued = piece.endsWith("\\");
    joined += isContinued ? piece.slice(0, -1) : piece;
    next += whole.length + 1;
    if (isContinued && next <= text.length) continue;
    const trimmed = joined.trim();
    if (trimmed !== "" && !trimmed.startsWith("#")) yield { text: trimmed, line, offset };
    joined = "";
    [line, offset] = [i + 2, next];
  }
}

/** The words of a line. In quotes, a backslash escapes the quote; two of them are one anywhere. */
function wordsOf(text: string): string[] {
  if (!/["'\\]/.test(text)) return text.split(/\s+/).filter((word) => word !== "");
  // In rules, a backslash keeps a blank in its word; nowhere else one stands before a blank.
  const word = /\s*(?:"((?:\\.|[^"\\])*)(?:"|$)|'((?:\\.|[^'\\])*)(?:'|$)|((?:\\\s|\S)+))/gsy;
  return text.matchAll(word).map(([, double, single, plain]) =>
    plain?.replaceAll("\\\\", "\\") ??
      double?.replace(/\\([\\"])/g, "$1") ??
      (single ?? "").replace(/\\([\\'])/g, "$1")
  ).toArray();
}
