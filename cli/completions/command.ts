/** `binimport completions`: what makes a shell complete the command line. */
import { Argument, type Command } from "commander";
import { BinimportError } from "../../core/util/errors.ts";
import type { Context } from "../context.ts";
import type { Flags } from "../options/mod.ts";
import type { Declaring } from "../verb.ts";
import type { Shell } from "./script.ts";

const SHELLS: readonly Shell[] = ["bash", "zsh", "fish"];

/** How the scripts ask for candidates: the words so far follow, the last one not finished. */
export const COMPLETE = "__complete";

/** Answers a shell that asks for candidates; gives the exit status. */
export async function answerShell(program: Command, context: Context): Promise<number> {
  const { answerCompletion } = await import("./candidates.ts");
  return await answerCompletion(program, context);
}

const EXAMPLES = `
To install it for this user: binimport completions --install, or by hand:
  bash:  binimport completions bash > ~/.local/share/bash-completion/completions/binimport
         or, without bash-completion, in ~/.bashrc:  source <(binimport completions bash)
  zsh:   binimport completions zsh > ~/.zfunc/_binimport
         and in ~/.zshrc, before compinit:  fpath+=~/.zfunc
  fish:  binimport completions fish > ~/.config/fish/completions/binimport.fish
`;

function ownShell({ env }: Context): Shell {
  const name = (env("SHELL") ?? "").replace(/.*\//, "");
  const shell = SHELLS.find((one) => one === name);
  if (shell !== undefined) return shell;
  throw new BinimportError("usage", "Cannot tell which shell is meant: none was named", {
    hint: `Name one of ${SHELLS.join(", ")}.`,
  });
}

/** Declares the verb. */
export function declareCompletions(program: Command, { context, exits }: Declaring): void {
  const command = program.command("completions")
    .summary("shell completion for bash, zsh and fish")
    .description(
      "Prints a script that makes the shell complete verbs, options and their values, adapters, files\nand container names.",
    )
    .addArgument(new Argument("[shell]", "which shell (default: $SHELL)").choices(SHELLS))
    .option("--install", "write it where this user's shell looks for it")
    .option("-n, --dry-run", "with --install: show where, and write nothing");
  command.addHelpText("after", EXAMPLES);
  command.action(exits(async (named: Shell | undefined, flags: Flags) => {
    const shell = named ?? ownShell(context);
    const { completionScript, installScript } = await import("./script.ts");
    context.stdout.write(
      flags["install"] === true
        ? await installScript(shell, context, flags)
        : completionScript(shell),
    );
  }));
}
