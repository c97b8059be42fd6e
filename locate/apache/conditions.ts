/** What decides, while files are read, whether a section counts. */
import type { FileView } from "../file_view.ts";

/** What is known while files are read, and changes with them. */
export interface ReadingState {
  readonly view: FileView;
  /** Where relative paths begin; without a slash at its end. */
  serverRoot: string;
  /** By `-D` and `Define`. */
  readonly defined: Map<string, string>;
  /** `alias_module` and `mod_alias.c` of each `LoadModule`. */
  readonly loaded: Set<string>;
  /** Whether a module is built into the program. */
  builtIn(name: string): boolean;
  /** A variable of the server's environment. */
  env(name: string): string | undefined;
}

/** Whether what stands in a section counts; undefined for a section that is no such condition. */
export async function isMet(
  name: string,
  argument: string,
  state: ReadingState,
): Promise<boolean | undefined> {
  const negated = argument.startsWith("!");
  const subject = argument.replace(/^!\s*/, "");
  const met = await holds(name, subject, state);
  return met === undefined ? undefined : met !== negated;
}

async function holds(
  name: string,
  subject: string,
  state: ReadingState,
): Promise<boolean | undefined> {
  switch (name) {
    case "ifmodule":
      return state.loaded.has(subject) || state.builtIn(subject);
    case "ifdefine":
      return state.defined.has(subject);
    case "iffile":
      return await state.view.kind(absolute(subject, state)) !== undefined;
    case "ifversion":
      return holdsForVersion(subject);
    default:
      return undefined;
  }
}

/** Every version that is still in use is 2.4.x; what asks for more than that is not decided. */
function holdsForVersion(subject: string): boolean | undefined {
  const [, operator = "", major, minor] = /^([<>]?=?)\s*(\d+)\.(\d+)(?:\.0)?$/.exec(subject) ?? [];
  if (major === undefined || minor === undefined) return undefined;
  const difference = 2 * 1000 + 4 - (Number(major) * 1000 + Number(minor));
  if (difference === 0) return operator === ">=" ? true : operator === "<" ? false : undefined;
  return operator.startsWith(">") ? difference > 0 : operator.startsWith("<") && difference < 0;
}

/** A path of the configuration, absolute. */
export function absolute(path: string, { serverRoot }: Pick<ReadingState, "serverRoot">): string {
  return path.startsWith("/") ? path : `${serverRoot}/${path}`;
}

/** `${NAME}` by what is defined, else by the environment; what is neither stays. */
export function substituted(text: string, { defined, env }: ReadingState): string {
  return text.replace(
    /\$\{([^}:]+)\}/g,
    (whole, name: string) => defined.get(name) ?? env(name) ?? whole,
  );
}
