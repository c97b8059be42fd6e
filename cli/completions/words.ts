/** What can be typed, as plain data: the packed file has it ready, as to declare it takes longer. */
import type { Command } from "commander";
import { append } from "../options/mod.ts";
import { programDeclaration } from "../program.ts";

/** A verb, or the program itself, of which `import` is meant where no verb is named. */
export interface VerbWords {
  /** Its name and its alias. */
  readonly names: readonly string[];
  readonly about: string;
  readonly options: readonly OptionWords[];
  /** What its first argument is called, or the words that it may be. */
  readonly argument?: string | readonly string[] | undefined;
  /** Whether further ones may follow. */
  readonly isVariadic: boolean;
  readonly verbs: readonly VerbWords[];
}

/** An option that is shown. */
export interface OptionWords {
  /** Such as `--root`, and its letter. */
  readonly names: readonly string[];
  readonly about: string;
  /** What its value is called, such as `<dir>`; undefined of one without. */
  readonly value?: string | undefined;
  readonly choices: readonly string[];
  readonly isRepeated: boolean;
}

/** All that is declared. */
export function declaredWords(): VerbWords {
  return wordsOf(programDeclaration());
}

function wordsOf(command: Command): VerbWords {
  const [first] = command.registeredArguments;
  return {
    names: [command.name(), ...command.aliases()],
    about: gist(command.summary() || command.description()),
    options: command.options.filter(({ hidden }) => !hidden).map((option) => ({
      names: [option.long ?? "", ...option.short ? [option.short] : []],
      about: gist(option.description),
      value: /[<[].*/.exec(option.flags)?.[0],
      choices: option.argChoices ?? [],
      isRepeated: option.parseArg === append,
    })),
    argument: first?.argChoices ?? first?.name(),
    isVariadic: first?.variadic ?? false,
    verbs: command.commands.map(wordsOf),
  };
}

/** A line of a menu: up to the first colon, bracket or line end. */
function gist(description: string): string {
  return description.split(/[:;(\n]/)[0]?.trim() ?? "";
}
