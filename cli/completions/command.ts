/** `binimport completions`: what makes a shell complete the command line. */
import { Argument, type Command } from "commander";
import { type Context, usageError } from "../context.ts";
import type { Verb } from "../verb.ts";
import type { Shell } from "./script.ts";

const SHELLS: readonly Shell[] = ["bash", "zsh", "fish"];

/** How the scripts ask for candidates: the words so far follow, the last one not finished. */
export const COMPLETE = "__complete";

/** Answers a shell that asks for candidates; gives the exit status. */
export async function answerShell(program: Command, context: Context): Promise<number> {
  return await (await import("./candidates.ts")).answerCompletion(program, context);
}

/** The verb. */
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
      .addArgument(new Argument("[shell]", "which shell (default: $SHELL)").choices(SHELLS))
      .option("--install", "write it where this user's shell looks for it")
      .option("-n, --dry-run", "with --install: show where, and write nothing"),
  async run({ flags, context }, named?: Shell) {
    const own = context.env("SHELL")?.replace(/.*\//, "");
    const shell = named ?? SHELLS.find((one) => one === own);
    if (shell === undefined) {
      const hint = `Name one of ${SHELLS.join(", ")}.`;
      throw usageError("Cannot tell which shell is meant: none was named", hint);
    }
    const { completionScript, installScript } = await import("./script.ts");
    context.stdout.write(
      flags.install ? await installScript(shell, context, flags) : completionScript(shell),
    );
  },
};
