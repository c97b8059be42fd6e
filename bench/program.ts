/** The program as people run it: the single file. */
import { fileURLToPath } from "node:url";
import project from "../deno.json" with { type: "json" };
import { pack } from "../scripts/pack/pack.ts";
import { TARGETS } from "../scripts/pack/targets.ts";

const target = TARGETS.find(({ machine }) => machine === Deno.build.arch) ?? refuse();

/** Where it lies. */
export const PROGRAM: string = fileURLToPath(new URL(`../dist/${target.file}`, import.meta.url));

/** Packs it anew: what is measured is what stands here. */
export async function packProgram(): Promise<void> {
  await pack(target, project.version);
}

function refuse(): never {
  throw new Error(`There is no single file for ${Deno.build.arch}`);
}
