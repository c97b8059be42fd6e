/** binimport as a file to be started, for examples that name one. */
import { fileURLToPath } from "node:url";

const SOURCE = fileURLToPath(new URL("../../../cli.ts", import.meta.url));

/** Writes a program `binimport` into a folder; gives its path. */
export async function writeProgram(folder: string): Promise<string> {
  const path = `${folder}/binimport`;
  const script = `#!/bin/sh\nexec ${Deno.execPath()} run --allow-all ${SOURCE} "$@"\n`;
  await Deno.writeTextFile(path, script, { mode: 0o755 });
  return path;
}
