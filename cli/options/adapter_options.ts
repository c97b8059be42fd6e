/** From an adapter's declared options to flags, and from flags and environment to its input. */
import { type Command, Option } from "commander";
import type {
  AdapterFactory,
  AdapterHost,
  AdapterInput,
  OptionSpec,
} from "../../core/storage/mod.ts";
import { BinimportError } from "../../core/util/errors.ts";
import type { Context } from "../context.ts";
import { isYes, variableName } from "./environment.ts";
import { isNetworkFlag } from "./flags.ts";
import { readSecretFile } from "./secret_file.ts";

/** Values of adapter flags by the parser's name for them. */
export type AdapterFlags = Readonly<Record<string, unknown>>;

/** Whose options they are: an adapter, as far as its flags go. */
export type OptionOwner = Pick<AdapterFactory, "name" | "options">;

/** `caFile` as it stands in a flag: `ca-file`. */
function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** `--ca-file`; a secret is never given itself, but by `--password-file`. */
export function flagName(name: string, { kind }: OptionSpec): string {
  return `--${kebab(name)}${kind === "secret" ? "-file" : ""}`;
}

/** `BINIMPORT_CA_FILE` for the option `caFile`. */
export function optionVariable(name: string): string {
  return variableName(kebab(name));
}

/** `BINIMPORT_PASSWORD_FILE` for the secret `password`: the variable of its flag. */
function fileVariable(name: string): string {
  return `${optionVariable(name)}_FILE`;
}

/** Every variable that gives an option, in the order in which they count. */
export function optionVariables(name: string, spec: OptionSpec): string[] {
  const file = spec.kind === "secret" ? [fileVariable(name)] : [];
  return [...file, optionVariable(name), ...(spec.env ?? [])];
}

/** Every variable of ours that gives an option of these adapters. */
export function adapterVariables(factories: readonly OptionOwner[]): string[] {
  return factories.flatMap(({ options }) =>
    Object.entries(options).flatMap(([name, spec]) => optionVariables(name, spec))
  );
}

/** How a secret is given, for a flag that would have it on the command line; else undefined. */
export function secretHint(flag: string, owners: readonly OptionOwner[]): string | undefined {
  const [name, spec] = owners.flatMap(({ options }) => Object.entries(options))
    .find(([name, { kind }]) => kind === "secret" && `--${kebab(name)}` === flag) ?? [];
  if (name === undefined || spec === undefined) return undefined;
  return `${name} is a secret, and would be seen in the list of processes: give ${
    flagName(name, spec)
  } FILE, or $${optionVariable(name)}.`;
}

/** The parser's names for the flags of these adapters. */
export function adapterAttributes(factories: readonly OptionOwner[]): Set<string> {
  return new Set(factories.flatMap((one) => attributes(one).map(({ attribute }) => attribute)));
}

/**
 * Adds a flag for each option of each adapter. Adapters that share an option share its flag, which
 * is shown with the first one of them.
 */
export function addAdapterFlags(command: Command, factories: readonly OptionOwner[]): void {
  const flags = new Map<string, Option>();
  for (const factory of factories) {
    command.optionsGroup(`Options of ${factory.name}:`);
    for (const [name, spec] of Object.entries(factory.options)) {
      const shared = flags.get(flagName(name, spec));
      if (shared === undefined) {
        const option = flagOf(name, spec);
        flags.set(flagName(name, spec), option);
        command.addOption(option);
      } else if (spec.choices !== undefined && shared.argChoices !== undefined) {
        shared.argChoices = [...new Set([...shared.argChoices, ...spec.choices])];
      }
    }
  }
}

function flagOf(name: string, spec: OptionSpec): Option {
  const value = spec.kind === "secret"
    ? " <file|->"
    : spec.kind === "text"
    ? ` <${placeholder(spec)}>`
    : "";
  const notes = [
    ...(spec.default === undefined ? [] : [`default: ${spec.default}`]),
    ...(spec.env ?? []).map((variable) => `$${variable}`),
  ];
  const summary = notes.length === 0 ? spec.summary : `${spec.summary} (${notes.join(", ")})`;
  const short = spec.short === undefined ? "" : `-${spec.short}, `;
  const option = new Option(`${short}${flagName(name, spec)}${value}`, summary);
  // For the help; which of them an adapter allows is checked when it is known which one it is.
  if (spec.choices !== undefined) option.argChoices = [...spec.choices];
  return option;
}

function placeholder(spec: OptionSpec): string {
  return spec.placeholder?.toLowerCase() ?? "value";
}

