import { deepEqual, equal } from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { findPackages, packagesHere } from "../../../core/packages/find.ts";
import { isPackageAsFile, roleOf } from "../../../core/packages/releases.ts";
import { tarGz } from "../../support/packages.ts";
import { tarArchive } from "../../support/tar_builder.ts";
import { sha256 } from "../../support/tar_model.ts";
import { readPackage } from "./reading.ts";

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function files(arch: string): Uint8Array {
  return tarGz({ [`dl.k8s.io/v1/${arch}/kubelet`]: arch });
}

const KEYS = ["dl.k8s.io/v1/amd64/kubelet", "dl.k8s.io/v1/arm64/kubelet"];
const SET = encode("kind: LocalArtifactSet");

/** kubean's package of one architecture: an archive of `files/`, the script before the files. */
function filesArchive(arch: string): Uint8Array {
  return new Uint8Array(gzipSync(tarArchive(
    { name: "files/import_files.sh", body: encode("#!/bin/bash") },
    { name: "files/offline-files.tar.gz", body: files(arch) },
  )));
}

const RELEASES: Readonly<Record<string, Readonly<Record<string, Uint8Array>>>> = {
  "airgap_patch of kubean": {
    "data/airgap_patch/amd64/files/import_files.sh": encode("#!/bin/bash"),
    "data/airgap_patch/amd64/files/offline-files.tar.gz": files("amd64"),
    "data/airgap_patch/amd64/images/offline-images.tar.gz": encode("images"),
    "data/airgap_patch/arm64/files/offline-files.tar.gz": files("arm64"),
    "data/airgap_patch/localartifactset.cr.yaml": SET,
  },
  "a release of kubean": {
    "v0.37.0/amd64/files-amd64-v0.37.0.tar.gz": filesArchive("amd64"),
    "v0.37.0/amd64/files-amd64.list": encode("https://dl.k8s.io/v1/amd64/kubelet"),
    "v0.37.0/amd64/images-amd64-v0.37.0.tar.gz": encode("images"),
    "v0.37.0/arm64/files-arm64-v0.37.0.tar.gz": filesArchive("arm64"),
    "v0.37.0/localartifactset.cr.yaml": SET,
  },
  "a release of kubean as downloaded": {
    "dl/files-amd64-v0.37.0.tar.gz": filesArchive("amd64"),
    "dl/files-arm64-v0.37.0.tar.gz": filesArchive("arm64"),
    "dl/localartifactset.cr.yaml": SET,
    "dl/sha256sum.txt": encode(
      ["amd64", "arm64"].map((arch) =>
        `${sha256(filesArchive(arch))}  files-${arch}-v0.37.0.tar.gz\n`
      ).join(""),
    ),
  },
  "DCE of two architectures": {
    "dce/dce-amd64/offline/kubespray-binary/offline-files.tar.gz": files("amd64"),
    "dce/dce-arm64/offline/kubespray-binary/offline-files.tar.gz": files("arm64"),
    "dce/dce-arm64/localartifactset.cr.yaml": SET,
  },
};

async function inFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    return await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function write(folder: string, tree: Readonly<Record<string, Uint8Array>>): Promise<void> {
  for (const [name, bytes] of Object.entries(tree)) {
    const path = `${folder}/${name}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeFile(path, bytes);
  }
}

/** Keys, warnings and commands of all packages at a location. */
async function found(location: string, input?: Uint8Array) {
  const stdin = () => ReadableStream.from(input === undefined ? [] : [input]);
  const packages = await findPackages([location], { stdin });
  const keys: string[] = [];
  const warnings: string[] = [];
  for (const one of packages) {
    const seen = await readPackage(one);
    keys.push(...Object.keys(seen.files));
    warnings.push(...seen.warnings.map(({ code }) => code));
  }
  return {
    keys: keys.sort(),
    warnings,
    commands: packages.flatMap((one) => one.nextCommands?.() ?? []),
  };
}

for (const [what, tree] of Object.entries(RELEASES)) {
  const [top = ""] = Object.keys(tree)[0]?.split("/") ?? [];
  const set = Object.keys(tree).find((name) => name.endsWith(".cr.yaml"));
  const members = Object.entries(tree).map(([name, body]) => ({ name, body }));

  Deno.test(`a release in a folder: ${what}`, async () => {
    await inFolder(async (folder) => {
      await write(folder, tree);
      deepEqual(await found(`${folder}/${top}`), {
        keys: KEYS,
        warnings: [],
        commands: [`kubectl apply -f ${folder}/${set}`],
      });
    });
  });

  Deno.test(`a release in an archive: ${what}`, async () => {
    await inFolder(async (folder) => {
      const tar = tarArchive(...members);
      await write(folder, { "x.tar": tar, "x.tgz": new Uint8Array(gzipSync(tar)) });
      for (const name of ["x.tar", "x.tgz"]) {
        deepEqual(await found(`${folder}/${name}`), {
          keys: KEYS,
          warnings: [],
          commands: [`tar -xOf ${folder}/${name} ${set} | kubectl apply -f -`],
        });
      }
      const { keys, commands } = await found("-", tar);
      deepEqual([keys, commands], [KEYS, [
        `kubectl apply -f localartifactset.cr.yaml   # "${set}" in the package`,
      ]]);
    });
  });
}

Deno.test("a tree with a package in it: never published as a file without a word", async () => {
  await inFolder(async (folder) => {
    await write(folder, {
      "dl.k8s.io/kubelet": encode("kubelet"),
      "backup/offline-files.tar.gz": files("amd64"),
      "github.com/kubean-io/kubean/files-amd64-v0.37.0.tar.gz": filesArchive("amd64"),
    });
    const { keys, warnings } = await found(folder);
    equal(keys.length, 3);
    deepEqual(warnings, ["package-as-file"]);
  });
});

Deno.test("images alone are published as files with a word", async () => {
  await inFolder(async (folder) => {
    await write(folder, { "images/offline-images.tar.gz": encode("images") });
    deepEqual((await found(folder)).warnings, ["package-as-file"]);
  });
});

Deno.test("what an archive in a release is, by its name and folder", () => {
  for (
    const [name, what] of [
      ["offline-files.tar.gz", "package"],
      ["./data/airgap_patch/amd64/files/offline-files.tar.gz", "package"],
      ["os-pkgs/os-pkgs-amd64.tar.gz", "package"],
      ["os-pkgs/os-pkgs-.tar.gz", "package"],
      ["os-pkgs-centos7-v0.37.0.tar.gz", "release"],
      ["v1/files-arm64-v0.37.0.tar.gz", "release"],
      ["files-of-mine.tar.gz", undefined],
      ["offline-files/x/offline-files.tar.gz", undefined],
      ["a/github.com/x/offline-files.tar.gz", undefined],
      ["resources/component-tools.tar.gz", undefined],
    ] as const
  ) equal(roleOf({ name, size: 1 }), what, name);
  equal(isPackageAsFile("x/offline-files.tar.gz"), true);
  equal(isPackageAsFile("github.com/x/offline-files.tar.gz"), false);
});

Deno.test("the working directory is not searched below its own level", async () => {
  await inFolder(async (folder) => {
    await write(folder, { "a/b/offline-files.tar.gz": files("amd64") });
    const before = Deno.cwd();
    Deno.chdir(folder);
    try {
      deepEqual(await packagesHere(undefined), []);
    } finally {
      Deno.chdir(before);
    }
  });
});
