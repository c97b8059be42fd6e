/** Members that try to get out, by every trick that is known of readers of tar. */
import assert from "node:assert/strict";
import { httpFetch } from "../../core/http/client.ts";
import { importPackages } from "../../core/importer/importer.ts";
import type { StorageAdapter } from "../../core/storage/adapter.ts";
import { BinimportError } from "../../core/util/errors.ts";
import { fingerprint } from "../support/e2e/targets.ts";
import { memoryPackage } from "../support/packages.ts";
import { reliabilityTest } from "../support/reliability/trials.ts";
import {
  gnuLong,
  join,
  paxHeader,
  tarArchive,
  type TarPart,
  tarPart,
} from "../support/tar_builder.ts";
import { type WebRoot, webRoot } from "../support/web_root.ts";

type Parts = readonly (TarPart | Uint8Array)[];

const evil = new TextEncoder().encode("evil");
const file = (name: string | Uint8Array, more: Partial<TarPart> = {}): TarPart => ({
  name,
  body: evil,
  ...more,
});
const folder = (name: string, more: Partial<TarPart> = {}): TarPart => ({
  name,
  typeflag: "5",
  ...more,
});
const symlink = (name: string, linkName: string): TarPart => ({ name, typeflag: "2", linkName });
const hardlink = (name: string, linkName: string): TarPart => ({ name, typeflag: "1", linkName });
const pax = (records: Readonly<Record<string, string | Uint8Array>>, part: TarPart): Parts => [
  paxHeader(records),
  part,
];
const bytes = (...values: number[]) => new Uint8Array(values);

/** By the CVE that made the trick known, where there is one. */
const TRICKS: Readonly<Record<string, Parts>> = {
  "CVE-2007-4559 (Python): ..": [file("top/../../../outside/evil")],
  "CVE-2001-1267 (GNU tar): .. at the end": [file("top/a/..")],
  "CVE-2016-6321 (GNU tar): .. behind a good folder": [file("top/a/../../../outside/evil")],
  "CVE-2018-12015 (Archive::Tar): a symlink, then a file of its name": [
    symlink("top/x", "../../outside/evil"),
    file("top/x"),
  ],
  "CVE-2021-32803 (node-tar): a folder, a symlink of its name, a file in it": [
    folder("top/x"),
    symlink("top/x", "../../outside"),
    file("top/x/evil"),
  ],
  "CVE-2021-32804 (node-tar): many slashes": [file("////outside/evil")],
  "CVE-2021-32804 (node-tar): many slashes once stripped": [file("top//////outside/evil")],
  "CVE-2021-37701 (node-tar): a backslash for a slash": [
    folder("top\\x"),
    symlink("top/x", "../../outside"),
    file("top\\x/evil"),
  ],
  "CVE-2021-37712 (node-tar): composed and not": [
    folder("top/caf\u00e9"),
    symlink("top/cafe\u0301", "../../outside"),
    file("top/caf\u00e9/evil"),
    file("top/cafe\u0301/evil"),
  ],
  "CVE-2021-37713 (node-tar): a drive with ..": [file("C:../outside/evil"), file("top/C:x")],
  "CVE-2024-28863 (node-tar): folders without end": [folder(`top/${"d/".repeat(40)}`)],
  "CVE-2016-5418 (libarchive): a hard link with a body, to a symlink": [
    symlink("top/link", "../../outside/evil"),
    { ...hardlink("top/hard", "top/link"), body: evil },
  ],
  "CVE-2015-2304 (libarchive): absolute": [file("/outside/evil")],
  "CVE-2025-4330 (Python): a symlink to a symlink's parent": [
    symlink("top/a", "."),
    symlink("top/b", "a/.."),
    symlink("top/c", "b/../.."),
    file("top/c/outside/evil"),
  ],
  "CVE-2025-4517 (Python): a path that is too long to resolve": [
    ...Array.from({ length: 16 }, (_, i) => [
      folder(`top/${"d".repeat(90)}${i % 10}`),
      symlink(`top/${String.fromCharCode(97 + i)}`, "d".repeat(90)),
    ]).flat(),
    symlink("top/out", `${"a/".repeat(20)}../../../outside`),
    file("top/out/evil"),
  ],
  "CVE-2025-4138 (Python): a hard link to a symlink out": [
    symlink("top/s", "../../outside"),
    hardlink("top/h", "top/s"),
    file("top/h/evil"),
  ],
  "CVE-2024-12905 (tar-fs): a symlink into a sibling that begins alike": [
    symlink("top/x", "../html-private"),
    file("top/x/evil"),
  ],
  "CVE-2025-48387 (tar-fs): a hard link to what is outside": [
    hardlink("top/x", "../outside/secret"),
  ],
  "CVE-2025-45582 (GNU tar): two archives, a symlink between": [
    symlink("top/x", "../.."),
    folder("top/x/outside"),
    file("top/x/outside/evil"),
  ],
  "CVE-2025-62518 (tokio-tar): pax and header disagree about the length": [
    ...pax({ size: "1024" }, { name: "top/a", size: 0, body: new Uint8Array(1024) }),
    file("top/b"),
  ],
  "CVE-2022-2879 (Go): a header of headers": [
    paxHeader({ path: "top/a" }),
    paxHeader({ path: "top/../../outside/evil" }),
    file("top/x"),
  ],
  "CVE-2019-9923 (GNU tar): a broken extended header": [
    tarPart({ name: "x", typeflag: "x", body: new TextEncoder().encode("99 path=evil\n") }),
    file("top/x"),
  ],
  "CVE-2018-20482 (GNU tar): sparse, without end": [
    { name: "top/sparse", typeflag: "S", format: "gnu", size: 512, body: new Uint8Array(512) },
  ],
  "CVE-2023-39804 (GNU tar): an extended attribute without a name": pax(
    { "SCHILY.xattr.": "x" },
    file("top/x"),
  ),
  "pax: .. in the path": pax({ path: "top/../../outside/evil" }, file("top/x")),
  "pax: an absolute path": pax({ path: "/outside/evil" }, file("top/x")),
  "pax: NUL in the path": pax({ path: "top/x\0/../../outside" }, file("top/x")),
  "pax: an empty path": pax({ path: "" }, file("top/x")),
  "pax: a symlink's path": pax({ linkpath: "../../outside" }, symlink("top/x", "y")),
  "pax: a path for all that follow": [
    paxHeader({ path: "top/../../outside/evil" }, "g"),
    file("top/x"),
  ],
  "GNU: a long name with ..": [gnuLong("L", "top/../../outside/evil"), file("top/x")],
  "GNU: a long link out": [gnuLong("K", "../../outside/secret"), symlink("top/x", "y")],
  "a name of dots": [file("top/.."), file("top/."), file("..")],
  "a prefix that climbs": [file("outside/evil", { prefix: "top/../.." })],
  "overlong UTF-8 for ..": [file(join(bytes(0x74, 0x2f, 0xc0, 0xae, 0xc0, 0xae, 0x2f), evil))],
  "no UTF-8 at all": [file(bytes(0x74, 0x2f, 0xff, 0xfe))],
  "binimport's own folder": [file("top/.binimport/manifest.json")],
  "binimport's own folder, round about": [file("top/./.binimport//tmp/x")],
  "binimport's own folder, from a mirror's": [file("top/files.m.daocloud.io/.binimport/lock")],
  "binimport's own folder, by a link": [symlink("top/x", ".binimport"), file("top/x/lock")],
  "a character device": [{ name: "top/null", typeflag: "3" }],
  "a block device": [{ name: "top/sda", typeflag: "4" }],
  "a pipe": [{ name: "top/pipe", typeflag: "6" }],
  "setuid": [file("top/su", { mode: 0o6755 })],
  "nobody may read it": [file("top/closed", { mode: 0 })],
  "a symlink to itself": [symlink("top/x", "x")],
  "symlinks in a circle": [symlink("top/x", "y"), symlink("top/y", "x")],
  "a hard link to itself": [hardlink("top/x", "top/x")],
  "a symlink to an absolute path": [symlink("top/x", "/outside")],
  "a file and a folder of one name": [file("top/x"), file("top/x/y")],
  "a folder and a file of one name": [file("top/x/y"), file("top/x")],
  "one name twice": [file("top/x"), file("top/x", { body: new Uint8Array(3) })],
  "a negative size": [file("top/x", { size: join(bytes(0xff), new Uint8Array(11).fill(0xff)) })],
  "a size in base 256 that is too large": [
    file("top/x", { size: join(bytes(0x80), new Uint8Array(11).fill(0xff)) }),
  ],
  "a name that a shell would take for an option": [file("top/-rf"), file("top/--help")],
  "a name with a new line and a terminal's commands": [file("top/\n\x1b]0;x\x07\x1b[2J")],
};

