import { deepEqual, match } from "node:assert/strict";
import { treePackage } from "../../../core/packages/directory.ts";
import { memoryPackage } from "../../support/packages.ts";
import { tarArchive, type TarPart } from "../../support/tar_builder.ts";
import { readPackage } from "./reading.ts";

function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

const APPLE_DOUBLE = bytes("\0\x05\x16\x07\0\x02\0\0Mac OS X        ");
const OLE = bytes("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");

const JUNK: Readonly<Record<string, Uint8Array>> = {
  "._offline-files": APPLE_DOUBLE,
  "offline-files/._dl.k8s.io": APPLE_DOUBLE,
  "__MACOSX/offline-files/._dl.k8s.io": APPLE_DOUBLE,
  "offline-files/dl.k8s.io/.DS_Store": bytes("\0\0\0\x01Bud1\0\0"),
  "offline-files/Thumbs.db": OLE,
  "offline-files/desktop.ini": bytes("\xff\xfe[\0.\0S\0h\0"),
  "offline-files/.values.yml.swp": bytes("b0VIM 8.2\0"),
  "offline-files/values.yml~": bytes("a: 1\n"),
  "offline-files/#values.yml#": bytes("a: 1\n"),
};

/** Named like junk, but it is none. */
const FILES: Readonly<Record<string, Uint8Array>> = {
  "offline-files/dl.k8s.io/kubelet": bytes("kubelet"),
  "offline-files/dl.k8s.io/._kubelet": bytes("kubelet"),
  "offline-files/dl.k8s.io/.DS_Store": bytes("not of a Finder"),
  "offline-files/dl.k8s.io/Thumbs.db": bytes("sqlite"),
  "offline-files/dl.k8s.io/.x.swp": bytes("swap"),
  "offline-files/dl.k8s.io/runc~": bytes("\x7fELF\0\0"),
};

function parts(files: Readonly<Record<string, Uint8Array>>): TarPart[] {
  return Object.entries(files).map(([name, body]) => ({ name, body }));
}

Deno.test("junk is left out and counted, and has no say in what the top folder is", async () => {
  const kubelet = parts({ "offline-files/dl.k8s.io/kubelet": bytes("kubelet") });
  const lock: TarPart = {
    name: "offline-files/.#values.yml",
    typeflag: "2",
    linkName: "me@host.1234:1700000000",
  };
  const archive = tarArchive(...parts(JUNK), lock, ...kubelet);
  for (const replayable of [true, false]) {
    const { files, warnings } = await readPackage(memoryPackage(archive, { replayable }));
    deepEqual(files, { "dl.k8s.io/kubelet": "kubelet" });
    deepEqual(warnings.map(({ code }) => code), ["junk"]);
    match(warnings[0]?.message ?? "", /^10 files of "test\.tar\.gz" .* such as "\._offline-files"/);
    match(warnings[0]?.hint ?? "", /--keep-junk/);
  }
  const { files, warnings } = await readPackage(
    memoryPackage(tarArchive(...parts(JUNK), ...kubelet)),
    { keepJunk: true, stripComponents: 0 },
  );
  deepEqual([Object.keys(files).length, warnings], [10, []]);
});

Deno.test("a name alone makes nothing junk", async () => {
  const { files, warnings } = await readPackage(memoryPackage(tarArchive(...parts(FILES))));
  deepEqual([Object.keys(files).length, warnings], [6, []]);
});

Deno.test("junk in a folder is left out as well", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, body] of Object.entries({ ...FILES, ...JUNK })) {
      const path = `${folder}/${name}`;
      await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
      await Deno.writeFile(path, body);
    }
    const { files, warnings } = await readPackage(treePackage(`${folder}/offline-files`));
    deepEqual(Object.keys(files).sort(), [
      "dl.k8s.io/._kubelet",
      "dl.k8s.io/.x.swp",
      "dl.k8s.io/Thumbs.db",
      "dl.k8s.io/kubelet",
      "dl.k8s.io/runc~",
    ]);
    deepEqual(warnings.map(({ code }) => code), ["junk"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
