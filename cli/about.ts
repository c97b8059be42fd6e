/** What this program is, and how it is started once more. */
import project from "../deno.json" with { type: "json" };
import { type Context, usageError } from "./context.ts";

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

/** The commit that a bundle was made of, as scripts/bundle.ts notes it; it ends in `+changes` if so. */
const { commit = "from source" }: { readonly version: string; readonly commit?: string } = project;

/** Prints the version if it alone is asked for; with `--verbose`, also what it was made of. */
export function printedVersion({ args, stdout }: Pick<Context, "args" | "stdout">): boolean {
  if (!/^(?:--version|-V|version)(?: (?:--verbose|-v+))?$/.test(args.join(" "))) return false;
  const changes = commit.endsWith("+changes") ? " (made of a tree with changes)" : "";
  stdout.write(`${VERSION}${changes}\n`);
  if (args.length === 1) return true;
  const { os, arch } = Deno.build;
  stdout.write(`commit:   ${commit}\nplatform: ${os} ${arch}\nDeno:     ${Deno.version.deno}\n`);
  return true;
}

/** The licences of all that a single file is made of; they lie beside its main module. */
export function licenses(): string {
  try {
    return Deno.readTextFileSync(new URL("licenses.txt", Deno.mainModule));
  } catch (cause) {
    const hint = "They are in LICENSE and in its packages, which docs/dependencies.md lists.";
    throw usageError("Cannot show licences: this program runs from its source", hint, cause);
  }
}
