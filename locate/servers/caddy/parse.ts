/** The words of a Caddyfile. */
import { toText } from "../../bytes.ts";
import {
  addAll,
  type Dialect,
  includedBy,
  newReading,
  type Place,
  type Reading,
  readSource,
  refuseNul,
  type Source,
  syntaxError,
  wordsIn,
} from "../../config_text.ts";
import type { FileView } from "../../file_view.ts";
import { type Directive, unclear } from "../server.ts";

interface Token extends Place {
  readonly text: string;
  /** Whether it is in quotes: then braces are braces. */
  readonly quoted: boolean;
  readonly offset: number;
  /** Whether a line begins with it; a backslash at the end of one continues it. */
  readonly isFirst: boolean;
}

/** What a `{$NAME:default}` stands for is put in before words are told apart. */
function withVariables(text: string, env: (name: string) => string | undefined): string {
  return text.replace(
    /\{\$([^}:]+)(?::([^}]*))?\}/g,
    (_, name: string, other: string | undefined) => env(name) ?? other ?? "",
  );
}

const BLANK = /(?:\s|\\\r?\n|#[^\n]*)*/y;
/** In quotes; a text of several lines up to its marker, since Caddy 2.7; or up to a blank. */
const WORD =
  /"((?:\\[^]|[^"\\])*)"|`([^`]*)`|<<([\w-]+)\r?\n((?:.*\n)*?)[^\S\n]*\3(?=\s|$)|((?:(?!\\\r?\n)\S)+)/y;

