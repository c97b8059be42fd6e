/** Parts of other systems than this one, for the tests of the packed file. */
import { $ } from "zx";
import { unpackDebian } from "../pack/debian_part.ts";
import type { DebianPart } from "../pack/targets.ts";
import { cacheFolder, findProgram } from "./cache.ts";
import type { Part } from "./part.ts";

/** A whole user space in one program, for the other kind of machine. */
const ARM64_BUSYBOX: DebianPart = {
  name: "busybox-static",
  version: "1:1.35.0-4+deb12u1+b1",
  architecture: "arm64",
  license: "GPL-2.0-only",
  sha256: "732c9135564fc71337e0e05fb4da4d11e6c28c1834bce3e405e575afef2a52f5",
};

/** The oldest release that Debian's mirrors still have; its glibc is of 2020. */
const OLD_DEBIAN = "bullseye";

/** Where the root of {@linkcode OLD_DEBIAN} is. */
export function oldDebianRoot(): string {
  return `${cacheFolder()}/roots/${OLD_DEBIAN}`;
}

/** Provides both, unless they are there. */
export async function provideOtherSystems(): Promise<Part[]> {
  return [
    await provide("busybox-aarch64", `${cacheFolder()}/bin/busybox-aarch64`, makeArm64Busybox),
    await provide(OLD_DEBIAN, `${oldDebianRoot()}/etc/debian_version`, makeOldDebian),
  ];
}

async function provide(
  program: string,
  proof: string,
  make: () => Promise<string | undefined>,
): Promise<Part> {
  if (await isFile(proof)) return { program, state: "present", detail: proof };
  const failure = await make();
  return failure === undefined && await isFile(proof)
    ? { program, state: "installed", detail: proof }
    : { program, state: "MISSING", detail: failure ?? "not there after it was made" };
}

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then((found) => found.isFile, () => false);
}

async function makeArm64Busybox(): Promise<string | undefined> {
  const folder = await Deno.makeTempDir({ prefix: "binimport-busybox-" });
  try {
    await unpackDebian([ARM64_BUSYBOX], folder);
    await Deno.mkdir(`${cacheFolder()}/bin`, { recursive: true });
    await Deno.copyFile(`${folder}/bin/busybox`, `${cacheFolder()}/bin/busybox-aarch64`);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function makeOldDebian(): Promise<string | undefined> {
  if (Deno.uid() !== 0) return "needs root";
  const debootstrap = findProgram("debootstrap");
  if (debootstrap === undefined) return "needs debootstrap";
  const root = oldDebianRoot();
  await Deno.mkdir(`${cacheFolder()}/roots`, { recursive: true });
  const shell = $({ quiet: true, nothrow: true });
  const made = await shell`${debootstrap} --variant=minbase ${OLD_DEBIAN} ${root}.new`;
  if (!made.ok) return `debootstrap failed: ${made.stdout.trim().split("\n").at(-1)}`;
  await Deno.rename(`${root}.new`, root);
  return undefined;
}
