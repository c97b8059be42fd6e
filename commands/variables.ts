/** Options given by environment variables. */
import type { Command, Option } from "commander";
import { BinimportError, messageOf } from "../core/errors.ts";
import type { Context } from "./context.ts";

/** `BINIMPORT_CA_FILE` for the option `ca-file`. */
export function variableName(option: string): string {
  return `BINIMPORT_${option.replaceAll("-", "_").toUpperCase()}`;
}

/** Whether a variable of a flag that takes no value asks for it. */
export function isYes(text: string | undefined): boolean {
  return text !== undefined && !/^(?:0|false|no|off)$/i.test(text);
}

/**
 * Gives a command the options that its command line leaves out and a variable has. Adapters' options
 * (`except`, by the parser's name) are not meant: those of an adapter that is not used do no harm.
 */
export function applyVariables(
  command: Command,
  except: ReadonlySet<string>,
  { env }: Pick<Context, "env">,
): void {
  for (const option of command.options) {
    const attribute = option.attributeName();
    const source = command.getOptionValueSource(attribute);
    if (except.has(attribute) || (source !== undefined && source !== "default")) continue;
    const text = env(variableName(option.name()));
    if (text === undefined) continue;
    command.setOptionValueWithSource(attribute, valueOf(option, text), "env");
  }
}

function valueOf(option: Option, text: string): unknown {
  if (option.negate) return !isYes(text); // $BINIMPORT_NO_PROGRESS
  if (option.isBoolean()) return isYes(text) || undefined;
  if (option.parseArg === undefined) return text;
  try {
    return option.parseArg(text, option.defaultValue);
  } catch (cause) {
    throw new BinimportError(
      "usage",
      `Cannot use ${JSON.stringify(text)} as $${variableName(option.name())}: ${messageOf(cause)}`,
      { cause },
    );
  }
}
