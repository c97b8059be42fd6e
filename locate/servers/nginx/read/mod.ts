/** Reads a configuration, and refuses what nginx refuses, directive by directive. */

export { COMMANDS } from "./commands.ts";
export { nextStatement, skipLua, startOf } from "./lexer.ts";
export { NGINX, readConfiguration } from "./parser.ts";
