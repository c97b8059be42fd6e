/** Runs `binimport adapter new`. */
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { systemState } from "../../core/util/errno.ts";
import { type Context, usageError } from "../context.ts";
import type { Session } from "../session.ts";
import texts from "./texts.json" with { type: "json" }; // by `deno task docs`: a pack has no sources

/** Where the types are; first in the library where it is installed, for Bun runs by these as well. */
const LIBRARY = "./node_modules/binimport";
const PATHS = {
  "binimport": [`${LIBRARY}/mod.js`, "./binimport.d.ts"],
  "binimport/conformance": [`${LIBRARY}/core/storage/conformance/mod.js`, "./binimport.d.ts"],
};

/** What an editor needs to know the types: Deno's, and that of TypeScript with @types/node. */
const EDITOR_FILES: Readonly<Record<string, string>> = {
  "binimport.d.ts": texts.types,
  "deno.json": asJson({ compilerOptions: { paths: PATHS } }),
  "tsconfig.json": asJson({
    compilerOptions: {
      strict: true,
      noEmit: true,
      target: "esnext",
      module: "nodenext",
      allowImportingTsExtensions: true,
      lib: ["esnext"],
      types: ["node"],
      paths: PATHS,
    },
  }),
};

/** Writes a new adapter, a test of it and what an editor needs; files that are there are left alone. */
export async function runNew({ flags, report }: Session, path: string): Promise<void> {
  const [file, folder] = [basename(path), dirname(path)];
  const name = /^([a-z][a-z0-9_-]*)\.ts$/i.exec(file)?.[1]?.toLowerCase().replaceAll("_", "-");
  if (name === undefined) {
    throw usageError(
      `Cannot name an adapter after ${JSON.stringify(path)}: its file's name has another form`,
      "Give a name of letters, digits and dashes that ends in .ts, such as my-store.ts.",
    );
  }
  const test = join(folder, file.replace(/\.ts$/, "_test.ts"));
  const editor = Object.keys(EDITOR_FILES).filter((one) => !existsSync(join(folder, one)));
  const fill = (text: string) => text.replaceAll("{{FILE}}", file).replaceAll("{{NAME}}", name);
  if (flags.dryRun !== true) {
    await writeNew(path, fill(texts.adapter));
    await writeNew(test, fill(texts.test));
    for (const one of editor) await writeNew(join(folder, one), EDITOR_FILES[one] ?? "");
  }
  const next = `binimport adapter check ${path.includes("/") ? path : `./${path}`}`;
  const wrote = flags.dryRun === true ? "Would write" : "Wrote";
  const forEditor = editor.length === 0 ? "" : `For an editor: ${editor.join(", ")}.\n`;
  report.result(
    { name, file: path, test, editor: editor.map((one) => join(folder, one)), next },
    `${wrote} ${path}, an adapter that stores files below a folder, and ${test}.\n${forEditor}` +
      `It works as it is:\n\n  ${next}\n\nChange it to talk to your storage, and check it again.\n`,
  );
}

function asJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

async function writeNew(path: string, text: string): Promise<void> {
  try {
    await Deno.writeTextFile(path, text, { createNew: true });
  } catch (cause) {
    const isThere = cause instanceof Deno.errors.AlreadyExists;
    const state = isThere ? "it is there already" : systemState(cause);
    const hint = isThere ? "Give another name, or remove it." : "Give a path in a folder.";
    throw usageError(`Cannot write ${JSON.stringify(path)}: ${state}`, hint, cause);
  }
}

/** Prints the types of an adapter, for an editor. */
export function runTypes({ stdout }: Context): void {
  stdout.write(texts.types);
}
