import { testWithTools } from "../support/require.ts";
import { run } from "../support/run.ts";

const UNITS = new URL("../../examples/systemd/", import.meta.url);

testWithTools("examples: systemd takes the units as they are", ["systemd-analyze"], async (t) => {
  const names = [...Deno.readDirSync(UNITS)].map(({ name }) => name);
  const folder = await Deno.makeTempDir({ prefix: "binimport-units-" });
  try {
    for (const name of names) {
      const unit = await Deno.readTextFile(new URL(name, UNITS));
      // The program need not be installed where this is tested.
      const own = unit.replaceAll("/usr/local/bin/binimport", "/bin/true");
      await Deno.writeTextFile(`${folder}/${name}`, own);
    }
    for (const name of names) {
      // A timer is looked at with the service that it starts.
      await t.step(name, async () => {
        await run("systemd-analyze", ["verify", "--man=no", `${folder}/${name}`], {
          env: { SYSTEMD_UNIT_PATH: `${folder}:` },
        });
      });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
