import { deepEqual, equal, ok } from "node:assert/strict";
import { basename } from "node:path";
import { readConfigFile, replaceFile } from "../../cluster_config/file.ts";
import { failsWith } from "../support/fails_with.ts";

const SAMPLE = "apiVersion: provision.daocloud.io/v1alpha4\nkind: ClusterConfig\nspec: {}\n";

async function withFolder(run: (folder: string, path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    const path = `${folder}/clusterConfig.yaml`;
    await Deno.writeTextFile(path, SAMPLE, { mode: 0o640 });
    await run(folder, path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

function mode(path: string): number {
  return (Deno.statSync(path).mode ?? 0) & 0o7777;
}

Deno.test("the new text and a backup of the old one, and nothing else", async () => {
  await withFolder(async (folder, path) => {
    for (const bits of [0o600, 0o644, 0o444, 0o666]) {
      await Deno.writeTextFile(path, SAMPLE);
      Deno.chmodSync(path, bits);
      const { backup } = replaceFile(await readConfigFile(path), "new: text\n");
      deepEqual(names(folder), [basename(path), basename(backup)]);
      equal(Deno.readTextFileSync(path), "new: text\n");
      equal(Deno.readTextFileSync(backup), SAMPLE);
      deepEqual([mode(path), mode(backup)], [bits, bits]);
      Deno.chmodSync(path, 0o600);
      Deno.removeSync(backup);
    }
  });
});

Deno.test("one backup of the same bytes is enough", async () => {
  await withFolder(async (folder, path) => {
    for (let round = 0; round < 2; round++) {
      equal(replaceFile(await readConfigFile(path), "new\n").backup, `${path}.bak`);
      await Deno.writeTextFile(path, SAMPLE);
    }
    Deno.chmodSync(`${path}.bak`, 0o644); // more open than the file may be
    equal(replaceFile(await readConfigFile(path), "new\n").backup, `${path}.bak1`);
    equal(names(folder).length, 3);
  });
});

Deno.test("backups that are there already stay", async () => {
  await withFolder(async (folder, path) => {
    Deno.writeTextFileSync(`${path}.bak`, "somebody's");
    replaceFile(await readConfigFile(path), "1\n");
    replaceFile(await readConfigFile(path), "2\n");
    const contents = names(folder).map((name) => Deno.readTextFileSync(`${folder}/${name}`));
    deepEqual(contents, ["2\n", "somebody's", SAMPLE, "1\n"]);
  });
});

Deno.test("behind a symbolic link, the file that it leads to is written", async () => {
  await withFolder(async (folder, path) => {
    Deno.mkdirSync(`${folder}/links`);
    Deno.symlinkSync("../clusterConfig.yaml", `${folder}/links/link.yaml`);
    const { backup } = replaceFile(await readConfigFile(`${folder}/links/link.yaml`), "new\n");
    equal(backup, `${path}.bak`);
    ok(Deno.lstatSync(`${folder}/links/link.yaml`).isSymlink);
    equal(Deno.readTextFileSync(path), "new\n");
    deepEqual(names(`${folder}/links`), ["link.yaml"]);
  });
});

Deno.test("a file that somebody has changed since is not written", async () => {
  await withFolder(async (folder, path) => {
    const file = await readConfigFile(path);
    Deno.writeTextFileSync(path, "theirs\n");
    await failsWith("target", /somebody else changes it/, async () => {
      await Promise.resolve();
      replaceFile(file, "ours\n");
    });
    equal(Deno.readTextFileSync(path), "theirs\n");
    deepEqual(names(folder), [basename(path)]);
  });
});

Deno.test({
  name: "the owner is kept, by those who may",
  ignore: Deno.uid() !== 0,
  fn: async () => {
    await withFolder(async (_, path) => {
      Deno.chownSync(path, 12, 34);
      const { backup } = replaceFile(await readConfigFile(path), "new\n");
      for (const one of [path, backup]) {
        const { uid, gid } = Deno.statSync(one);
        deepEqual([uid, gid, mode(one)], [12, 34, 0o640]);
      }
    });
  },
});
