import assert from "node:assert/strict";
import { startCuttingProxy } from "../support/cutting_proxy.ts";
import { digests, makeRelease } from "../support/e2e/packages.ts";
import { binimport } from "../support/e2e/run.ts";
import { digestsBelow, makeRoot } from "../support/e2e/targets.ts";
import { startNginx } from "../support/nginx_server.ts";
import { testWithTools } from "../support/require.ts";
import { sha256 } from "../support/tar_model.ts";

const NEEDED = ["tar", "nginx"];

testWithTools("e2e: a package from a server whose connection breaks", NEEDED, async (t) => {
  await using release = await makeRelease();
  await using seed = await startNginx(release.folder);
  const port = Number(new URL(seed.url).port);
  const packages = (base: number) =>
    ["offline-files.tar.gz", "component-tools.tar.gz"].map((name) =>
      `http://127.0.0.1:${base}/${name}`
    );

  await t.step("it goes on where it was", async () => {
    await using root = await makeRoot();
    await using proxy = startCuttingProxy(port, {
      request: /^GET \/offline-files\.tar\.gz /,
      lose: "answer",
      times: 3,
      after: 2_000_000,
    });
    await seed.requests();
    const imported = await binimport(["import", ...packages(proxy.port), "--root", root.path]);
    assert.equal(imported.status, 0, imported.stderr);
    assert.deepEqual(await digestsBelow(root.path), digests(release.files));
    assert.equal(proxy.cuts(), 3);
    const statuses = (await seed.requests())
      .filter((line) => line.startsWith("GET /offline-files.tar.gz "))
      .map((line) => line.split(" ")[2]);
    assert.deepEqual(statuses, ["200", "206", "206", "206"]);
  });

  await t.step("not with another file", async () => {
    await using root = await makeRoot();
    await using proxy = startCuttingProxy(port, {
      request: /^GET \/offline-files\.tar\.gz /,
      lose: "answer",
      times: 1,
      after: 2_000_000,
      onCut: () => Deno.utimeSync(release.offlineFiles, 1, 1), // nginx makes its ETag of that
    });
    const refused = await binimport(["import", ...packages(proxy.port), "--root", root.path]);
    assert.equal(refused.status, 3, refused.stderr);
    assert.match(refused.stderr, /replaced by another one\n {2}Nothing of it was imported/);
    assert.deepEqual(await digestsBelow(root.path), {});
  });

  await t.step("its checksum file beside it counts", async () => {
    await using root = await makeRoot();
    const digest = sha256(await Deno.readFile(release.componentTools));
    const file = `${release.componentTools}.sha256sum.txt`;
    const args = ["import", packages(port)[1] ?? "", "--root", root.path];
    await Deno.writeTextFile(file, `${digest.replace(/^./, (c) => c === "0" ? "1" : "0")}  x\n`);
    const refused = await binimport(args);
    assert.equal(refused.status, 3);
    assert.match(refused.stderr, /its SHA-256 is [0-9a-f]{64}, but "http:.*\.sha256sum\.txt" says/);
    await Deno.writeTextFile(file, `${digest} *component-tools.tar.gz\n`);
    assert.equal((await binimport(args)).status, 0);
  });
});
