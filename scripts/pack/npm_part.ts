/** Parts that come from the npm registry. */
import { Buffer } from "node:buffer";
import { $ } from "zx";
import { cachedPart } from "./part_cache.ts";
import type { NpmPart } from "./targets.ts";

/** The bytes of a file in a package. */
export async function npmFile(part: NpmPart, file: string): Promise<Uint8Array> {
  const archive = await npmArchive(part);
  const folder = await Deno.makeTempDir({ prefix: "binimport-npm-" });
  try {
    await $({ quiet: true })`tar -xzf ${archive} -C ${folder} package/${file}`;
    return await Deno.readFile(`${folder}/package/${file}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function npmArchive({ name, version, integrity }: NpmPart): Promise<string> {
  const hex = Buffer.from(integrity.replace(/^sha512-/, ""), "base64").toString("hex");
  const file = `${name.replace(/^@/, "").replace("/", "-")}-${version}.tgz`;
  return await cachedPart(file, { algorithm: "sha512", hex }, async (folder) => {
    const npm = $({ quiet: true, nothrow: true, cwd: folder });
    const { ok, stderr } = await npm`npm pack --silent ${name}@${version}`;
    if (!ok) throw new Error(`Cannot fetch ${name}@${version}: npm failed: ${stderr.trim()}`);
    return `${folder}/${file}`;
  });
}
