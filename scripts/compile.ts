// deno-lint-ignore-file no-console -- it tells what it made
/**
 * Makes a program by `deno compile`: for systems that have glibc 2.27 or newer, and for macOS and
 * Windows. `deno task pack` makes the file that runs on any Linux.
 *
 *     deno task compile [--target TARGET]     dist/binimport-TARGET; default: this machine's
 */
import { parseArgs } from "node:util";
import project from "../deno.json" with { type: "json" };
import { compile, COMPILE_TARGETS, type CompileTarget } from "./compile/compile.ts";

try {
  console.log(await compile(wantedTarget(), project.version));
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : error}`);
  Deno.exit(1);
}

function wantedTarget(): CompileTarget {
  const { values } = parseArgs({
    args: [...Deno.args],
    options: { target: { type: "string", default: Deno.build.target } },
  });
  const target = COMPILE_TARGETS.find((one) => one === values.target);
  if (target !== undefined) return target;
  throw new Error(`Cannot compile for "${values.target}": say ${COMPILE_TARGETS.join(", ")}`);
}
