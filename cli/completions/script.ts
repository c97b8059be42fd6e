/** The scripts that make shells ask the program itself what can follow. */
import { dirname } from "node:path";
import { messageOf } from "../../core/util/errors.ts";
import { type Context, usageError } from "../context.ts";
import type { Flags } from "../options/mod.ts";
import bash from "./completion.bash" with { type: "text" };
import fish from "./completion.fish" with { type: "text" };
import zsh from "./completion.zsh" with { type: "text" };

/** A shell that there is a script for. */
export type Shell = "bash" | "zsh" | "fish";

/** It asks this program: a line for each `VALUE<tab>ABOUT`, at last `:none`, `:files` or `:dirs`. */
export function completionScript(shell: Shell): string {
  return { bash, zsh, fish }[shell];
}

/** Writes the script to where the user's shell looks for it; tells where, and what else is to be done. */
export async function installScript(
  shell: Shell,
  { env }: Pick<Context, "env">,
  { dryRun }: Flags,
): Promise<string> {
  const home = env("HOME") ?? "";
  const data = env("XDG_DATA_HOME") ?? `${home}/.local/share`;
  const config = env("XDG_CONFIG_HOME") ?? `${home}/.config`;
  const places: Readonly<Record<Shell, readonly [path: string, note: string]>> = {
    bash: [
      `${data}/bash-completion/completions/binimport`,
      "Needs the package bash-completion. Without it, add to ~/.bashrc: source <(binimport completions bash)",
    ],
    zsh: [`${home}/.zfunc/_binimport`, "Add to ~/.zshrc, before compinit: fpath+=~/.zfunc"],
    fish: [`${config}/fish/completions/binimport.fish`, "fish loads it automatically."],
  };
  const [path, note] = places[shell];
  try {
    if (!dryRun) {
      await Deno.mkdir(dirname(path), { recursive: true });
      await Deno.writeTextFile(path, completionScript(shell));
    }
  } catch (cause) {
    const message = `Cannot write ${JSON.stringify(path)}: ${messageOf(cause)}`;
    throw usageError(message, undefined, cause);
  }
  return `${dryRun ? "Would write" : "Wrote"} ${path}\n${note}\n` +
    "The manual page comes with the release: man ./binimport.1\n";
}
