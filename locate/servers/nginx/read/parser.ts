/** From a file to its directives, checked one by one as nginx does while it reads. */
import { toText } from "../../../bytes.ts";
import {
  type Dialect,
  type Place,
  placeText,
  readAll,
  type Source,
  syntaxError,
} from "../../../config_text.ts";
import type { FileView } from "../../../file_view.ts";
import type { Directive } from "../directive.ts";
import { type Block, blockIn, type Found, mainBlock } from "./block.ts";
import { COMMANDS } from "./commands.ts";
import { nextStatement, skipLua, startOf } from "./lexer.ts";
import { blockMistake, mistakeIn } from "./mistake.ts";
import { TEMPLATE_HINT } from "./variables.ts";

export const NGINX: Dialect = {
  title: "nginx configuration",
  hint: "nginx itself refuses this file: see nginx -t.",
  takesNul: true, // in comments
};

/** Blocks in blocks, at the most. Real configurations have about six. */
const MAX_DEPTH = 500;

/** Entries of a `map` that are kept; of a longer one nothing is known. */
const MAX_ENTRIES = 10_000;

/** Adds a file's directives to a block; throws code `nginx-conf` for what nginx refuses first. */
export async function parse(
  source: Source,
  outer: Block,
  include: (directive: Directive, block: Block) => Promise<unknown>,
): Promise<Directive[]> {
  if (source.text.startsWith("\xef\xbb\xbf")) { // nginx takes it for a part of the first name
    throw syntaxError(source, 0, "the file begins with a byte order mark; save it without");
  }
  const cursor = startOf(source);
  const open: Block[] = [];
  let block = outer;
  for (;;) {
    const { end, words, line, offset, isPlain } = nextStatement(cursor);
    if (end === "eof") {
      if (open.length === 0) return outer.directives;
      const begin = placeText({ file: source.file, line: block.of.line });
      const state = `unexpected end of file, expecting "}" of "${block.of.name}" at ${begin}`;
      throw syntaxError(source, offset, state);
    }
    if (end === "}") {
      const around = open.pop();
      if (around === undefined) throw syntaxError(source, offset, 'unexpected "}"');
      const mistake = blockMistake(block);
      if (mistake !== undefined) throw syntaxError(source, offset, mistake);
      for (const { found, mistake, hint } of block.context === "H" ? block.whole.late : []) {
        const reason = mistake();
        if (reason !== undefined) throw refusal(found, reason, hint);
      }
      block = around;
      continue;
    }
    const name = words.shift() ?? "";
    const directives: Directive[] | undefined = end === "{" ? [] : undefined;
    const directive = { name, args: words, file: source.file, line, block: directives };
    const inner = directives && blockIn(block, directive, directives);
    const found = { source, directive, block, inner, start: offset, end: cursor.pos, isPlain };
    const mistake = mistakeIn(found);
    if (mistake !== undefined) {
      const isPart = block.context === "M" && COMMANDS.has(name);
      throw refusal(found, mistake, isPart ? PART_HINT : undefined);
    }
    if (inner === undefined && name === "include") {
      if (block.kept) await include(directive, block);
      continue;
    }
    if (block.kept) block.directives.push(directive);
    if (inner === undefined) {
      if (block.directives.length <= MAX_ENTRIES || !/[mgp]/.test(block.context ?? "")) continue;
      block.directives.length = 0;
      block.kept = false;
    } else if (name.endsWith("_by_lua_block")) {
      skipLua(cursor);
    } else {
      if (open.length >= MAX_DEPTH) throw syntaxError(source, offset, "blocks are nested too deep");
      open.push(block);
      block = inner;
    }
  }
}

const PART_HINT =
  "Give the main configuration file, most often nginx.conf: this seems to be one that it includes.";

/** nginx's place is the directive's end; of one on a single line the beginning says more. */
function refusal(
  { source, directive: { line }, start, end }: Found,
  reason: string,
  given?: string,
): Error {
  const { text } = source;
  // What templates have: `${PORT}`, `{{ port }}`, `{% if %}`, `<% %>`.
  const isTemplate = /\$\{[A-Z]|\{\{|\{%|<%/.test(text.slice(start, end + 1));
  const hint = given ?? (isTemplate ? TEMPLATE_HINT : undefined);
  const lastLine = text.lastIndexOf("\n", end - 2) + 1;
  if (lastLine <= start) return syntaxError(source, start, reason, hint);
  const missing = /argum|termin/.test(reason) ? ': is a ";" missing?' : "";
  const indent = text.slice(lastLine, end - 1).search(/\S|$/);
  const since = `${reason}; it begins in line ${line}${missing}`;
  return syntaxError(source, lastLine + indent, since, hint);
}

/** The directives of a configuration with all that it includes; throws code `nginx-conf`. */
export async function readConfiguration(view: FileView, path: string): Promise<Directive[]> {
  // Relative names begin in the main file's folder, whichever file includes.
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  const main = mainBlock();
  await readAll<never, Inclusion>(path, { view }, NGINX, async (source, include, from) => {
    await parse(source, from?.block ?? main, ({ file, line, args: [name = ""] }, block) => {
      const wanted = toText(name);
      return include(wanted.startsWith("/") ? wanted : folder + wanted, { file, line, block });
    });
    return [];
  });
  return main.directives;
}

/** Where a file is included, and the block that its directives are added to. */
type Inclusion = Place & { readonly block: Block };
