/** From a file to its directives. */
import { type Directive, isFollowed } from "./directive.ts";
import { nextStatement, skipLua, startOf } from "./lexer.ts";
import { type Dialect, type Source, syntaxError } from "../source.ts";

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
