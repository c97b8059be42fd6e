/** Runs `binimport adapter new`. */
import { basename, dirname, join } from "node:path";
import { BinimportError, messageOf } from "../../core/util/errors.ts";
import type { Context } from "../context.ts";
import type { Flags } from "../options/mod.ts";
import { reporter } from "../output/mod.ts";
import { ADAPTER_TEMPLATE, TEST_TEMPLATE } from "./template.ts";
import types from "./types.json" with { type: "json" };

/** Writes a new adapter and a test of it; files that are there already are left alone. */
export async function runNew(path: string, flags: Flags, context: Context): Promise<void> {
  using report = reporter(context, flags);
  const file = basename(path);
  const name = adapterName(file, path);
  const test = join(dirname(path), file.replace(/\.ts$/, "_test.ts"));
  const fill = (text: string) => text.replaceAll("{{FILE}}", file).replaceAll("{{NAME}}", name);
  if (flags.dryRun !== true) {
    await writeNew(path, fill(ADAPTER_TEMPLATE));
    await writeNew(test, fill(TEST_TEMPLATE));
  }
  const address = path.includes("/") ? path : `./${path}`;
  const next = `binimport adapter check ${address}`;
  report.result(
    { name, file: path, test, next },
    `${
      flags.dryRun === true ? "Would write" : "Wrote"
    } ${path}, an adapter that stores files below a folder, and ${test}.\nIt works as it is:\n\n  ${next}\n\nChange it to talk to your storage, and check it again.\n`,
  );
}

function adapterName(file: string, path: string): string {
  const name = /^([a-z][a-z0-9_-]*)\.ts$/i.exec(file)?.[1]?.toLowerCase().replaceAll("_", "-");
  if (name !== undefined) return name;
  throw new BinimportError(
    "usage",
    `Cannot name an adapter after ${JSON.stringify(path)}: its file's name has another form`,
    { hint: "Give a name of letters, digits and dashes that ends in .ts, such as my-store.ts." },
  );
}

async function writeNew(path: string, text: string): Promise<void> {
  try {
    await Deno.writeTextFile(path, text, { createNew: true });
  } catch (cause) {
    const isThere = cause instanceof Deno.errors.AlreadyExists;
    throw new BinimportError(
      "usage",
      `Cannot write ${JSON.stringify(path)}: ${isThere ? "it is there already" : messageOf(cause)}`,
      { hint: isThere ? "Give another name, or remove it." : "Give a path in a folder.", cause },
    );
  }
}

// Written by `deno task docs`, for the packed program has no sources.

/** Prints the types of an adapter, for an editor. */
export function runTypes({ stdout }: Pick<Context, "stdout">): void {
  stdout.write(types.text);
}
