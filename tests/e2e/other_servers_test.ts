/** Apache httpd, lighttpd and Caddy: what they serve is proved. */
import assert from "node:assert/strict";
import { digests, makeRelease } from "../support/e2e/packages.ts";
import { binimport } from "../support/e2e/run.ts";
import { apacheSites, lighttpdSites, siteOf, siteStyles } from "../support/e2e/sites.ts";
import { digestsServed, makeRoot } from "../support/e2e/targets.ts";
import { apache, startSite } from "../support/http_servers.ts";
import { testWithTools } from "../support/require.ts";

for (const style of siteStyles) {
  const { kind } = style;
  const needed = ["tar", kind.program];

  testWithTools(`e2e: a release into the folder that ${kind.name} serves`, needed, async () => {
    await using release = await makeRelease();
    await using root = await makeRoot();
    await using server = await startSite(kind, siteOf(style, root.path));
    const packages = [release.offlineFiles, release.componentTools];
    const target = ["--root", root.path, "--url", server.url, "--no-progress"];
    const imported = await binimport(["import", ...packages, ...target, "--verify", "url"]);
    assert.equal(imported.status, 0, imported.stderr);
    assert.match(imported.stderr, /^Next:\n(?: {2}.*\n)+$/, "nothing else");
    assert.match(imported.stdout, /: 46 written, 0 unchanged$/m);
    const served = await digestsServed(server.url, release.files.keys());
    assert.deepEqual(served, digests(release.files));
    assert.notEqual((await look(server.url)).status, 200, "it lists nothing");
  });

  testWithTools(
    `e2e: the folder that ${kind.name} serves is found by its URL`,
    needed,
    async () => {
      await using release = await makeRelease();
      await using root = await makeRoot();
      await using server = await startSite(kind, siteOf(style, root.path));
      const found = await binimport(["locate", "--quiet", "--url", server.url]);
      assert.deepEqual([found.status, found.stdout], [0, `${root.path}\n`]);
      const imported = await binimport(["import", release.componentTools, "--url", server.url]);
      assert.equal(imported.status, 0, imported.stderr);
      assert.ok(imported.stdout.includes(`nginx-fs:${root.path}: `), imported.stdout);
    },
  );

  testWithTools(`e2e: what ${kind.name} may do without harm`, needed, async () => {
    await using release = await makeRelease();
    await using root = await makeRoot();
    await using server = await startSite(kind, siteOf(style, root.path, style.harmless));
    const target = ["--root", root.path, "--url", server.url, "--no-progress"];
    const imported = await binimport(["import", release.offlineFiles, ...target]);
    assert.equal(imported.status, 0, imported.stderr);
    const manifest = [...release.files.keys()].find((key) => key.startsWith("raw.")) ?? "";
    const encoding = (await look(`${server.url}${manifest}`)).headers.get("content-encoding");
    const expected = style === lighttpdSites ? null : "gzip"; // its mod_deflate is a package apart
    assert.equal(encoding, expected, "it compresses for those who ask");
    await Deno.writeTextFile(`${root.path}/.hidden`, "x");
    assert.equal((await look(`${server.url}.hidden`)).status, 403, "it hides leading dots");
  });

  testWithTools(`e2e: ${kind.name} serves the root below a path`, needed, async () => {
    await using release = await makeRelease();
    await using root = await makeRoot();
    await using other = await makeRoot();
    const site = siteOf(style, other.path, style.alias).replaceAll("ALIAS", root.path);
    await using server = await startSite(kind, site);
    const target = ["--root", root.path, "--url", `${server.url}kubean`];
    const imported = await binimport(["import", release.componentTools, ...target]);
    assert.equal(imported.status, 0, imported.stderr);
    const served = await fetch(`${server.url}kubean/tools/bin/tool-1.sh`);
    assert.deepEqual(await served.bytes(), release.files.get("tools/bin/tool-1.sh"));
  });
}

testWithTools("e2e: AddEncoding is found by the proof", ["tar", apache.program], async () => {
  await using release = await makeRelease();
  await using root = await makeRoot();
  const site = siteOf(apacheSites, root.path, "AddEncoding x-gzip .gz .tgz");
  await using server = await startSite(apache, site);
  const target = ["--root", root.path, "--url", server.url];
  const refused = await binimport(["import", release.offlineFiles, ...target]);
  assert.equal(refused.status, 4, refused.stderr);
  assert.match(refused.stderr, /1 of 6 files .*%2B1\.tar\.gz is sent with content-encoding x-gzip/);
});

/** An answer without its body. */
async function look(url: string): Promise<Response> {
  const answer = await fetch(url);
  await answer.body?.cancel();
  return answer;
}
