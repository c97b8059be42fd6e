/**
 * Where the files of a distribution's image belong, and which: as kubean's `import_iso.sh` has it
 * (07f3c6c1f, 2026-08-05), for that is what `osRepos.externalRepoURLs` of clusters name.
 */

/** What tells distributions apart: files at the top of an image. */
export const MARKER_FILES: readonly string[] = [
  ".treeinfo",
  "treeinfo",
  ".productinfo",
  ".disk/info",
];

/** Their texts by name, as far as they are there; `ubuntu` is there for the link `ubuntu -> .`. */
export type Markers = ReadonlyMap<string, string>;

/** By `[general]` of `.treeinfo` (https://release-engineering.github.io/productmd). */
const BY_TREEINFO: readonly (readonly [RegExp, RegExp, folder: string, release?: string])[] = [
  [/openEuler/, /^(\d\d\.\d\d)/, "openeuler-iso"],
  [/CentOS/, /^(\d+)/, "centos-iso"],
  [/Red Hat/, /^(7)(?:\D|$)/, "redhat-iso", "7Server"], // what its $releasever is
  [/Red Hat/, /^(\d+)/, "redhat-iso"],
  [/UnionTechOS/, /^(\d+)/, "uos-iso"],
  [/Oracle Linux/, /^(\d+)/, "oracle-iso"],
  [/TencentOS/, /^([38])(?:\D|$)/, "tencent-iso", "3"],
  [/BigCloud/, /^(21)(?:\D|$)/, "bigcloud-iso", "2110"],
  [/Rocky Linux/, /^(\d+)/, "rocky-iso"],
];

/** By a line such as `release V10 (SP2) /(Sword)-aarch64-Build09/20210524`. */
const KYLIN: readonly (readonly [RegExp, release: string])[] = [
  [/V10\W*(SP[23])\b/i, "10"],
  [/V11\s+(2503)\b/, "11"],
];

/** The folder of an image, such as `centos-iso/7/os/x86_64`; undefined for that of no such one. */
export function placeOfImage(markers: Markers): string | undefined {
  if (isUbuntu(markers)) return "ubuntu-iso";
  const treeinfo = markers.get(".treeinfo") ?? markers.get("treeinfo") ?? "";
  const [, general = ""] = treeinfo.split(/^\[general\]\s*$/m);
  const [name = "", version = "", arch = ""] = ["name", "version", "arch"].map((key) =>
    new RegExp(`^${key}\\s*=(.*)$`, "m").exec(general)?.[1]?.trim()
  );
  const treeArch = /^\w+$/.exec(arch)?.[0];
  const productinfo = markers.get(".productinfo") ?? "";
  const [, productArch = treeArch] = /-([a-z]\w*)-build/i.exec(productinfo) ?? [];
  for (const [pattern, release] of productArch === undefined ? [] : KYLIN) {
    const pack = pattern.exec(productinfo)?.[1]?.toLowerCase();
    if (pack !== undefined) return `kylin-iso/${release}/${pack}/os/${productArch}`;
  }
  for (const [names, versions, folder, fixed] of treeArch === undefined ? [] : BY_TREEINFO) {
    const release = versions.exec(version)?.[1];
    if (names.test(name) && release !== undefined) {
      return `${folder}/${fixed ?? release}/os/${treeArch}`;
    }
  }
  return undefined;
}

/** Whether an image is one of Ubuntu's; a copy may have lost the link. */
export function isUbuntu(markers: Markers): boolean {
  return markers.has("ubuntu") || markers.get(".disk/info")?.startsWith("Ubuntu") === true;
}

/** The parts of a distribution's image that nodes ask for. */
export const PARTS: RegExp =
  /^(?:Packages|repodata|BaseOS|AppStream|dists|pool|[Mm]inimal)(?:\/|$)/;

/** Of Ubuntu: they name packages of one architecture, and apt would take them for those of all. */
export const SUITE_RELEASE: RegExp = /^dists\/[^/]+\/(?:Release|Release\.gpg|InRelease)$/;
