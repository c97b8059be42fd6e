/** Parts that come from Debian, for machines other than this one as well. */
import { $ } from "zx";
import { cachedPart, packCache } from "./part_cache.ts";
import type { DebianPart } from "./targets.ts";

/** Unpacks packages into one folder, as they would lie on a Debian system. */
export async function unpackDebian(parts: readonly DebianPart[], root: string): Promise<void> {
  for (const part of parts) await $({ quiet: true })`dpkg-deb -x ${await debianFile(part)} ${root}`;
}

async function debianFile(part: DebianPart): Promise<string> {
  const { name, version, architecture, sha256: hex } = part;
  // apt-get writes the colon of an epoch as %3a.
  const file = `${name}_${version.replace(":", "%3a")}_${architecture}.deb`;
  return await cachedPart(file, { algorithm: "sha256", hex }, async (folder) => {
    if (!await download(part, folder)) {
      await $({ quiet: true })`apt-get ${await aptOptions()} update`;
      if (!await download(part, folder)) throw new Error(await missing(part));
    }
    return `${folder}/${file}`;
  });
}

async function download(part: DebianPart, folder: string): Promise<boolean> {
  const apt = $({ quiet: true, nothrow: true, cwd: folder });
  const wanted = `${part.name}:${part.architecture}=${part.version}`;
  return (await apt`apt-get ${await aptOptions()} download ${wanted}`).ok;
}

/** Debian keeps one version of each package of a release, and replaces it by its updates. */
async function missing({ name, version, architecture }: DebianPart): Promise<string> {
  const apt = $({ quiet: true, nothrow: true });
  const { stdout } = await apt`apt-cache ${await aptOptions()} madison ${name}:${architecture}`;
  const versions = stdout.split("\n").map((line) => line.split("|")[1]?.trim())
    .filter((one) => one !== undefined);
  const state = versions.length === 0
    ? "apt-get finds no such package: this takes Debian 12"
    : `Debian has ${[...new Set(versions)].join(", ")} now: pin that in scripts/pack/targets.ts`;
  return `Cannot fetch ${name} ${version}: ${state}`;
}

/** A state of its own, with both architectures: that of the system is left alone, without root. */
async function aptOptions(): Promise<string[]> {
  const state = `${packCache()}/apt`;
  await Deno.mkdir(`${state}/lists/partial`, { recursive: true });
  await Deno.mkdir(`${state}/archives/partial`, { recursive: true });
  await Deno.writeTextFile(`${state}/status`, "");
  return [
    `Dir::State=${state}`,
    `Dir::State::status=${state}/status`,
    `Dir::Cache=${state}`,
    "APT::Architecture=amd64",
    "APT::Architectures::=amd64",
    "APT::Architectures::=arm64",
    "APT::Sandbox::User=", // otherwise root's apt-get complains that _apt cannot write here
    "Acquire::Languages=none",
  ].flatMap((option) => ["-o", option]);
}
