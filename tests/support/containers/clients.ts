/** Clients of runtimes that are scripts, where no runtime can give such an answer. */
import { type Ended, runHere } from "../cli/test_context.ts";

/** Runs binimport where PATH has these clients and no others; each is the text of a shell script. */
export async function withClients(
  clients: Readonly<Record<string, string>>,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const folder = await Deno.makeTempDir({ prefix: "binimport-clients-" });
  try {
    for (const [name, script] of Object.entries(clients)) {
      const path = `${folder}/${name}`;
      await Deno.writeTextFile(path, `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\n`, { mode: 0o755 });
    }
    return await runHere(args, { PATH: folder, ...env });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A script that prints a value as JSON, whatever it is asked. */
export function printing(value: unknown): string {
  return `cat <<'END'\n${JSON.stringify(value)}\nEND`;
}

/** A script that fails. */
export function failing(stderr: string, status = 1): string {
  return `cat >&2 <<'END'\n${stderr}\nEND\nexit ${status}`;
}

/** A script that lists containers, and tells of each what is given. */
export function listing(containers: readonly unknown[]): string {
  return `[ "$1" = ps ] && exec echo id\n${printing(containers)}`;
}