/** The parser's name for an option's flag: `passwordFile` for the secret `password`. */
function attributeName(name: string, spec: OptionSpec): string {
  return new Option(`${flagName(name, spec)} <x>`).attributeName();
}

/** Flags given that the chosen adapters do not have, as a user would write them. */
export function foreignFlags(
  flags: AdapterFlags,
  chosen: readonly OptionOwner[],
  all: readonly OptionOwner[],
): { readonly flag: string; readonly owner: string }[] {
  const known = adapterAttributes(chosen);
  const isForeign = (attribute: string) => !known.has(attribute) && !isNetworkFlag(attribute);
  return all.flatMap((owner) =>
    attributes(owner)
      .filter(({ attribute }) => flags[attribute] !== undefined && isForeign(attribute))
      .map(({ name, spec }) => ({ flag: flagName(name, spec), owner: owner.name }))
  );
}

function attributes(
  factory: OptionOwner,
): { readonly name: string; readonly spec: OptionSpec; readonly attribute: string }[] {
  return Object.entries(factory.options).map(([name, spec]) => ({
    name,
    spec,
    attribute: attributeName(name, spec),
  }));
}

/** What the command line gives of one adapter's options. */
export interface GivenOptions {
  readonly flags: AdapterFlags;
  /** What stands behind `ADAPTER:` in `--to`. */
  readonly location?: string | undefined;
  /** Adds what somebody else knows, before anything is missed. */
  readonly complete?: (given: AdapterInput) => AdapterInput;
}

/**
 * What an adapter's `parse` is given: for each option the flag's value, else that of its variable
 * `BINIMPORT_<OPTION>`, else of the further variables that it names, else its default. Throws code
 * `usage` for a value that is no choice, and where one is missing.
 */
export async function adapterInput(
  factory: OptionOwner,
  { flags, location, complete = (given) => given }: GivenOptions,
  context: Context,
  warn: AdapterHost["warn"],
): Promise<AdapterInput> {
  const given: Record<string, string | true | undefined> = {};
  for (const { name, spec, attribute } of attributes(factory)) {
    const value = spec.location === true && location !== undefined ? location : flags[attribute];
    given[name] = await optionValue(name, spec, value, context, warn);
  }
  const input = complete(given);
  for (const { name, spec } of attributes(factory)) {
    checkValue(factory.name, name, spec, input[name]);
  }
  return input;
}

/** The option that says where, if it takes a folder and none is given. */
export function folderNotGiven(
  factory: AdapterFactory,
  flags: AdapterFlags,
  { env }: Pick<Context, "env">,
): string | undefined {
  const place = attributes(factory).find(({ spec }) => spec.location && spec.placeholder === "DIR");
  if (place === undefined || flags[place.attribute] !== undefined) return undefined;
  const variables = optionVariables(place.name, place.spec);
  return variables.some((variable) => env(variable) !== undefined) ? undefined : place.name;
}

function checkValue(
  adapter: string,
  name: string,
  spec: OptionSpec,
  value: string | true | undefined,
): void {
  const flag = flagName(name, spec);
  if (value === undefined && spec.required === true) {
    const isSecret = spec.kind === "secret";
    const placeholder = isSecret ? "FILE" : spec.placeholder ?? "";
    const empty = isSecret ? " A variable that is empty counts as none." : "";
    throw new BinimportError("usage", `Cannot use ${adapter}: ${flag} is not given`, {
      hint: `Give ${flag} ${placeholder}`.trimEnd() +
        `, or set $${optionVariable(name)}.${empty}`,
    });
  }
  if (typeof value !== "string" || (spec.choices?.includes(value) ?? true)) return;
  throw new BinimportError(
    "usage",
    `Cannot use ${JSON.stringify(value)} as ${flagName(name, spec)} of ${adapter}: no such choice`,
    { hint: `There are ${spec.choices?.join(", ")}.` },
  );
}

async function optionValue(
  name: string,
  spec: OptionSpec,
  given: unknown,
  context: Context,
  warn: AdapterHost["warn"],
): Promise<string | true | undefined> {
  const own = context.env(optionVariable(name));
  const further = (spec.env ?? []).map((variable) => context.env(variable))
    .find((value) => value !== undefined);
  switch (spec.kind) {
    case "secret": {
      const file = typeof given === "string" ? given : context.env(fileVariable(name));
      return file === undefined
        ? own ?? further
        : await readSecretFile(file, flagName(name, spec), context, warn);
    }
    case "flag":
      return given === true || isYes(own ?? further) ? true : undefined;
    case "text":
      return typeof given === "string" ? given : own ?? further ?? spec.default;
  }
}
