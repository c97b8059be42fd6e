/** What nginx refuses in a configuration, directive by directive, as it reads. */

export { type Block, blockIn, mainBlock } from "./block.ts";
export { commandFor, startsCommand } from "./commands.ts";
export { mistakeIn } from "./directive.ts";
export { looksLikeTemplate, TEMPLATE_HINT } from "./variables.ts";
