import { run } from "../run.ts";
import { testWithTools } from "../require.ts";

const UNITS = new URL("../../examples/systemd/", import.meta.url);

testWithTools("examples: systemd takes the units as they are", ["systemd-analyze"], async (t) => {
  for (const { name } of Deno.readDirSync(UNITS)) {
    await t.step(name, async () => {
      const folder = await Deno.makeTempDir({ prefix: "binimport-units-" });
      try {
        const unit = await Deno.readTextFile(new URL(name, UNITS));
        // The program need not be installed where this is tested.
        await Deno.writeTextFile(
          `${folder}/${name}`,
          unit.replaceAll("/usr/local/bin/binimport", "/bin/true"),
        );
        await run("systemd-analyze", ["verify", "--man=no", `${folder}/${name}`]);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    });
  }
});
