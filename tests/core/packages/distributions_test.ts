import { deepEqual, equal, match } from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { archivePackage } from "../../../core/packages/archive.ts";
import { findPackages } from "../../../core/packages/find.ts";
import { placeOfImage } from "../../../core/packages/iso9660/distributions.ts";
import { inChunks } from "../../support/chunks.ts";
import { failsWith } from "../../support/fails_with.ts";
import {
  FREE_BLOCK,
  isoDirectory,
  isoImage,
  type IsoRecord,
  susp,
} from "../../support/iso_builder.ts";
import { readPackage, type Seen } from "./reading.ts";

/** Where an image belongs whose files have these texts. */
function placeOf(files: Readonly<Record<string, string>>): string | undefined {
  return placeOfImage(new Map(Object.entries(files)));
}

const encoder = new TextEncoder();

function treeinfo(name: string, version: string, arch = "x86_64"): string {
  return `[header]\nversion = 1\n[general]\narch = ${arch}\nname = ${name}\nversion = ${version}\n`;
}

/** Not as a Buffer, whose slice() is no copy. */
function gzip(bytes: Uint8Array, options = {}): Uint8Array {
  return new Uint8Array(gzipSync(bytes, options));
}

Deno.test("the folder of a distribution's image, by its .treeinfo", () => {
  const places: readonly [name: string, version: string, place: string | undefined][] = [
    ["CentOS-7", "7", "centos-iso/7"],
    ["CentOS Linux 8.4.2105", "8.4.2105", "centos-iso/8"],
    ["CentOS Stream 9", "9", "centos-iso/9"],
    ["Red Hat Enterprise Linux-7.9", "7.9", "redhat-iso/7Server"],
    ["Red Hat Enterprise Linux 8.4", "8.4", "redhat-iso/8"],
    ["Red Hat Enterprise Linux 10.0", "10.0", "redhat-iso/10"],
    ["openEuler-22.03LTS", "22.03LTS", "openeuler-iso/22.03"],
    ["openEuler-22.03-LTS-SP3", "22.03-LTS-SP3", "openeuler-iso/22.03"],
    ["openEuler-22.03LTS_SP1", "22.03LTS_SP1", "openeuler-iso/22.03"],
    ["openEuler-24.03-LTS", "24.03-LTS", "openeuler-iso/24.03"],
    ["Rocky Linux 8.10", "8.10", "rocky-iso/8"],
    ["Oracle Linux 9.3", "9.3", "oracle-iso/9"],
    ["UnionTechOS Server 20", "20", "uos-iso/20"],
    ["TencentOS Server 3.1", "3.1", "tencent-iso/3"],
    ["TencentOS Server 8", "8", "tencent-iso/3"],
    ["TencentOS Server 2.4", "2.4", undefined],
    ["BigCloud Enterprise Linux 21.10", "21.10", "bigcloud-iso/2110"],
    ["BigCloud Enterprise Linux 8.2", "8.2", undefined],
    ["AlmaLinux 9.3", "9.3", undefined],
    ["Fedora", "40", undefined],
    ["CentOS", "../..", undefined],
  ];
  for (const [name, version, place] of places) {
    const files = { ".treeinfo": treeinfo(name, version) };
    equal(placeOf(files), place === undefined ? place : `${place}/os/x86_64`, name);
  }
  equal(placeOf({ treeinfo: treeinfo("CentOS", "7", "../x") }), undefined);
  equal(
    placeOf({ ".treeinfo": "name = CentOS\nversion = 7\narch = x86_64\n" }),
    undefined,
  );
  equal(placeOf({}), undefined);
});

Deno.test("the folder of Kylin's images, by .productinfo", () => {
  const places: readonly [line: string, place: string | undefined][] = [
    ["release V10 (SP2) /(Sword)-aarch64-Build09/20210524", "10/sp2/os/aarch64"],
    ["release V10（SP2）/(Sword)-x86_64-Build09/20210524", "10/sp2/os/x86_64"],
    ["release V10 SP3 2403/(Halberd)-x86_64-Build20/20240426", "10/sp3/os/x86_64"],
    ["release V11 2503/(Swan25)-aarch64-build20/20250715", "11/2503/os/aarch64"],
    ["release V10 (SP3) /(Lance)-loongarch64-Build09/20210524", "10/sp3/os/loongarch64"],
    ["release V10 (SP1) /(Tercel)-x86_64-Build04/20200711", undefined],
  ];
  for (const [line, place] of places) {
    const productinfo = `Kylin Linux Advanced Server\n${line}\n`;
    const files = {
      ".productinfo": productinfo,
      ".treeinfo": treeinfo("Kylin Linux Advanced Server-V10", "V10"),
    };
    equal(placeOf(files), place === undefined ? place : `kylin-iso/${place}`, line);
  }
});

