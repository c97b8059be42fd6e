/** `binimport completions`: what makes a shell complete the command line. */
import { dirname } from "node:path";
import { Argument } from "commander";
import { systemState } from "../../core/util/errno.ts";
import { type Context, usageError } from "../context.ts";
import type { Verb } from "../verb.ts";
import bash from "./completion.bash" with { type: "text" };
import fish from "./completion.fish" with { type: "text" };
import zsh from "./completion.zsh" with { type: "text" };

/** They ask this program: a line for each `VALUE<tab>ABOUT`, at last `:none`, `:files` or `:dirs`. */
export const SCRIPTS = { bash, zsh, fish };

type Shell = keyof typeof SCRIPTS;

export const completions: Verb = {
  name: "completions",
  summary: "shell completion for bash, zsh and fish",
  description:
    "Prints a script that makes the shell complete verbs, options and their values, adapters, files\nand container names.",
  notes: `
To install it for this user: binimport completions --install, or by hand:
  bash:  binimport completions bash > ~/.local/share/bash-completion/completions/binimport
         or, without bash-completion, in ~/.bashrc:  source <(binimport completions bash)
  zsh:   binimport completions zsh > ~/.zfunc/_binimport
         and in ~/.zshrc, before compinit:  fpath+=~/.zfunc
  fish:  binimport completions fish > ~/.config/fish/completions/binimport.fish
`,
  hasOutput: false,
  options: (command) =>
    command
      .addArgument(
        new Argument("[shell]", "which shell (default: $SHELL)").choices(Object.keys(SCRIPTS)),
      )
      .option("--install", "write it where this user's shell looks for it")
      .option("-n, --dry-run", "with --install: show where, and write nothing"),
  async run({ flags, context }, named?: Shell) {
    const own = context.env("SHELL")?.replace(/.*\//, "");
    const shells = ["bash", "zsh", "fish"] as const;
    const shell = named ?? shells.find((one) => one === own);
    if (shell === undefined) {
      const hint = `Name one of ${shells.join(", ")}.`;
      throw usageError("Cannot tell which shell is meant: none was named", hint);
    }
    const text = flags.install ? await install(shell, context, flags.dryRun) : SCRIPTS[shell];
    context.stdout.write(text);
  },
};

/** Writes the script to where the user's shell looks for it; tells where, and what else is to be done. */
async function install(shell: Shell, { env }: Context, dryRun = false): Promise<string> {
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
      await Deno.writeTextFile(path, SCRIPTS[shell]);
    }
  } catch (cause) {
    const message = `Cannot write ${JSON.stringify(path)}: ${systemState(cause)}`;
    throw usageError(message, undefined, cause);
  }
  return `${dryRun ? "Would write" : "Wrote"} ${path}\n${note}\n` +
    "The manual page comes with the release: man ./binimport.1\n";
}
