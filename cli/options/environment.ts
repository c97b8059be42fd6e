/** Options given by environment variables. */
import type { Command, Option } from "commander";
import { builtinAdapters } from "../../adapters/mod.ts";
import { messageOf } from "../../core/util/errors.ts";
import { type Context, usageError } from "../context.ts";
import { append } from "./flags.ts";

/** `BINIMPORT_CA_FILE` for the option `ca-file`. */
export function variableName(option: string): string {
  return `BINIMPORT_${option.replaceAll("-", "_").toUpperCase()}`;
}

/** Whether a variable of a flag that takes no value asks for it. */
export function isYes(text: string | undefined): boolean {
  return text !== undefined && !/^(?:0|false|no|off)$/i.test(text);
}

/** Gives a command the options that only a variable has, but for those of adapters (`except`). */
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

/** A blank in front of another target; a folder's name may have one, too. */
const BETWEEN_TARGETS = new RegExp(
  `\\s*\\n\\s*|\\s+(?=(?:[\\w-]+|\\S+\\.[mc]?[jt]s):|(?:${
    builtinAdapters.map(({ name }) => name).join("|")
  })(?:\\s|$))`,
);

/** The targets of `$BINIMPORT_TO`: one a line, or with blanks between them. */
export function splitTargets(text: string): string[] {
  return text.trim().split(BETWEEN_TARGETS).filter((target) => target !== "");
}

function valueOf(option: Option, text: string): unknown {
  if (option.negate) return !isYes(text); // $BINIMPORT_NO_PROGRESS
  if (option.isBoolean()) return isYes(text) || undefined;
  if (option.parseArg === append) {
    return option.name() === "to" ? splitTargets(text) : text.split("\n").filter(Boolean);
  }
  if (option.parseArg === undefined) return text;
  try {
    return option.parseArg(text, option.defaultValue);
  } catch (cause) {
    const variable = variableName(option.name());
    const message = `Cannot use ${JSON.stringify(text)} as $${variable}: ${messageOf(cause)}`;
    throw usageError(message, undefined, cause);
  }
}
