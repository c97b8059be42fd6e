/** Runs `binimport adapter types`. */
import type { Context } from "../context.ts";
// Written by `deno task docs`, for the packed program has no sources.
import types from "./types.json" with { type: "json" };

/** Prints the types of an adapter, for an editor. */
export function runTypes({ stdout }: Pick<Context, "stdout">): void {
  stdout.write(types.text);
}
