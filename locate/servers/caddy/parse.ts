/** Reads a Caddyfile: its words, the tree that they make, and what is imported into that. */
import { toText } from "../../bytes.ts";
import {
  addAll,
  type Dialect,
  type Include,
  type Place,
  readAll,
  type Source,
  syntaxError,
  wordsIn,
} from "../../config_text.ts";
import { type Directive, type Running, unclear } from "../server.ts";

const CADDY: Dialect = {
  title: "Caddyfile",
  hint: "Caddy itself refuses this file: see caddy validate --config FILE.",
};

/** The blocks of a configuration: options, sites, routes. Throws code `nginx-conf` for mistakes. */
export async function readCaddyfile(
  path: string,
  running: Pick<Running, "view" | "env">,
): Promise<Directive[]> {
  const snippets = new Map<string, readonly Directive[]>();
  const lines = await readAll<Directive>(path, running, CADDY, (source, include) => {
    // Caddy passes over a byte order mark in every file, and fills in {$NAME:default} before all.
    const valueOf = (_: string, name: string, other = "") => running.env(name) ?? other;
    const text = source.text.replace(/^\xef\xbb\xbf/, "").replace(VARIABLE, valueOf);
    return imported(treeOf({ ...source, text }), include, snippets);
  });
  return sitesOf(lines);
}

const VARIABLE = /\{\$([^{}:]+)(?::([^}]*))?\}/g;
const BLANK = /(?:\s|\\\r?\n|#[^\n]*)*/y;
/** In quotes; a text of several lines up to its marker, since Caddy 2.7; or up to a blank. */
const WORD =
  /"((?:\\[^]|[^"\\])*)"|`([^`]*)`|<<([\w-]+)\r?\n((?:.*\n)*?)[^\S\n]*\3(?=\s|$)|((?:(?!\\\r?\n)\S)+)/y;

/** A directive a line, with the block that a brace at its end begins. */
function treeOf(source: Source): Directive[] {
  const { file } = source;
  const top: Directive[] = [];
  const open = [{ block: top, offset: 0 }];
  let words: string[] = [];
  let place: Place = { file, line: 1 };
  const tokens = wordsIn(source, BLANK, WORD).toArray();
  for (const [i, { match, offset, line }] of tokens.entries()) {
    const [, double, back, , lines, plain = ""] = match;
    if (/^["`]/.test(plain)) throw syntaxError(source, offset, "a quote that nothing ends");
    if (/^<<[\w-]+$/.test(plain)) {
      throw syntaxError(source, offset, "a text of several lines that its marker does not end");
    }
    if (words.length === 0) place = { file, line };
    if (words.length === 0 && plain === "}") {
      open.pop();
      if (open.length === 0) throw syntaxError(source, offset, 'unexpected "}"');
      continue;
    }
    // A backslash at the end of a line continues it.
    const next = tokens[i + 1];
    const isLast = next === undefined || /(?<!\\\r?)\n/.test(next.blank);
    const opens = plain === "{" && (isLast || open.length === 1);
    if (!opens) words.push(double?.replace(/\\"/g, '"') ?? back ?? lines ?? plain);
    if (!opens && !isLast) continue;
    const block: Directive[] | undefined = opens ? [] : undefined;
    open.at(-1)?.block.push(directiveOf(words, place, block));
    if (block !== undefined) open.push({ block, offset });
    words = [];
  }
  if (open.length === 1) return top;
  throw syntaxError(source, open.at(-1)?.offset ?? 0, 'no "}" ends this block');
}

function directiveOf(words: readonly string[], place: Place, block?: readonly Directive[]) {
  const [name = "", ...args] = words;
  const { file, line } = place;
  const text = [name, ...args].join(" ");
  return { file, line, name, args, text, ...(block === undefined ? {} : { block }) };
}

/** With snippets and files in the place of each `import`. */
async function imported(
  lines: readonly Directive[],
  include: Include<Directive>,
  snippets: Map<string, readonly Directive[]>,
): Promise<Directive[]> {
  const found: Directive[] = [];
  for (const line of lines) {
    const { name, file, args: [from = "", ...args] } = line;
    const one = line.block === undefined
      ? line
      : { ...line, block: await imported(line.block, include, snippets) };
    const [, snippet] = /^\((.*)\)$/.exec(name) ?? [];
    const known = snippets.get(from);
    if (snippet !== undefined) snippets.set(snippet, one.block ?? []);
    else if (name !== "import") found.push(one);
    else if (known !== undefined) addAll(found, withArguments(known, args, one));
    else {
      const path = from.startsWith("/") ? toText(from) : file.replace(/[^/]*$/, "") + toText(from);
      const inner = await include(path, one);
      addAll(found, args.length === 0 ? inner : withArguments(inner, args, one));
    }
  }
  return found;
}

/** `{args[1]}`, before 2.7 `{args.1}`; `{args[1:]}` for several words; `{block}` for what is given. */
function withArguments(
  block: readonly Directive[],
  args: readonly string[],
  from: Directive,
): Directive[] {
  const fill = (text: string): readonly string[] => {
    const [, start, end] = /^\{args\[(\d*):(\d*)\]\}$/.exec(text) ?? [];
    if (start !== undefined) return args.slice(Number(start), Number(end || args.length));
    const known = text.replace(/\{args[.[](\d+)\]?\}/g, (all, i: string) => args[Number(i)] ?? all);
    if (!/\{(?:args\b|blocks?\b)/.test(known)) return [known];
    throw unclear(from, "fills a snippet in a way that is not followed");
  };
  return block.flatMap((one) => {
    if (one.name === "{block}") return from.block ?? [];
    const block = one.block && withArguments(one.block, args, from);
    return [directiveOf([one.name, ...one.args].flatMap(fill), one, block)];
  });
}

/** Addresses may stand on several lines, with commas; without a brace, all behind is of one site. */
function sitesOf(lines: readonly Directive[]): Directive[] {
  const sites: Directive[] = [];
  let names: string[] = [];
  for (const [i, line] of lines.entries()) {
    const { name, args, block } = line;
    names.push(...[name, ...args].filter((one) => one !== ""));
    const goesOn = names.at(-1)?.endsWith(",") || lines[i + 1]?.name === "";
    if (block === undefined && goesOn) continue;
    names = names.flatMap((one) => one.split(",")).filter((one) => one !== "");
    sites.push(directiveOf(names, line, block ?? lines.slice(i + 1)));
    if (block === undefined) break;
    names = [];
  }
  return sites;
}
