/** From an adapter's declared options to flags, and from flags and environment to its input. */
import { type Command, Option } from "commander";
import { builtinAdapters } from "../../adapters/mod.ts";
import type {
  AdapterFactory,
  AdapterHost,
  AdapterInput,
  OptionSpec,
} from "../../core/storage/mod.ts";
import { BinimportError } from "../../core/util/errors.ts";
import { type Context, usageError } from "../context.ts";
import type { AdapterFlags, Flags } from "./flags.ts";
import { readSecretFile } from "./secret_file.ts";

/** Whose options they are: an adapter, as far as its flags go. */
export type OptionOwner = Pick<AdapterFactory, "name" | "options">;

/** An option as it is typed. */
export interface TypedOption {
  readonly name: string;
  readonly spec: OptionSpec;
  readonly owner: string;
  /** `--ca-file`; a secret is never given itself, but by `--password-file`. */
  readonly flag: string;
  /** The parser's name for the flag: `caFile`, `passwordFile`. */
  readonly attribute: string;
  /** Every variable that gives it, in the order in which they count. */
  readonly variables: readonly string[];
}

/** The options of adapters, as users know them. */
export function typedOptions(...owners: readonly OptionOwner[]): TypedOption[] {
  return owners.flatMap(({ name: owner, options }) =>
    Object.entries(options).map(([name, spec]) => {
      const own = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      const flag = `--${own}${spec.kind === "secret" ? "-file" : ""}`;
      const attribute = spec.kind === "secret" ? `${name}File` : name;
      const variables = new Set([flag.slice(2), own].map(variableName));
      return { name, spec, owner, flag, attribute, variables: [...variables, ...spec.env ?? []] };
    })
  );
}

/** `BINIMPORT_CA_FILE` for the option `ca-file`. */
export function variableName(option: string): string {
  return `BINIMPORT_${option.replaceAll("-", "_").toUpperCase()}`;
}

/** Whether a variable of a flag that takes no value asks for it. */
export function isYes(text: string | undefined): boolean {
  return text !== undefined && !/^(?:0|false|no|off)$/i.test(text);
}

/** How a secret is given, for a flag that would have it on the command line; else undefined. */
export function secretHint(typed: string, owners: readonly OptionOwner[]): string | undefined {
  const secret = typedOptions(...owners)
    .find(({ flag, spec }) => spec.kind === "secret" && flag === `${typed}-file`);
  return secret && `${secret.name} is a secret and would be visible in the process list: use ` +
      `${secret.flag} FILE or $${secret.variables[1]}.`;
}

/** Adds a flag for each option of each adapter; one that several have is shown with the first. */
export function addAdapterFlags(command: Command, owners: readonly OptionOwner[]): void {
  for (const owner of owners) {
    command.optionsGroup(`Options of ${owner.name}:`);
    for (const { flag, spec } of typedOptions(owner)) {
      const shared = command.options.find(({ long }) => long === flag);
      if (shared === undefined) command.addOption(parserOption(flag, spec));
      else if (spec.choices !== undefined && shared.argChoices !== undefined) {
        shared.argChoices = [...new Set([...shared.argChoices, ...spec.choices])];
      }
    }
  }
}

function parserOption(flag: string, spec: OptionSpec): Option {
  const name = spec.placeholder?.toLowerCase() ?? "value";
  const placeholder = { flag: "", secret: " <file|->", text: ` <${name}>` }[spec.kind];
  const notes = [
    ...(spec.default === undefined ? [] : [`default: ${spec.default}`]),
    ...(spec.env ?? []).map((variable) => `$${variable}`),
  ];
  const summary = notes.length === 0 ? spec.summary : `${spec.summary} (${notes.join(", ")})`;
  const short = spec.short === undefined ? "" : `-${spec.short}, `;
  const option = new Option(`${short}${flag}${placeholder}`, summary);
  // For the help; which of them an adapter allows is checked when it is known which one it is.
  if (spec.choices !== undefined) option.argChoices = [...spec.choices];
  return option;
}

/** The run that options are read for. */
export type Asking = Readonly<{ context: Context; report: Pick<AdapterHost, "warn"> }>;

/** What the command line gives of one adapter's options. */
export interface GivenOptions {
  readonly flags: Flags;
  /** What stands behind `ADAPTER:` in `--to`. */
  readonly location?: string | undefined;
  /** Adds what somebody else knows, before anything is missed. */
  readonly complete?: (given: AdapterInput) => AdapterInput;
}

