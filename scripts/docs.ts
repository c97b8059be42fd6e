// deno-lint-ignore-file no-console -- it tells what it wrote
/**
 * Writes the pages that are made from the code.
 *
 *     deno task docs
 */
import { errorsPage } from "./docs/errors_page.ts";
import { formatted } from "./docs/formatted.ts";

const ERRORS = new URL("../docs/errors.md", import.meta.url);

await Deno.writeTextFile(ERRORS, await formatted(errorsPage()));
console.log("docs/errors.md");
