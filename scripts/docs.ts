// deno-lint-ignore-file no-console -- it tells what it wrote
/**
 * Writes the pages, and the types for authors, that are made from the code.
 *
 *     deno task docs
 */
import { adapterTypes } from "./docs/adapter_types.ts";
import { errorsPage } from "./docs/errors_page.ts";
import { formatted } from "./docs/formatted.ts";

const TYPES = new URL("../cli/adapter/types.json", import.meta.url);
const ERRORS = new URL("../docs/errors.md", import.meta.url);

await Deno.writeTextFile(ERRORS, await formatted(errorsPage()));
console.log("docs/errors.md");
await Deno.writeTextFile(TYPES, `${JSON.stringify({ text: await adapterTypes() }, null, 2)}\n`);
console.log("cli/adapter/types.json");
