/** How this program is started once more. */
import project from "../deno.json" with { type: "json" };
import type { Context } from "./context.ts";

let packed: string | undefined;

/** To be told by the entry of a packed file: it is started by its path, like any program. */
export function startedFrom(file: string): void {
  packed = file;
}

/** The command, without the program's arguments. */
export function selfCommand(): readonly string[] {
  if (packed !== undefined) return [packed];
  if (Deno.build.standalone) return [Deno.execPath()];
  return [Deno.execPath(), "run", "--allow-all", Deno.mainModule];
}

/** Such as `1.2.3`. */
export const VERSION: string = project.version;

/** Whether nothing but the version is asked for. */
export function asksForVersion({ args }: Pick<Context, "args">): boolean {
  return args.length === 1 && (args[0] === "--version" || args[0] === "-V");
}

export function printVersion({ stdout }: Pick<Context, "stdout">): void {
  stdout.write(`${VERSION}\n`);
}
