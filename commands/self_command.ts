/** How this program is started once more. */

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
