/** Below which folder the files of a distribution's image belong. */
import { meter } from "../limits.ts";
import type { Image } from "./image.ts";
import { isoEntries } from "./tree.ts";

/** In bytes: `.treeinfo` is a page; what is longer is something else. */
const MAX_TREEINFO = 256 * 1024;

/**
 * The folder that kubean's `import_iso.sh` gives an image, such as `centos-iso/7/os/x86_64`: it is
 * what `osRepos.externalRepoURLs` of a cluster names, and it keeps images of several versions and
 * architectures apart. `undefined` for distributions that it does not know.
 */
export function placeOfImage(image: Image): string | undefined {
  let treeinfo: string | undefined;
  for (const { name, type, offset, size } of isoEntries(image, meter({ maxFiles: Infinity }))) {
    if (type !== "file") continue;
    const [, arch] = /ky10\.(x86_64|aarch64)\.rpm$/.exec(name) ?? [];
    if (arch !== undefined) return `kylin-iso/10/os/${arch}`;
    if (/^\.?treeinfo$/i.test(name) && size <= MAX_TREEINFO) {
      treeinfo = new TextDecoder().decode(image.read(offset, size, name));
    }
  }
  return treeinfo === undefined ? undefined : placeByTreeinfo(treeinfo);
}

/** By the section `[general]` of a `.treeinfo` (https://release-engineering.github.io/productmd). */
export function placeByTreeinfo(text: string): string | undefined {
  const [, general = ""] = text.split(/^\[general\]\s*$/m);
  const value = (key: string) =>
    new RegExp(`^${key}\\s*=\\s*(.*?)\\s*$`, "m").exec(general)?.[1] ?? "";
  const distribution = DISTRIBUTIONS.find(({ name }) => name.test(value("name")));
  const [major = ""] = value("version").split(".");
  const arch = value("arch");
  if (distribution === undefined || !/^\d+$/.test(major) || !/^\w+$/.test(arch)) return undefined;
  return `${distribution.folder}/${major}/os/${arch}`;
}

const DISTRIBUTIONS = [
  { name: /CentOS/, folder: "centos-iso" },
  { name: /Red Hat/, folder: "redhat-iso" },
];
