// deno-lint-ignore-file no-console -- it tells what it did
/**
 * Writes the manual page from the declarations of verbs and options.
 *
 *     deno task man        writes dist/binimport.1; see it with: man dist/binimport.1
 */
import { VERSION } from "../cli/about.ts";
import { programDeclaration } from "../cli/program.ts";
import { readCommit } from "./commit.ts";
import { manPage } from "./man/page.ts";

const date = (await readCommit()).date.toISOString().slice(0, 10);
await Deno.mkdir("dist", { recursive: true });
await Deno.writeTextFile("dist/binimport.1", manPage(programDeclaration(), VERSION, date));
console.log("dist/binimport.1");
Deno.exit();
