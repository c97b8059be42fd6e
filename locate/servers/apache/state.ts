/** What counts of the files that are read. */
import { toText } from "../../bytes.ts";
import type { FileView } from "../../file_view.ts";

/** What is known while files are read, and changes with them. */
export interface ReadingState {
  readonly view: FileView;
  /** Where relative paths begin, as bytes; without a slash at its end. */
  serverRoot: string;
  /** By `-D` and `Define`. */
  readonly defined: Map<string, string>;
  /** `alias_module` and `mod_alias.c` of each `LoadModule`. */
  readonly loaded: Set<string>;
  builtIn(name: string): boolean;
  env(name: string): string | undefined;
}

/** Whether what stands in a section counts; undefined for a section that is no such condition. */
export async function isMet(
  name: string,
  argument: string,
  { view, loaded, defined, builtIn, serverRoot }: ReadingState,
): Promise<boolean | undefined> {
  const subject = argument.replace(/^!\s*/, "");
  const path = toText(absolute(subject, { serverRoot }));
  let met: boolean | undefined;
  if (name === "ifmodule") met = loaded.has(subject) || builtIn(subject);
  if (name === "ifdefine") met = defined.has(subject);
  if (name === "ifversion") met = holdsForVersion(subject);
  if (name === "iffile") met = await view.kind(path) !== undefined;
  return met === undefined ? undefined : met !== argument.startsWith("!");
}

/** Every version that is still in use is 2.4.x; what asks for more than that is not decided. */
function holdsForVersion(subject: string): boolean | undefined {
  const [, operator = "", major, minor] = /^([<>]?=?)\s*(\d+)\.(\d+)(?:\.0)?$/.exec(subject) ?? [];
  if (major === undefined || minor === undefined) return undefined;
  const difference = 2 * 1000 + 4 - (Number(major) * 1000 + Number(minor));
  if (difference === 0) return operator === ">=" ? true : operator === "<" ? false : undefined;
  return operator.startsWith(">") ? difference > 0 : operator.startsWith("<") && difference < 0;
}

/** A path of the configuration, absolute, as bytes. */
export function absolute(path: string, { serverRoot }: Pick<ReadingState, "serverRoot">): string {
  return path.startsWith("/") ? path : `${serverRoot}/${path}`;
}

/** `${NAME}` by what is defined, else by the environment; what is neither stays. */
export function substituted(text: string, { defined, env }: ReadingState): string {
  const valueOf = (whole: string, name: string) => defined.get(name) ?? env(name) ?? whole;
  return text.replace(/\$\{([^{}:]+)\}/g, valueOf);
}