/** Each option's value: of the flag, its variables, or its default; code `usage` for an unfit one. */
export async function adapterInput(
  owner: OptionOwner,
  { flags, location, complete = (given) => given }: GivenOptions,
  asking: Asking,
): Promise<AdapterInput> {
  const given: Record<string, string | true | undefined> = {};
  const options = typedOptions(owner);
  for (const option of options) {
    const typed = flags[option.attribute];
    const place = option.spec.location === true ? location : undefined;
    if (place !== undefined && typed !== undefined) {
      const to = `--to ${owner.name}:…`; // an address may hold a password
      throw usageError(
        `Cannot use ${option.flag} and ${to} together`,
        "Both say where: leave one out.",
      );
    }
    given[option.name] = await valueOf(option, place ?? typed, asking);
  }
  const input = complete(given);
  for (const option of options) checkValue(option, input[option.name]);
  return input;
}

/** Whether the option that says where takes a folder, and none is given. */
export function isFolderMissing(
  owner: OptionOwner,
  flags: AdapterFlags,
  { env }: Pick<Context, "env">,
): boolean {
  return typedOptions(owner).some(({ spec, attribute, variables }) =>
    spec.location === true && spec.placeholder === "DIR" && flags[attribute] === undefined &&
    variables.every((variable) => env(variable) === undefined)
  );
}

function checkValue({ owner, flag, spec, variables }: TypedOption, value?: string | true): void {
  if (value === undefined && spec.required === true) {
    const isSecret = spec.kind === "secret";
    const what = isSecret ? " FILE" : spec.placeholder ? ` ${spec.placeholder}` : "";
    const empty = isSecret ? " An empty variable counts as unset." : "";
    const hint = `Give ${flag}${what}, or set $${variables[isSecret ? 1 : 0]}.${empty}`;
    throw usageError(`Cannot use ${owner}: ${flag} is not given`, hint);
  }
  if (typeof value !== "string" || (spec.choices?.includes(value) ?? true)) return;
  const what = `${JSON.stringify(value)} as ${flag} of ${owner}`;
  const hint = `Valid values: ${spec.choices?.join(", ")}.`;
  throw usageError(`Cannot use ${what}: it is not a valid value`, hint);
}

async function valueOf(
  { spec, flag, variables }: TypedOption,
  given: unknown,
  { context, report }: Asking,
): Promise<string | true | undefined> {
  const typed = typeof given === "string" ? given : undefined;
  const valueIn = (some: readonly string[]) =>
    some.map(context.env).find((one) => one !== undefined);
  if (spec.kind === "flag") return given === true || isYes(valueIn(variables)) || undefined;
  if (spec.kind === "text") return typed ?? valueIn(variables) ?? spec.default;
  const [ofFile = "", ...ofSecret] = variables;
  const file = typed ?? context.env(ofFile);
  return file === undefined
    ? valueIn(ofSecret)
    : await readSecretFile(file, flag, context, report.warn);
}

/** A plug-in as it was named, and what its file exports. */
export type NamedPlugin = { readonly address: string; readonly factory: AdapterFactory };

/** Throws code `plugin` for an option whose flag is the program's own, or another adapter's. */
export function refuseClashes(plugins: readonly NamedPlugin[], declared: readonly Option[]): void {
  const others = typedOptions(...builtinAdapters);
  const own = declared.filter((one) =>
    others.every(({ attribute }) => attribute !== one.attributeName())
  );
  for (const { address, factory } of plugins) {
    const options = typedOptions(factory);
    for (const { name, flag, spec } of options) {
      const isFlag = spec.kind === "flag";
      const other = others.find((one) =>
        one.flag === flag && (one.spec.kind === "flag") !== isFlag
      );
      const letter = `-${spec.short ?? ""}`;
      const isTaken = declared.some(({ long, short }) => short === letter && long !== flag);
      const ours = own.some(({ long }) => long === flag) ? flag : isTaken && letter;
      if (!ours && other === undefined) continue;
      const state = ours
        ? `${ours} is a flag of binimport itself`
        : `${flag} of ${other?.owner} ${isFlag ? "takes a value" : "takes none"}`;
      const file = JSON.stringify(address);
      const message = `Cannot use adapter ${file}: options.${name} cannot be given, for ${state}`;
      throw new BinimportError("plugin", message, { hint: "Give that option another name." });
    }
    others.push(...options);
  }
}
