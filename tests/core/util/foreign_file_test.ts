import assert from "node:assert/strict";
import { closeSync } from "node:fs";
import {
  openForeign,
  openForeignFile,
  readForeign,
  readForeignText,
  UnfitFile,
} from "../../../core/util/foreign_file.ts";
import { testWithTools } from "../../support/require.ts";

async function inFolder(work: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a regular file is read, also one whose length is not told", () =>
  inFolder((folder) => {
    Deno.writeTextFileSync(`${folder}/f`, "x".repeat(10_000));
    assert.equal(readForeign(`${folder}/f`, 10_000).length, 10_000);
    assert.throws(() => readForeign(`${folder}/f`, 9_999), /more than 9999 bytes/);
    assert.match(readForeignText("/proc/self/status", 1e6), /^Name:/);
    assert.throws(() => readForeign("/proc/kallsyms", 100), UnfitFile);
  }));

testWithTools(
  "a pipe, a device and a folder are told, and not waited for",
  ["mkfifo"],
  () =>
    inFolder(async (folder) => {
      await new Deno.Command("mkfifo", { args: [`${folder}/pipe`] }).output();
      for (
        const [path, state] of [[`${folder}/pipe`, /a pipe/], ["/dev/zero", /a device/], [
          folder,
          /a folder/,
        ]] as const
      ) assert.throws(() => openForeign(path), state);
    }),
);

Deno.test("a link is followed, refused, or followed as far as the folder goes", () =>
  inFolder((folder) => {
    Deno.mkdirSync(`${folder}/in`);
    Deno.writeTextFileSync(`${folder}/in/f`, "inside");
    Deno.writeTextFileSync(`${folder}/secret`, "outside");
    Deno.symlinkSync("f", `${folder}/in/near`);
    Deno.symlinkSync("../secret", `${folder}/in/far`);
    const inside = { inside: `${folder}/in` };
    assert.equal(readForeignText(`${folder}/in/far`, 100), "outside");
    assert.equal(readForeignText(`${folder}/in/near`, 100, inside), "inside");
    assert.throws(() => openForeign(`${folder}/in/far`, inside), /lies outside of/);
    assert.throws(() => openForeign(`${folder}/in/near`, { follow: false }), { code: "ELOOP" });
    closeSync(openForeign(`${folder}/in/f`, { follow: false, ...inside }));
    using file = openForeignFile(`${folder}/in/f`);
    assert.equal(file.statSync().size, 6);
  }));
