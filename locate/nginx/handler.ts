/** Locations that something else than a file answers. */
import { noteWarning } from "../answer.ts";
import { NoAnswer } from "../no_answer.ts";
import type { Directive } from "./directive.ts";
import type { Request } from "./request.ts";
import { directiveText, inherited, type Scope } from "./scope.ts";
import { placeText } from "../source.ts";

/** Directives besides `*_pass` that answer by themselves. */
const HANDLERS = new Set([
  "api",
  "content_by_lua",
  "content_by_lua_block",
  "content_by_lua_file",
  "echo",
  "empty_gif",
  "js_content",
  "perl",
  "status",
  "stub_status",
]);

/** Throws {@linkcode NoAnswer} where a location does not serve files. */
export function requireFiles(scope: Scope, request: Request): void {
  const handler = handlerOf(scope);
  if (handler !== undefined) {
    throw new NoAnswer(
      "handler",
      `"${directiveText(handler)}" at ${placeText(handler)} answers instead of files`,
      handler.name.endsWith("_pass")
        ? "Give the address of the server behind it, on that host; or a URL that is served from files."
        : "Give a URL that is served from files, or the folder with --root DIR.",
    );
  }
  warnOfLua(scope, request);
  warnOfPacked(scope, request);
}

/** An `if` and `limit_except` have what their location has; a server itself serves files. */
function handlerOf({ block, outer }: Scope): Directive | undefined {
  if (block.name === "server") return undefined;
  const found = block.block?.find(({ name }) => name.endsWith("_pass") || HANDLERS.has(name));
  return found ?? (block.name === "location" || outer === undefined ? undefined : handlerOf(outer));
}

function warnOfLua(scope: Scope, { trace }: Request): void {
  for (const phase of ["rewrite_by_lua", "server_rewrite_by_lua"]) {
    const lua = [phase, `${phase}_block`, `${phase}_file`].map((name) => inherited(scope, name))
      .find((one) => one !== undefined);
    if (lua === undefined) continue;
    noteWarning(trace, {
      code: "lua",
      message: `"${lua.name}" at ${placeText(lua)} can answer in its own way; it is not looked at`,
      hint: "Prove the mapping by fetching a file.",
    });
  }
}

function warnOfPacked(scope: Scope, { trace }: Request): void {
  const packed = inherited(scope, "gzip_static");
  if (packed?.args[0] !== "always") return;
  noteWarning(trace, {
    code: "gzip-static",
    message: `"gzip_static always" at ${placeText(packed)} serves NAME.gz for every NAME`,
    hint: "Turn it off for this location, and reload nginx.",
  });
}