Deno.test("the folder of Ubuntu's images, by their link or .disk/info", () => {
  equal(placeOf({ ubuntu: "" }), "ubuntu-iso");
  equal(placeOf({ ".disk/info": 'Ubuntu-Server 22.04 LTS "X"' }), "ubuntu-iso");
  equal(placeOf({ ".disk/info": "Debian GNU/Linux 12" }), undefined);
});

function nm(name: string): Uint8Array {
  return susp("NM", 0, ...encoder.encode(name));
}

/** An image of CentOS 7: `.treeinfo` lies in `treeinfoBlock`, a package and a kernel before it. */
function centos(treeinfoBlock = FREE_BLOCK + 3): Uint8Array {
  const text = encoder.encode(treeinfo("CentOS-7", "7"));
  const folder = (name: string, block: number) =>
    isoDirectory([
      { name: "\0", flags: 2 },
      { name: "X;1", block, size: 7, extension: nm(name) },
    ]);
  const records: IsoRecord[] = [
    { name: "PACKAGES", block: FREE_BLOCK, size: 2048, flags: 2, extension: nm("Packages") },
    { name: "ISOLINUX", block: FREE_BLOCK + 1, size: 2048, flags: 2, extension: nm("isolinux") },
    { name: "T;1", block: treeinfoBlock, size: text.length, extension: nm(".treeinfo") },
  ];
  const gap = new Uint8Array((treeinfoBlock - FREE_BLOCK - 3) * 2048);
  const blocks = [
    folder("a.rpm", FREE_BLOCK + 2),
    folder("vmlinuz", FREE_BLOCK + 2),
    encoder.encode("content"),
  ];
  return isoImage(records, [...blocks, ...(gap.length === 0 ? [] : [gap]), text], {
    rockRidge: true,
  });
}

async function readFile(image: Uint8Array, into?: string): Promise<Seen> {
  const path = await Deno.makeTempFile({ suffix: ".iso" });
  try {
    await Deno.writeFile(path, image);
    const [one] = await findPackages([path], { stdin: () => ReadableStream.from([]), into });
    if (one === undefined) throw new Error("no package");
    return await readPackage(one);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("an image without the repositories of its distribution is refused, unless placed", async () => {
  const text = encoder.encode(treeinfo("Rocky Linux 9.5", "9.5"));
  const extension = nm(".treeinfo");
  const records = [{ name: "T;1", block: FREE_BLOCK, size: text.length, extension }];
  const image = isoImage(records, [text], { rockRidge: true });
  const read = () => readFile(image);
  const error = await failsWith("package-unsupported", /without the repositories/, read);
  match(error.hint ?? "", /--into FOLDER/);
  deepEqual(Object.keys((await readFile(image, "boot")).files), ["boot/.treeinfo"]);
});

function packageOf(
  bytes: Uint8Array,
  replayable: boolean,
  into?: string,
): ReturnType<typeof archivePackage> {
  const source = { name: "x", replayable, chunks: () => inChunks(bytes, 1 << 20) };
  return archivePackage(source, undefined, into);
}

Deno.test("of a distribution's image the repositories are imported, and what is left out is told", async () => {
  const { files, warnings } = await readFile(centos());
  deepEqual(files, { "centos-iso/7/os/x86_64/Packages/a.rpm": "content" });
  deepEqual(warnings.map(({ code }) => code), ["image-parts"]);
  const whole = await readFile(centos(), "os");
  deepEqual(Object.keys(whole.files).sort(), [
    "os/.treeinfo",
    "os/Packages/a.rpm",
    "os/isolinux/vmlinuz",
  ]);
  deepEqual(whole.warnings, []);
});

Deno.test("an image of no known distribution goes to the root with a warning", async () => {
  const { files, warnings } = await readFile(isoImage([{ name: "A;1" }]));
  deepEqual([files, warnings.map(({ code }) => code)], [{ a: "" }, ["no-place"]]);
});

Deno.test("an image in a stream gives the same as from a file", async () => {
  const seen = await readFile(centos());
  for (const bytes of [centos(), gzip(centos())]) {
    for (const replayable of [true, false]) {
      deepEqual((await readPackage(packageOf(bytes, replayable))).files, seen.files);
    }
  }
});

Deno.test("an image that tells late whose it is, is read twice, or refused of a pipe", async () => {
  const late = gzip(centos(FREE_BLOCK + 40_000), { level: 1 }); // behind 64 MiB
  const one = packageOf(late, true);
  const { files, restarts } = await readPackage(one, { limits: { maxUnpacked: 1e9 } });
  deepEqual([files, restarts], [{ "centos-iso/7/os/x86_64/Packages/a.rpm": "content" }, 1]);
  equal((await readPackage(one, { limits: { maxUnpacked: 1e9 } })).restarts, 0);
  const limits = { maxUnpacked: 1e9 };
  const piped = () => readPackage(packageOf(late, false), { limits });
  await failsWith("package-unsupported", /names its distribution too late/, piped);
  const placed = await readPackage(packageOf(late, false, "mine"), { limits });
  equal(Object.keys(placed.files).length, 3);
});
