/** The program's version. */
import project from "../deno.json" with { type: "json" };
import type { Context } from "./context.ts";

/** Such as `1.2.3`. */
export const VERSION: string = project.version;

/** Whether nothing but the version is asked for. */
export function asksForVersion({ args }: Pick<Context, "args">): boolean {
  return args.length === 1 && (args[0] === "--version" || args[0] === "-V");
}

/** Tells it. */
export function tellVersion({ stdout }: Pick<Context, "stdout">): void {
  stdout.write(`${VERSION}\n`);
}
