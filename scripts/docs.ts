// deno-lint-ignore-file no-console -- it tells what it wrote
/**
 * Writes the pages, and the types and beginnings for authors, that are made from the code.
 *
 *     deno task docs
 */
import { adapterTemplates } from "./docs/adapter_template.ts";
import { adapterTypes } from "./docs/adapter_types.ts";
import { errorsPage } from "./docs/errors_page.ts";
import { formatted } from "./docs/formatted.ts";

const TEXTS = new URL("../cli/adapter/texts.json", import.meta.url);
const ERRORS = new URL("../docs/errors.md", import.meta.url);

await Deno.writeTextFile(ERRORS, await formatted(errorsPage()));
console.log("docs/errors.md");
const texts = { types: await adapterTypes(), ...await adapterTemplates() };
await Deno.writeTextFile(TEXTS, `${JSON.stringify(texts, null, 2)}\n`);
console.log("cli/adapter/texts.json");
