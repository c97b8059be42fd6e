/** What each of three servers that speak S3 makes of imports, killed ones, and two at once. */
import assert from "node:assert/strict";
import { binimport } from "../support/e2e/run.ts";
import { killAfter, mustImport, spread } from "../support/reliability/killed.ts";
import { makeReleases, PARTS } from "../support/reliability/releases.ts";
import { S3_PROGRAMS } from "../support/reliability/s3_servers.ts";
import { reliabilityTest, times } from "../support/reliability/trials.ts";

for (const { name, program, start } of S3_PROGRAMS) {
  reliabilityTest({
    fault: `imports, killed imports and two at once, into ${name}`,
    outcome: "what is there is right, verified by reading it back",
    needs: ["tar", program],
    file: import.meta.url,
  }, async (tried) => {
    await using releases = await makeReleases();
    await using server = await start();
    const { url, user, password } = server;
    const flags = ["--endpoint", url, "--username", user, "--anonymous-download", "keep", ...PARTS];
    const env = { BINIMPORT_PASSWORD: password };
    const command = (archive: string) => ({
      args: [archive, ...flags, "--verify", "off"],
      env,
    });
    await mustImport(command(releases.old.archive));
    for (const [round, moment] of spread(times(3, 20), 600).entries()) {
      const { archive } = round % 2 === 0 ? releases.young : releases.old;
      await killAfter(command(archive), moment);
      await mustImport(command(archive));
      const verified = await binimport(["verify", archive, ...flags, "--verify", "target"], {
        env,
      });
      assert.equal(verified.status, 0, `${verified.stdout}${verified.stderr}`);
      tried();
    }
    const both = [releases.old.archive, releases.young.archive];
    await Promise.all(both.map((archive) => {
      const { args } = command(archive);
      return mustImport({ args: [...args, "--lock-wait", "2m"], env });
    }));
    tried(2);
  });
}
