import { deepEqual, match, rejects } from "node:assert/strict";
import { treePackage } from "../../../core/packages/directory.ts";
import { failsWith } from "../../support/fails_with.ts";
import { memoryPackage } from "../../support/packages.ts";
import { paxHeader, tarArchive, type TarPart } from "../../support/tar_builder.ts";
import { readPackage } from "./reading.ts";

const KUBELET: TarPart = { name: "t/dl.k8s.io/kubelet", body: new Uint8Array([0x6b]) };

/** Keys that globs would leave out are those with `bad` in them. */
const wanted = (key: string) => !key.includes("bad");

const BAD: Readonly<Record<string, (TarPart | Uint8Array)[]>> = {
  "a link to an absolute path": [{ name: "t/bad", typeflag: "2", linkName: "/etc/passwd" }],
  "a hard link to an absolute path": [{ name: "t/bad", typeflag: "1", linkName: "/etc/passwd" }],
  "a link that climbs": [{ name: "t/bad", typeflag: "2", linkName: "../../etc" }],
  "a link to itself": [{ name: "t/bad", typeflag: "2", linkName: "bad" }],
  "a device": [{ name: "t/bad", typeflag: "3" }],
  "a pipe": [{ name: "t/bad", typeflag: "6" }],
  "a name that climbs": [{ name: "t/bad/../../x" }],
  "a name with a backslash": [{ name: "t/bad\\x" }],
  "a name that is not UTF-8": [{
    name: Uint8Array.from([..."t/bad"].map((c) => c.charCodeAt(0)).concat(0xff)),
  }],
  "a name with NUL": [paxHeader({ path: "t/bad\0" }), { name: "x" }],
  "a name of ours": [{ name: "t/.binimport/bad" }],
};

for (const [what, parts] of Object.entries(BAD)) {
  Deno.test(`what is left out is not judged: ${what}`, async () => {
    const one = memoryPackage(tarArchive(KUBELET, ...parts));
    await failsWith("package-hostile", /./, () => readPackage(one));
    deepEqual((await readPackage(one, { wanted })).files, { "dl.k8s.io/kubelet": "k" });
  });
}

Deno.test("globs that leave nothing of an archive or a folder are told", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/kubelet`, "k");
    const packages = [memoryPackage(tarArchive(KUBELET)), treePackage(folder)];
    for (const [at, one] of packages.entries()) {
      const { files, warnings: [warning, ...others] } = await readPackage(one, {
        wanted: () => false,
      });
      deepEqual([files, warning?.code, others], [{}, "nothing-wanted", []]);
      const key = ["dl.k8s.io/kubelet", "kubelet"][at];
      match(warning?.message ?? "", new RegExp(`^1 file of .* such as "${key}"$`));
      deepEqual((await readPackage(one, { wanted })).warnings, []);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("what is left out is not judged: in a folder", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/kubelet`, "k");
    await Deno.symlink("/etc", `${folder}/bad-folder`);
    await Deno.symlink("nowhere", `${folder}/bad-dangling`);
    await Deno.writeTextFile(`${folder}/bad\\x`, "");
    await new Deno.Command("mkfifo", { args: [`${folder}/bad-pipe`] }).output();
    await rejects(readPackage(treePackage(folder)), { name: "BinimportError" });
    deepEqual((await readPackage(treePackage(folder), { wanted })).files, { kubelet: "k" });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