/** The words, comments left out. Throws code `nginx-conf` for a quote without end. */
function tokensOf(source: Source): Token[] {
  const { file } = source;
  return wordsIn(source, BLANK, WORD).map(({ match, blank, offset, line }): Token => {
    const [, double, back, , lines, plain = ""] = match;
    if (/^["`]/.test(plain)) throw syntaxError(source, offset, "a quote that nothing ends");
    if (/^<<[\w-]+$/.test(plain)) {
      throw syntaxError(source, offset, "a text of several lines that its marker does not end");
    }
    const isFirst = offset === 0 || /(?<!\\\r?)\n/.test(blank);
    const text = double?.replace(/\\"/g, '"') ?? back ?? lines ?? plain;
    return { file, line, text, quoted: plain === "", offset, isFirst };
  }).toArray();
}

const CADDY: Dialect = {
  title: "Caddyfile",
  hint: "Caddy itself refuses this file: see caddy validate --config FILE.",
};

/** A directive, or a block with what stands before it: options, a site, a snippet. */
function directiveOf(
  [name = "", ...args]: readonly string[],
  { file, line }: Place,
  block?: readonly Directive[],
): Directive {
  const text = [name, ...args].join(" ");
  return { file, line, name, args, text, ...(block === undefined ? {} : { block }) };
}

interface Cursor {
  readonly source: Source;
  readonly tokens: readonly Token[];
  at: number;
  readonly within: Reading;
  readonly shared: Shared;
}

interface Shared {
  readonly snippets: Map<string, readonly Directive[]>;
  env(name: string): string | undefined;
}

/** The blocks of a configuration. Throws code `nginx-conf` for mistakes. */
export async function readCaddyfile(
  path: string,
  view: FileView,
  env: Shared["env"],
): Promise<Directive[]> {
  const shared = { snippets: new Map<string, readonly Directive[]>(), env };
  return await readFile(path, undefined, newReading(view, CADDY), shared, readTop);
}

type Read = (cursor: Cursor) => Promise<Directive[]>;

async function readFile(
  path: string,
  from: Place | undefined,
  reading: Reading,
  shared: Shared,
  read: Read,
): Promise<Directive[]> {
  const { source: file, within } = await readSource(path, from, reading);
  refuseNul(file);
  const text = withVariables(file.text.replace(BYTE_ORDER_MARK, ""), shared.env);
  const source = { ...file, text };
  return await read({ source, tokens: tokensOf(source), at: 0, within, shared });
}

/** As Notepad writes it; as bytes. Caddy passes over it in every file. */
const BYTE_ORDER_MARK = /^\xef\xbb\xbf/;

/** Blocks of sites; a file without braces is the block of one site. */
async function readTop(cursor: Cursor): Promise<Directive[]> {
  const found: Directive[] = [];
  while (cursor.at < cursor.tokens.length) {
    const first = cursor.tokens[cursor.at];
    if (first?.text === "import") {
      addAll(found, await readImport(await readLine(cursor), cursor, readTop));
      continue;
    }
    if (closes(cursor)) throw syntaxError(cursor.source, first?.offset ?? 0, 'unexpected "}"');
    const head = readAddresses(cursor);
    const names = head.map(({ text }) => text);
    const braced = opens(cursor);
    if (braced) cursor.at++;
    const block = await readBlock(cursor, braced ? cursor.tokens[cursor.at - 1] : undefined);
    const [, snippet] = /^\((.*)\)$/.exec(names[0] ?? "") ?? [];
    if (snippet !== undefined) cursor.shared.snippets.set(snippet, block);
    else if (first !== undefined) found.push(directiveOf(names, head[0] ?? first, block));
  }
  return found;
}

/** Words before a brace; without one, those of the first line, and of the next after a comma. */
function readAddresses(cursor: Cursor): Token[] {
  const found: Token[] = [];
  for (let token = cursor.tokens[cursor.at]; token !== undefined && !opens(cursor);) {
    if (found.length > 0 && token.isFirst && !found.at(-1)?.text.endsWith(",")) break;
    found.push(token);
    token = cursor.tokens[++cursor.at];
  }
  return found.flatMap((one) =>
    one.text.split(",").filter((text) => text !== "").map((text) => ({ ...one, text }))
  );
}

function opens({ tokens, at }: Cursor): boolean {
  return tokens[at]?.text === "{" && !tokens[at].quoted;
}

function closes({ tokens, at }: Cursor): boolean {
  return tokens[at]?.text === "}" && !tokens[at].quoted;
}

/** Directives up to the brace that ends the block, or the end of the file where none began it. */
async function readBlock(cursor: Cursor, open: Token | undefined): Promise<Directive[]> {
  const found: Directive[] = [];
  while (!closes(cursor)) {
    if (cursor.at >= cursor.tokens.length) {
      if (open === undefined) return found;
      throw syntaxError(cursor.source, open.offset, 'no "}" ends this block');
    }
    const one = await readLine(cursor);
    if (one.name !== "import") found.push(one);
    else addAll(found, await readImport(one, cursor, (inner) => readBlock(inner, undefined)));
  }
  const { offset = 0 } = cursor.tokens[cursor.at] ?? {};
  if (open === undefined) throw syntaxError(cursor.source, offset, 'unexpected "}"');
  cursor.at++;
  return found;
}

/** A directive: the words of a line, and the block that a brace at its end begins. */
async function readLine(cursor: Cursor): Promise<Directive> {
  const { tokens } = cursor;
  const start = cursor.at;
  const isLast = () => tokens[cursor.at + 1]?.isFirst ?? true;
  const goesOn = () => cursor.at < tokens.length && !tokens[cursor.at]?.isFirst;
  do cursor.at++; while (goesOn() && !(opens(cursor) && isLast()));
  const [first, ...rest] = tokens.slice(start, cursor.at);
  if (first === undefined) throw new Error("a line has a word");
  const words = [first, ...rest].map(({ text }) => text);
  if (!goesOn()) return directiveOf(words, first);
  const brace = tokens[cursor.at++];
  return directiveOf(words, first, await readBlock(cursor, brace));
}

/** A snippet with its arguments, or files. */
async function readImport(one: Directive, cursor: Cursor, read: Read): Promise<Directive[]> {
  const { source: { file }, within, shared } = cursor;
  const [name = "", ...args] = one.args;
  const snippet = shared.snippets.get(name);
  if (snippet !== undefined) return withArguments(snippet, args, one);
  const text = toText(name);
  const path = text.startsWith("/") ? text : `${file.slice(0, file.lastIndexOf("/") + 1)}${text}`;
  const found: Directive[] = [];
  for (const each of await includedBy(path, one, within)) {
    addAll(found, await readFile(each, one, within, shared, read));
  }
  return args.length === 0 ? found : withArguments(found, args, one);
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
    const reason = "fills a snippet in a way that is not followed";
    throw unclear(toText(from.text), from, reason);
  };
  return block.flatMap((one) => {
    if (one.name === "{block}") return from.block ?? [];
    const block = one.block && withArguments(one.block, args, from);
    return [directiveOf([one.name, ...one.args].flatMap(fill), one, block)];
  });
}
