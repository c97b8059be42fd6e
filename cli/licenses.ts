/** `--licenses`: under which licences the parts of this program may be used. */
import { type Command, CommanderError } from "commander";
import { BinimportError } from "../core/util/errors.ts";
import type { Context } from "./context.ts";

/** Adds the flag. Like `--version`, it is answered wherever it stands, and nothing else is done. */
export function addLicensesFlag(program: Command, { stdout }: Context): void {
  program
    .option("--licenses", "output the licences of all that this file is made of")
    .on("option:licenses", () => {
      stdout.write(licenses());
      throw new CommanderError(0, "binimport.licenses", "");
    });
}

/** A single file brings the text, beside its main module. */
function licenses(): string {
  try {
    return Deno.readTextFileSync(new URL("licenses.txt", Deno.mainModule));
  } catch (cause) {
    throw new BinimportError("usage", "Cannot show licences: this program runs from its source", {
      hint: "They are in LICENSE and in its packages, which docs/dependencies.md lists.",
      cause,
    });
  }
}
