/** From a file to its directives. */
import { toText } from "../../bytes.ts";
import {
  addAll,
  type Dialect,
  matching,
  newReading,
  type Place,
  type Reading,
  readSource,
  type Source,
  syntaxError,
} from "../../config_text.ts";
import { type FileView, isGlob } from "../../file_view.ts";
import { nextStatement, skipLua, startOf } from "./lexer.ts";

/** What nginx's files are written in. */
export const NGINX: Dialect = {
  title: "nginx configuration",
  hint: "nginx itself refuses this file: see nginx -t.",
};

/** Blocks in blocks, at the most. Real configurations have about six. */
const MAX_DEPTH = 500;

interface Open {
  readonly name: string;
  readonly offset: number;
  readonly directives: Directive[];
  /** Whether its directives are kept. */
  readonly kept: boolean;
}

/**
 * The directives of one file, `include` among them. Unknown directives are no mistake. Throws code
 * `nginx-conf`, with file, line and column, where nginx would refuse the file.
 */
export function parse(source: Source): Directive[] {
  const cursor = startOf(source);
  const top: Directive[] = [];
  const open: Open[] = [];
  let inner: Open = { name: "", offset: 0, directives: top, kept: true };
  refuseMark(source);
  for (;;) {
    const { end, words: [name = "", ...args], line, offset } = nextStatement(cursor);
    if (end === "eof") {
      if (open.length === 0) return top;
      throw syntaxError(source, inner.offset, `the block of "${inner.name}" is never closed`);
    }
    if (end === "}") {
      const outer = open.pop();
      if (outer === undefined) throw syntaxError(source, offset, 'unexpected "}"');
      inner = outer;
      continue;
    }
    const { file } = source;
    if (end === ";") {
      if (inner.kept) inner.directives.push({ name, args, file, line });
      continue;
    }
    const block: Directive[] = [];
    if (inner.kept) inner.directives.push({ name, args, file, line, block });
    if (name.endsWith("_by_lua_block")) {
      skipLua(cursor);
      continue;
    }
    if (open.length >= MAX_DEPTH) throw syntaxError(source, offset, "blocks are nested too deep");
    open.push(inner);
    inner = { name, offset, directives: block, kept: inner.kept && isFollowed(name) };
  }
}

/** nginx takes it for a part of the first directive's name. */
function refuseMark(source: Source): void {
  if (!source.text.startsWith("\xef\xbb\xbf")) return;
  throw syntaxError(source, 0, "the file begins with a byte order mark; save it without");
}

/**
 * The directives of a configuration, every `include` replaced by what it includes. Only includes in
 * blocks that are kept are read. Throws code `nginx-conf` for mistakes, files that cannot be read
 * and loops, with the place of the `include`.
 *
 * @param path the main file, absolute
 */
export async function readConfiguration(view: FileView, path: string): Promise<Directive[]> {
  // Relative names begin in the main file's folder, whichever file includes.
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  return await readFile(path, undefined, newReading(view, NGINX), folder);
}

async function readFile(
  path: string,
  from: Place | undefined,
  reading: Reading,
  folder: string,
): Promise<Directive[]> {
  const { source, within } = await readSource(path, from, reading);
  return await expand(parse(source), within, folder);
}

/** Most blocks include nothing; these are not copied. */
async function expand(
  directives: readonly Directive[],
  within: Reading,
  folder: string,
): Promise<Directive[]> {
  const expanded: Directive[] = [];
  for (const one of directives) {
    if (one.name === "include" && one.block === undefined) {
      addAll(expanded, await readIncluded(one, within, folder));
    } else if (one.block !== undefined && isFollowed(one.name) && includes(one.block)) {
      expanded.push({ ...one, block: await expand(one.block, within, folder) });
    } else expanded.push(one);
  }
  return expanded;
}

function includes(directives: readonly Directive[]): boolean {
  return directives.some(({ name, block }) =>
    name === "include" || (block !== undefined && includes(block))
  );
}

async function readIncluded(
  directive: Directive,
  within: Reading,
  folder: string,
): Promise<Directive[]> {
  const { args: [name = ""] } = directive;
  const path = name.startsWith("/") ? toText(name) : `${folder}${toText(name)}`;
  const files = isGlob(path) ? await matching(path, directive, within) : [path];
  const found: Directive[] = [];
  for (const file of files) addAll(found, await readFile(file, directive, within, folder));
  return found;
}

/** One directive: its name, its words, and what stands in its block. */
export interface Directive extends Place {
  /** Its first word. */
  readonly name: string;
  /** The words behind the name, as bytes, quotes and escapes resolved. */
  readonly args: readonly string[];
  /** The directives in its block; empty where {@linkcode isFollowed} says that it is passed over. */
  readonly block?: readonly Directive[];
}

/** Blocks that decide which file answers a URL. */
const FOLLOWED = new Set(["http", "server", "location", "if", "limit_except"]);

/** Whether a block's directives are kept; `map`, `types`, `upstream` and all others are not. */
function isFollowed(name: string): boolean {
  return FOLLOWED.has(name);
}

/** The directives of one name among others. */
export function named(directives: readonly Directive[], name: string): Directive[] {
  return directives.filter((one) => one.name === name);
}

/** A block, from the innermost one outwards. */
export interface Scope {
  readonly block: Directive;
  readonly outer?: Scope;
}

/** A block inside a scope. */
export function scopeIn(outer: Scope, block: Directive): Scope {
  return { block, outer };
}

/** The first directive of this name in the block itself. */
export function own({ block }: Scope, name: string): Directive | undefined {
  return block.block?.find((one) => one.name === name);
}

/** The first directive of this name in the nearest block that has one. */
export function inherited(scope: Scope, name: string): Directive | undefined {
  return nearest(scope, (one) => own(one, name));
}

/** What the nearest scope gives that gives anything. */
export function nearest<T>(scope: Scope, look: (scope: Scope) => T | undefined): T | undefined {
  for (let one: Scope | undefined = scope; one !== undefined; one = one.outer) {
    const found = look(one);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A directive as it stands: `root /srv`. */
export function directiveText({ name, args }: Directive): string {
  return toText([name, ...args].join(" "));
}
