/** Where packages lie: in an unpacked release, in a tar of one, or beside each other. */
import { ARCHITECTURES, isHostName } from "../names/mod.ts";

/** Places of `offline-files.tar.gz`, relative to the folder of a release; the first one counts. */
export const OFFLINE_FILES_PLACES: readonly string[] = [
  "offline/kubespray-binary/offline-files.tar.gz", // DCE 5.0
  "kubespray-binary/offline-files.tar.gz", // its folder offline/
  "files/offline-files.tar.gz", // kubean
  "offline-files.tar.gz",
];

/** Places of `component-tools.tar.gz`, relative to the folder of a release. */
export const COMPONENT_TOOLS_PLACES: readonly string[] = [
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
export function releaseArchive(name: string): ReleaseArchive | undefined {
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
