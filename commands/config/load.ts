/** Loads what reads YAML, when it is needed: other commands start faster without it. */

/** Where one of these is set, the YAML library prints all that it reads, passwords too. */
const NOISY = ["LOG_TOKENS", "LOG_STREAM"];

/** The module `config/mod.ts`. */
export async function loadConfig(): Promise<typeof import("../../config/mod.ts")> {
  for (const name of NOISY) Deno.env.delete(name);
  return await import("../../config/mod.ts");
}