reliabilityTest({
  fault: "names, links and types that try to get out, by the tricks of known CVEs",
  outcome: "refused, or only regular files inside the root; nothing outside is touched",
  file: import.meta.url,
}, async (tried) => {
  for (const [name, parts] of Object.entries(TRICKS)) {
    for (const strip of [0, 1, 2]) {
      using root = webRoot();
      await prepareOutside(root);
      const before = await fingerprint(`${root.outside}/outside`);
      await using adapter = await root.open({ mode: "keep" });
      await importOrRefuse(adapter, tarArchive(...parts), strip, name);
      assert.deepEqual(await fingerprint(`${root.outside}/outside`), before, name);
      assert.deepEqual(
        [...Deno.readDirSync(root.outside)].map((entry) => entry.name).sort(),
        ["html", "html-private", "outside"],
        name,
      );
      assertRegular(root, name);
      tried();
    }
  }
});

async function prepareOutside({ outside }: WebRoot): Promise<void> {
  await Deno.mkdir(`${outside}/outside`);
  await Deno.mkdir(`${outside}/html-private`);
  await Deno.writeTextFile(`${outside}/outside/secret`, "secret");
}

async function importOrRefuse(
  adapter: StorageAdapter,
  archive: Uint8Array,
  stripComponents: number,
  name: string,
): Promise<void> {
  using fetch = httpFetch();
  try {
    const { failures } = await importPackages([memoryPackage(archive)], [adapter], {
      packageOptions: { stripComponents, include: [], exclude: [] },
      fetch,
    });
    assert.deepEqual(failures, [], name);
  } catch (error) {
    if (!(error instanceof BinimportError)) throw error;
    assert.match(error.code, /^package-/, `${name}: ${error.message}`);
  }
}

/** Only files that everybody may read and nobody runs as another, and folders. */
function assertRegular({ path, tree }: WebRoot, name: string): void {
  for (const entry of tree()) {
    assert(!entry.endsWith("@"), `${name}: ${entry} is a link`);
    if (entry.startsWith(".binimport/")) continue;
    const { isFile, isDirectory, mode } = Deno.lstatSync(`${path}/${entry}`);
    assert(isFile || isDirectory, `${name}: ${entry} is neither file nor folder`);
    assert.equal((mode ?? 0) & 0o7044, 0o044, `${name}: mode of ${entry}`);
    if (isFile) {
      const content = Deno.readTextFileSync(`${path}/${entry}`);
      assert(!content.includes("secret"), `${name}: ${entry} tells what is outside`);
    }
  }
}
