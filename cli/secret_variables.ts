/** Passwords in the environment: read by this process, and handed on to no child of it. */
import type { Context } from "./context.ts";

/**
 * Ours, those of S3 clients, and `mc`'s aliases. A child, such as nginx asked for its configuration,
 * has no use for them.
 */
const SECRET =
  /^(?:BINIMPORT_.*|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|MINIO_ROOT_PASSWORD|MINIO_SECRET_KEY|MC_HOST_.*)$/;

/** Takes the secrets out of the process's environment; gives what still reads all of it. */
export function takeSecrets(): Required<Pick<Context, "env" | "kept">> {
  const taken = new Map(variables().filter(([name]) => SECRET.test(name)));
  for (const name of taken.keys()) Deno.env.delete(name);
  return {
    env: (name) => (taken.get(name) ?? Deno.env.get(name)) || undefined,
    kept: Object.fromEntries(taken),
  };
}

/** None where Deno may read only some that it was told by name: then children get those too. */
function variables(): [string, string][] {
  try {
    return Object.entries(Deno.env.toObject());
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return [];
    throw error;
  }
}
