/** Where packages lie: in an unpacked release, in a tar of one, or beside each other. */
import { ARCHITECTURES, isHostName } from "../names/mod.ts";

/** Places of `offline-files.tar.gz`, relative to the folder of a release; the first one counts. */
const OFFLINE_FILES_PLACES: readonly string[] = [
  "offline/kubespray-binary/offline-files.tar.gz", // DCE 5.0
  "kubespray-binary/offline-files.tar.gz", // its folder offline/
  "files/offline-files.tar.gz", // kubean
  "offline-files.tar.gz",
];

/** Places of `component-tools.tar.gz`, relative to the folder of a release. */
const COMPONENT_TOOLS_PLACES: readonly string[] = [
  "offline/component-tools.tar.gz", // DCE 5.0
  "component-tools.tar.gz",
];

/**
 * Whether a file tells kubean which versions a release brings: `kubectl apply` takes it after the
 * import.
 */
export function isArtifactSet(name: string): boolean {
  return name.slice(name.lastIndexOf("/") + 1) === "localartifactset.cr.yaml";
}

/** What an archive in a release is, by its name, which is the only thing that tells. */
export type ReleaseArchive =
  /** It holds files. */
  | "package"
  /** It holds packages, such as `files-amd64-v0.37.0.tar.gz` of kubean. */
  | "release";

const RELEASE = new RegExp(`^(?:files-(?:${ARCHITECTURES})|os-pkgs)-.+\\.tar\\.gz$`);

/** What a file is that lies in a release, by its own name; undefined for anything else. */
function releaseArchive(name: string): ReleaseArchive | undefined {
  if (/^(?:offline-files|component-tools|os-pkgs-[a-z0-9_]*)\.tar\.gz$/.test(name)) {
    return "package";
  }
  return RELEASE.test(name) ? "release" : undefined;
}

/**
 * What a member of a tar is. What lies below the name of a host is a mirrored file, whatever it is
 * called, and so is what lies in `resources/`, the top folder of system packages.
 */
export function innerArchive(memberName: string): ReleaseArchive | undefined {
  const folders = memberName.replace(/^(?:\.\/)+/, "").split("/");
  const name = folders.pop() ?? "";
  if (folders[0] === "offline-files" || folders[0] === "resources") return undefined;
  return folders.some(isHostName) ? undefined : releaseArchive(name);
}

/**
 * Whether a file of a package is a package itself, as the names in a release are, so that nobody
 * would ask for it as a file.
 */
export function isPackageAsFile(key: string): boolean {
  const name = key.slice(key.lastIndexOf("/") + 1);
  const isOne = releaseArchive(name) !== undefined || /^offline-images\.tar\.gz$/.test(name);
  return isOne && !key.split("/").slice(0, -1).some(isHostName);
}

/**
 * Whether a file lies in a folder `offline/` at the top, as in a whole offline package. What lies
 * there below the name of a host, as in `offline/dl.k8s.io/`, is a mirror that is named so.
 */
export function isOuterFolder(fileName: string): boolean {
  return /^(?:\.\/)*offline\/(?![^/]+\.[^/]+\/)/.test(fileName);
}

/** What a release holds that matters here. */
export interface Release {
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
