/** A release that was unpacked or downloaded into a folder: which packages lie in it. */
import { isHostName } from "../names/mod.ts";
import {
  COMPONENT_TOOLS_PLACES,
  isArtifactSet,
  OFFLINE_FILES_PLACES,
  releaseArchive,
} from "./layout.ts";

/** What a release holds that matters here. */
export interface Release {
  /** Paths of the packages. */
  readonly packages: readonly string[];
  /** Paths of files for which {@linkcode isArtifactSet} holds. */
  readonly artifactSets: readonly string[];
}

/** As deep as `data/airgap_patch/ARCH/files` lies, and one more. */
const MAX_DEPTH = 4;

/** What lies in a folder, at any depth unless a folder of a host shows that it is a mirrored tree. */
export async function releaseIn(folder: string, depth: number = MAX_DEPTH): Promise<Release> {
  const base = folder === "." ? "" : `${folder.replace(/\/+$/, "")}/`;
  const entries = await entriesIn(folder);
  const artifactSets = entries.filter(({ name }) => isArtifactSet(name)).map(({ name }) =>
    base + name
  );
  const usual = await atUsualPlaces(base);
  const isMirror = entries.some(({ name, isDirectory }) => isDirectory && isHostName(name));
  if (isMirror) return usual.length === 0 ? NOTHING : { packages: usual, artifactSets };
  const packages = [...usual, ...await beside(base)];
  if (packages.length > 0 || depth === 0) return { packages, artifactSets };
  const below: Release[] = [];
  for (const { name, isDirectory } of entries) {
    if (isDirectory) below.push(await releaseIn(base + name, depth - 1));
  }
  return {
    packages: below.flatMap((one) => one.packages),
    artifactSets: [...artifactSets, ...below.flatMap((one) => one.artifactSets)],
  };
}

const NOTHING: Release = { packages: [], artifactSets: [] };

async function atUsualPlaces(base: string): Promise<string[]> {
  const found: string[] = [];
  for (const places of [OFFLINE_FILES_PLACES, COMPONENT_TOOLS_PLACES]) {
    for (const place of places) {
      if (!await isFile(base + place)) continue;
      found.push(base + place);
      break;
    }
  }
  return found;
}

/** Archives of a release by name: one for each architecture and distribution. */
async function beside(base: string): Promise<string[]> {
  const found: string[] = [];
  for (const folder of [base, `${base}os-pkgs/`]) {
    for (const { name } of await entriesIn(folder)) {
      const isUsual = OFFLINE_FILES_PLACES.includes(name) || COMPONENT_TOOLS_PLACES.includes(name);
      if (releaseArchive(name) === undefined || isUsual) continue;
      if (await isFile(folder + name)) found.push(folder + name);
    }
  }
  return found;
}

async function entriesIn(folder: string): Promise<Deno.DirEntry[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder || ".")).catch(() => []);
  return entries.sort((a, b) => a.name < b.name ? -1 : 1);
}

async function isFile(path: string): Promise<boolean> {
  return (await Deno.stat(path).catch(() => undefined))?.isFile ?? false;
}
