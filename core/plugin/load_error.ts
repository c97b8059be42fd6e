/** Why a plug-in's file could not be loaded, in words for its author. */
import { BinimportError, messageOf } from "../errors.ts";

/** The error for a file that was not run to its end; `cause` is Deno's, or the file's own. */
export function loadError(address: string, cause: unknown): BinimportError {
  const message = plain(messageOf(cause));
  const imported = /^(?:Import|Relative import path) "([^"]+)" not /.exec(message)?.[1];
  if (imported !== undefined) return packageImported(address, imported, cause);
  return unloadable(address, message, undefined, cause);
}

/** An error of code `plugin` about a file. */
export function unloadable(
  address: string,
  state: string,
  hint?: string,
  cause?: unknown,
): BinimportError {
  return new BinimportError("plugin", `Cannot load adapter ${JSON.stringify(address)}: ${state}`, {
    ...(hint !== undefined && { hint }),
    cause,
  });
}

function packageImported(address: string, name: string, cause: unknown): BinimportError {
  return /^binimport(?:\/|$)/.test(name)
    ? unloadable(
      address,
      `it imports values of ${JSON.stringify(name)}, which lends only types`,
      "Write `import type`; what is called at run time is lent by host.",
      cause,
    )
    : unloadable(
      address,
      `it imports the package ${JSON.stringify(name)}, which is not in the file`,
      "Bundle it into the file, as with `deno bundle` or `esbuild --bundle`.",
      cause,
    );
}

/** Without colours, and without Deno's own advice, such as to run `deno add`. */
function plain(message: string): string {
  return message.replaceAll(/\x1b\[[0-9;]*m/g, "").replace(/\n *hint: .*/g, "");
}
