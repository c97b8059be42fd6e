/** Where packages lie: in an unpacked release, in a tar of one, or beside each other. */

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
 * Operating system packages of one architecture, beside or inside a release of them, such as
 * `os-pkgs-centos-7-v0.9.3.tar.gz`.
 */
export function isOsPackage(memberName: string): boolean {
  return /^(?:os-pkgs\/)?os-pkgs-[a-z0-9_]+\.tar\.gz$/.test(memberName);
}

const PLACES = [...OFFLINE_FILES_PLACES, ...COMPONENT_TOOLS_PLACES];

/**
 * Whether a member of a tar is one of the packages, at its usual place; one folder may stand above,
 * as in `dce5-v0.20/offline/component-tools.tar.gz`. A mirrored file of that name, below
 * `offline-files/HOST/`, is not.
 */
export function isInnerPackage(memberName: string): boolean {
  const name = memberName.replace(/^(?:\.\/)+/, "");
  if (PLACES.includes(name) || isOsPackage(name)) return true;
  const [top, ...rest] = name.split("/");
  return top !== "offline-files" && top !== "resources" && PLACES.includes(rest.join("/"));
}

/**
 * Whether a file lies in a folder `offline/` at the top, as in a whole offline package. What lies
 * there below the name of a host, as in `offline/dl.k8s.io/`, is a mirror that is named so.
 */
export function isOuterFolder(fileName: string): boolean {
  return /^(?:\.\/)*offline\/(?![^/]+\.[^/]+\/)/.test(fileName);
}
