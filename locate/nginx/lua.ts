/** Lua inside `*_by_lua_block { … }` of OpenResty: only where it ends matters. */

/**
 * What can hide a brace: comments and strings, long or short; else a brace itself. A string that is
 * not closed on its line is no Lua: its quote is passed over.
 */
const PIECE =
  /--\[(=*)\[[^]*?\]\1\]|--(?!\[=*\[)[^\n]*|\[(=*)\[[^]*?\]\2\]|"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*'|[{}]/g;

/**
 * The offset behind the `}` that closes a Lua block.
 *
 * @param text the file
 * @param start the offset behind its `{`
 * @returns undefined when it is never closed
 */
export function luaEnd(text: string, start: number): number | undefined {
  const pieces = new RegExp(PIECE);
  pieces.lastIndex = start;
  let depth = 1;
  for (let piece = pieces.exec(text); piece !== null; piece = pieces.exec(text)) {
    if (piece[0] === "{") depth++;
    else if (piece[0] === "}" && --depth === 0) return pieces.lastIndex;
  }
  return undefined;
}
