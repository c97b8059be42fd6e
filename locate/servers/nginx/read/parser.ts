/** From a file to its directives, checked one by one as nginx does while it reads. */
import { toText } from "../../../bytes.ts";
import {
  addAll,
  type Dialect,
  matching,
  newReading,
  type Place,
  placeText,
  type Reading,
  readSource,
  type Source,
  syntaxError,
} from "../../../config_text.ts";
import { type FileView, isGlob } from "../../../file_view.ts";
import type { Directive } from "../directive.ts";
import { type Block, blockIn, type Found, isMap, mainBlock } from "./block.ts";
import { commandFor } from "./commands.ts";
import { nextStatement, skipLua, startOf } from "./lexer.ts";
import { mistakeIn } from "./mistake.ts";
import { looksLikeTemplate, TEMPLATE_HINT } from "./variables.ts";

/** What nginx's files are written in. */
export const NGINX: Dialect = {
  title: "nginx configuration",
  hint: "nginx itself refuses this file: see nginx -t.",
};

/** Blocks in blocks, at the most. Real configurations have about six. */
const MAX_DEPTH = 500;

/** Entries of a `map` that are kept; of a longer one nothing is known. */
const MAX_ENTRIES = 10_000;

/** Gives the directives of the files that an `include` in a block names. */
export type Include = (directive: Directive, block: Block) => Promise<readonly Directive[]>;

interface Open {
  readonly name: string;
  readonly line: number;
  readonly directives: Directive[];
  /** Whether its directives are kept. */
  kept: boolean;
  readonly block: Block;
}

/**
 * The directives of one file, every `include` in a block that is kept replaced by what it includes.
 * Throws code `nginx-conf`, with file, line and column, for the first thing that nginx refuses, in
 * the order in which it reads. Directives of modules that are not nginx's own are no mistake.
 *
 * @param outer the block that the file stands in
 */
export async function parse(
  source: Source,
  outer: Block,
  include: Include,
): Promise<Directive[]> {
  const { file } = source;
  const cursor = startOf(source);
  const top: Directive[] = [];
  const open: Open[] = [];
  let around: Open = { name: "", line: 0, directives: top, kept: true, block: outer };
  refuseMark(source);
  for (;;) {
    const { end, words, line, offset, isPlain } = nextStatement(cursor);
    const { block, directives, kept } = around;
    if (end === "eof") {
      if (open.length === 0) return top;
      throw neverClosed(source, around);
    }
    if (end === "}") {
      const next = open.pop();
      if (next === undefined) throw syntaxError(source, offset, 'unexpected "}"');
      if (block.context === "H") throwLate(block);
      around = next;
      continue;
    }
    const [name = ""] = words;
    const within: Directive[] | undefined = end === "{" ? [] : undefined;
    const directive: Directive = { name, args: words.slice(1), file, line, block: within };
    const inner = within && blockIn(block, directive);
    if (block.context !== undefined) {
      refuseMistake({ source, directive, block, inner, start: offset, end: cursor.pos, isPlain });
    }
    if (within === undefined || inner === undefined) {
      if (!kept) continue;
      if (name === "include") addAll(directives, await include(directive, block));
      else directives.push(directive);
      if (!isMap(block) || directives.length <= MAX_ENTRIES) continue;
      directives.length = 0;
      around.kept = false;
      continue;
    }
    if (kept) directives.push(directive);
    if (name.endsWith("_by_lua_block")) {
      skipLua(cursor);
      continue;
    }
    if (open.length >= MAX_DEPTH) throw syntaxError(source, offset, "blocks are nested too deep");
    open.push(around);
    const follows = kept && inner.context !== undefined && inner.context !== "E";
    around = { name, line, directives: within, kept: follows, block: inner };
  }
}

const PART_HINT =
  "Give the main configuration file, most often nginx.conf: this seems to be one that it includes.";

function refuseMistake(found: Found): void {
  const mistake = mistakeIn(found);
  if (mistake === undefined) return;
  const { directive: { name }, block: { context } } = found;
  const isPart = context === "M" && commandFor(name) !== undefined;
  throw refusal(found, mistake, isPart ? PART_HINT : undefined);
}

/** nginx's place is the directive's end; of one on a single line the beginning says more. */
function refusal(
  { source, directive: { line }, start, end }: Found,
  reason: string,
  hint?: string,
): Error {
  const written = source.text.slice(start, end);
  const isTemplate = looksLikeTemplate(source.text.slice(start, end + 1));
  const usedHint = hint ?? (isTemplate ? TEMPLATE_HINT : undefined);
  if (!written.includes("\n")) return syntaxError(source, start, reason, usedHint);
  const missing = /argum|termin/.test(reason) ? ': is a ";" missing?' : "";
  const since = `${reason}; it begins in line ${line}${missing}`;
  return syntaxError(source, lastLineStart(source.text, end - 1), since, usedHint);
}

/** Where the line that holds an offset has its first character that is not blank. */
function lastLineStart(text: string, offset: number): number {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  return start + (/^\s*/.exec(text.slice(start, offset))?.[0].length ?? 0);
}

/** nginx's place is the end, too; the beginning of the block says more. */
function neverClosed(source: Source, { name, line }: Open): Error {
  const begin = placeText({ file: source.file, line });
  const state = `unexpected end of file, expecting "}" of "${name}" at ${begin}`;
  return syntaxError(source, source.text.length, state);
}

function throwLate({ whole }: Block): void {
  for (const { found, mistake, hint } of whole.late) {
    const reason = mistake();
    if (reason !== undefined) throw refusal(found, reason, hint);
  }
}

/** nginx takes it for a part of the first directive's name. */
function refuseMark(source: Source): void {
  if (!source.text.startsWith("\xef\xbb\xbf")) return;
  throw syntaxError(source, 0, "the file begins with a byte order mark; save it without");
}

/**
 * The directives of a configuration, every `include` replaced by what it includes, in the order in
 * which nginx reads. Only includes in blocks that are kept are read. Throws code `nginx-conf` for
 * mistakes, files that cannot be read and loops, with the place of the `include`.
 *
 * @param path the main file, absolute
 */
export async function readConfiguration(view: FileView, path: string): Promise<Directive[]> {
  // Relative names begin in the main file's folder, whichever file includes.
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  return await readFile(path, undefined, newReading(view, NGINX), folder, mainBlock());
}

async function readFile(
  path: string,
  from: Place | undefined,
  reading: Reading,
  folder: string,
  block: Block,
): Promise<Directive[]> {
  const { source, within } = await readSource(path, from, reading);
  return await parse(source, block, async (directive, inner) => {
    const { args: [name = ""] } = directive;
    const wanted = name.startsWith("/") ? toText(name) : `${folder}${toText(name)}`;
    const files = isGlob(wanted) ? await matching(wanted, directive, within) : [wanted];
    const found: Directive[] = [];
    for (const file of files) addAll(found, await readFile(file, directive, within, folder, inner));
    return found;
  });
}
