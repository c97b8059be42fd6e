/** One tree, packed by every program in every form, gives the same keys. */
import { deepEqual } from "node:assert/strict";
import { findPackages } from "../../../core/packages/find.ts";
import { testWithTools } from "../../support/require.ts";
import { run } from "../../support/run.ts";
import { readPackage } from "./reading.ts";

const FILES: Readonly<Record<string, string>> = {
  "dl.k8s.io/release/v1.32.4/bin/linux/amd64/kubelet": "kubelet",
  [`github.com/a/b/releases/download/${"long-".repeat(30)}/runc`]: "runc",
  "files.m.daocloud.io/get.helm.sh/helm-v3.tar.gz": "helm",
  "10.0.0.1:8080/ü/名前.txt": "names",
};
const PYTHON =
  "import sys,tarfile\nwith tarfile.open(sys.argv[1],'w:gz') as t:\n for n in sys.argv[2:]: t.add(n)";

/** Each packs `names` of the working directory into `archive`. */
const PACKERS: Readonly<Record<string, (archive: string, names: string[]) => string[]>> = {
  tar: (archive, names) => ["tar", "-czf", archive, ...names],
  bsdtar: (archive, names) => ["bsdtar", "-czf", archive, ...names],
  python3: (archive, names) => ["python3", "-c", PYTHON, archive, ...names],
  busybox: (archive, names) => ["busybox", "tar", "-czf", archive, ...names],
};

for (const [program, pack] of Object.entries(PACKERS)) {
  testWithTools(
    `a tree packed by ${program} in every form gives the same keys`,
    [program],
    async () => {
      const folder = await Deno.makeTempDir();
      try {
        const tree = `${folder}/in/offline-files`;
        for (const [name, content] of Object.entries(FILES)) {
          const path = `${tree}/${name}`;
          await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
          await Deno.writeTextFile(path, content);
        }
        const tops = [...Deno.readDirSync(tree)].map(({ name }) => name);
        const expected = Object.fromEntries(
          Object.entries(FILES).map((
            [name, content],
          ) => [name.replace("files.m.daocloud.io/", ""), content]),
        );
        const forms: readonly [cwd: string, names: string[]][] = [
          [`${folder}/in`, ["offline-files"]],
          [`${folder}/in`, ["./offline-files"]],
          [`${folder}/in`, ["."]],
          [tree, tops],
          [tree, tops.map((name) => `./${name}`)],
          [tree, ["."]],
          // The second time GNU tar and Python write hard links of files to themselves.
          [`${folder}/in`, ["offline-files", "offline-files"]],
          [`${folder}/in`, ["offline-files", "offline-files/dl.k8s.io"]],
        ];
        for (const [cwd, names] of forms) {
          const archive = `${folder}/x.tgz`;
          const [command = "", ...args] = pack(archive, names);
          await run(command, args, { cwd, env: { LC_ALL: "C.UTF-8" } });
          const stdin = () => ReadableStream.from([Deno.readFileSync(archive)]);
          for (const location of [archive, "-"]) {
            const [one] = await findPackages([location], { stdin });
            if (one === undefined) throw new Error("no package");
            const { files, warnings } = await readPackage(one);
            deepEqual([files, warnings], [expected, []], `${program} ${names} ${location}`);
          }
          await Deno.remove(archive);
        }
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  );
}
