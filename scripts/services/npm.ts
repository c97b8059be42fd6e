/** Programs of npm packages, at fixed versions, in the cache. */
import { symlink, unlink } from "node:fs/promises";
import { $ } from "zx";
import { cacheFolder, findProgram } from "./cache.ts";
import type { Part } from "./part.ts";

const VERSION = "1.3.3";

/** The one without AVX2, which not every machine has. */
const PACKAGE = Deno.build.arch === "aarch64"
  ? "@oven/bun-linux-aarch64"
  : "@oven/bun-linux-x64-baseline";

/** Provides Bun, in which the library is tested as well. */
export async function provideBun(): Promise<Part> {
  const program = "bun";
  const shell = $({ quiet: true, nothrow: true });
  const installed = `${cacheFolder()}/npm/node_modules/${PACKAGE}/bin/bun`;
  const version = async () => (await shell`${installed} --version`).stdout.trim();
  if (await version() === VERSION) return { program, state: "present", detail: VERSION };
  const npm = findProgram("npm");
  if (npm === undefined) return { program, state: "MISSING", detail: "needs npm: no npm on PATH" };
  const wanted = `${PACKAGE}@${VERSION}`;
  const folder = `${cacheFolder()}/npm`;
  const done =
    await shell`${npm} install --prefix ${folder} --ignore-scripts --no-audit --no-fund ${wanted}`;
  if (await version() !== VERSION) {
    const detail = done.stderr.trim().split("\n").at(-1) ?? "npm failed";
    return { program, state: "MISSING", detail };
  }
  const link = `${cacheFolder()}/bin/bun`;
  await unlink(link).catch(() => {});
  await symlink(installed, link);
  return { program, state: "installed", detail: VERSION };
}
