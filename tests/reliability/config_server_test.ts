/** `config set` is killed without warning, right before each system call that changes something. */
import assert from "node:assert/strict";
import { binimport, start } from "../support/e2e/run.ts";
import { reliabilityTest, times } from "../support/reliability/trials.ts";
import { spread } from "../support/reliability/killed.ts";
import { killing, mainThreadCalls, traced } from "../support/system_calls.ts";

const OLD = "apiVersion: provision.daocloud.io/v1alpha4\nkind: ClusterConfig\nspec:\n" +
  `  binaries:\n    type: builtin\n# ${"a comment ".repeat(2000)}\n`;

const NEW = OLD.replace(
  "type: builtin",
  "type: external\n    externalRepoEndpoint: https://10.0.1.1:9000\n" +
    "    externalRepoUsername: root\n    externalRepoPassword: hunter2",
);

/** What changes a file or a name, or makes it last. */
const CHANGES = ["write", "fchmod", "fchown", "fsync", "link", "linkat", "rename", "unlink"];

reliabilityTest({
  fault: "kill -9 right before a system call that changes something in config set",
  outcome:
    "the file and its backup are whole, old or new; the next run ends as ever and leaves nothing",
  needs: ["strace"],
  file: import.meta.url,
}, async (tried) => {
  const folder = await Deno.makeTempDir({ prefix: "binimport-config-" });
  try {
    const [file, trace] = [`${folder}/c.yaml`, `${folder}.trace`];
    const args = ["config", "set", file, "--endpoint", "https://10.0.1.1:9000"];
    const all = [...args, "--username", "root"];
    const env = { BINIMPORT_PASSWORD: "hunter2" };
    const texts = () =>
      Object.fromEntries(
        [...Deno.readDirSync(folder)].map(({ name }) => [
          name,
          Deno.readTextFileSync(`${folder}/${name}`),
        ]),
      );
    const begin = async () => {
      for (const { name } of Deno.readDirSync(folder)) Deno.removeSync(`${folder}/${name}`);
      await Deno.writeTextFile(file, OLD, { mode: 0o600 });
    };
    await begin();
    const under = traced({ trace, calls: CHANGES });
    assert.equal((await start(all, { env, under }).output()).code, 0);
    assert.deepEqual(texts(), { "c.yaml": NEW, "c.yaml.bak": OLD });
    const changes = mainThreadCalls(trace, CHANGES);
    await Deno.remove(trace);
    const points = spread(times(12, changes.length), changes.length - 1)
      .map((at) => changes[Math.round(at)] ?? assert.fail());
    let killed = 0;
    for (const point of points) {
      await begin();
      const { success } = await start(all, { env, under: killing(point) }).output();
      if (!success) killed++;
      const moment = `when it was killed before ${point.fullName} number ${point.nth}`;
      const { "c.yaml": text, "c.yaml.bak": backup = OLD } = texts();
      assert.ok(text === OLD || (text === NEW && "c.yaml.bak" in texts()), moment);
      assert.equal(backup, OLD, moment);
      const again = await binimport(all, { env });
      assert.equal(again.status, 0, again.stderr);
      const { "c.yaml.bak": kept = OLD, ...rest } = texts();
      assert.equal(kept, OLD, moment);
      assert.equal(rest["c.yaml"], NEW, moment);
      if (text === OLD) assert.deepEqual(rest, { "c.yaml": NEW }, moment);
      tried();
    }
    assert.ok(killed >= points.length / 2, `only ${killed} of ${points.length} were killed`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
