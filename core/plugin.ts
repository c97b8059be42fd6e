/** Adapters from files: code that the user chose to run. */
import type { AdapterFactory } from "./adapter.ts";
import { BinimportError, messageOf } from "./errors.ts";

/** Whether an adapter's name is the address of a file. */
export function isPluginAddress(name: string): boolean {
  return name.startsWith("file:") || name.includes("/") || /\.[mc]?[jt]s$/.test(name);
}

/**
 * Loads the adapter that a file exports by default. The file is run with the rights of this
 * program. Throws code `plugin` when it is absent, does not load, or is of another shape.
 */
export async function loadPlugin(address: string, folder: string): Promise<AdapterFactory> {
  const url = new URL(address, `file://${folder}/`);
  let module: { readonly default?: unknown };
  try {
    module = await import(url.href);
  } catch (cause) {
    throw new BinimportError(
      "plugin",
      `Cannot load adapter ${JSON.stringify(address)}: ${messageOf(cause)}`,
      { hint: "Give the path of a TypeScript or JavaScript file.", cause },
    );
  }
  return checkFactory(module.default, address);
}

function checkFactory(value: unknown, address: string): AdapterFactory {
  const wrong = (state: string) =>
    new BinimportError("plugin", `Cannot use adapter ${JSON.stringify(address)}: ${state}`, {
      hint: "Its default export must be an AdapterFactory.",
    });
  if (typeof value !== "object" || value === null) throw wrong("it has no default export");
  if (!isFactory(value)) {
    const missing = ["apiVersion", "name", "summary", "options", "parse", "open"]
      .filter((member) => !(member in value));
    throw wrong(
      missing.length > 0 ? `it has no ${missing.join(", ")}` : "a member is of a wrong type",
    );
  }
  if (value.apiVersion !== 1) throw wrong(`its apiVersion is ${value.apiVersion}, not 1`);
  return value;
}

function isFactory(value: object): value is AdapterFactory {
  return "apiVersion" in value && "name" in value && typeof value.name === "string" &&
    "summary" in value && typeof value.summary === "string" &&
    "options" in value && typeof value.options === "object" && value.options !== null &&
    "parse" in value && typeof value.parse === "function" &&
    "open" in value && typeof value.open === "function";
}
