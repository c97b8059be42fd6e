/**
 * Where the files of a distribution's image belong, and which of them: as kubean's `import_iso.sh` has
 * it (07f3c6c1f, 2026-08-05), for that is what `osRepos.externalRepoURLs` of clusters name. A further
 * distribution is one more line.
 */
import type { IsoEntry } from "./tree.ts";

/** What tells distributions apart: texts of files at the top of an image; empty where there is none. */
export interface Markers {
  readonly treeinfo: string;
  readonly productinfo: string;
  readonly diskInfo: string;
  /** It has the link `ubuntu -> .`, which a copy may have lost. */
  readonly ubuntuLink: boolean;
}

/** The files whose texts are the markers. */
export const MARKER_FILES: Readonly<Record<string, Exclude<keyof Markers, "ubuntuLink">>> = {
  ".treeinfo": "treeinfo",
  "treeinfo": "treeinfo",
  ".productinfo": "productinfo",
  ".disk/info": "diskInfo",
};

/** The folder of an image, such as `centos-iso/7/os/x86_64`; undefined where it is of no such one. */
export function placeOfImage(markers: Markers): string | undefined {
  for (const place of DISTRIBUTIONS) {
    const folder = place(markers);
    if (folder !== undefined) return folder;
  }
  return undefined;
}

/** Whether an image is one of Ubuntu's. */
export function isUbuntu({ diskInfo, ubuntuLink }: Markers): boolean {
  return ubuntuLink || diskInfo.startsWith("Ubuntu");
}

/** The parts of a distribution's image that nodes ask for. */
const PARTS = /^(?:Packages|repodata|BaseOS|AppStream|dists|pool|[Mm]inimal)(?:\/|$)/;

/** Whether an entry of a distribution's image lies in one of those parts. */
export function isPart({ name }: IsoEntry): boolean {
  return PARTS.test(name);
}

/**
 * Whether an entry of an image of Ubuntu names the packages of one architecture alone. apt takes the
 * suite for all of it: nodes of another architecture in the same folder would find no package.
 */
export function isSuiteRelease({ name }: IsoEntry): boolean {
  return /^dists\/[^/]+\/(?:Release|Release\.gpg|InRelease)$/.test(name);
}

type Place = (markers: Markers) => string | undefined;

const DISTRIBUTIONS: readonly Place[] = [
  (markers) => isUbuntu(markers) ? "ubuntu-iso" : undefined,
  kylin(/V10\W*(SP[23])\b/i, (pack = "") => `10/${pack.toLowerCase()}`),
  kylin(/V11\s+(2503)\b/, (build = "") => `11/${build}`),
  byTreeinfo(/openEuler/, /^(\d\d\.\d\d)/, "openeuler-iso"),
  byTreeinfo(/CentOS/, /^(\d+)/, "centos-iso"),
  byTreeinfo(/Red Hat/, /^(7)(?:\D|$)/, "redhat-iso", "7Server"), // what its $releasever is
  byTreeinfo(/Red Hat/, /^(\d+)/, "redhat-iso"),
  byTreeinfo(/UnionTechOS/, /^(\d+)/, "uos-iso"),
  byTreeinfo(/Oracle Linux/, /^(\d+)/, "oracle-iso"),
  byTreeinfo(/TencentOS/, /^([38])(?:\D|$)/, "tencent-iso", "3"),
  byTreeinfo(/BigCloud/, /^(21)(?:\D|$)/, "bigcloud-iso", "2110"),
  byTreeinfo(/Rocky Linux/, /^(\d+)/, "rocky-iso"),
];

/** By `[general]` of `.treeinfo` (https://release-engineering.github.io/productmd). */
function byTreeinfo(name: RegExp, version: RegExp, folder: string, fixed?: string): Place {
  return ({ treeinfo }) => {
    if (!name.test(general(treeinfo, "name"))) return undefined;
    const [, release] = version.exec(general(treeinfo, "version")) ?? [];
    const arch = archOf(treeinfo);
    if (release === undefined || arch === undefined) return undefined;
    return `${folder}/${fixed ?? release}/os/${arch}`;
  };
}

/** By a line such as `release V10 (SP2) /(Sword)-aarch64-Build09/20210524`. */
function kylin(release: RegExp, folder: (release: string | undefined) => string): Place {
  return ({ productinfo, treeinfo }) => {
    const found = release.exec(productinfo);
    const [, arch = archOf(treeinfo)] = /-([a-z]\w*)-build/i.exec(productinfo) ?? [];
    if (found === null || arch === undefined) return undefined;
    return `kylin-iso/${folder(found[1])}/os/${arch}`;
  };
}

function archOf(treeinfo: string): string | undefined {
  const arch = general(treeinfo, "arch");
  return /^\w+$/.test(arch) ? arch : undefined;
}

function general(treeinfo: string, key: string): string {
  const [, section = ""] = treeinfo.split(/^\[general\]\s*$/m);
  return new RegExp(`^${key}\\s*=(.*)$`, "m").exec(section)?.[1]?.trim() ?? "";
}
