import assert from "node:assert/strict";
import { digests, makeRelease } from "../support/e2e/packages.ts";
import { binimport } from "../support/e2e/run.ts";
import { digestsBelow, digestsServed, fingerprint, makeRoot } from "../support/e2e/targets.ts";
import { startNginx } from "../support/nginx_server.ts";
import { testWithTools } from "../support/require.ts";

const NEEDED = ["tar", "nginx"];

testWithTools("e2e: a release into the folder that nginx serves", NEEDED, async () => {
  await using release = await makeRelease();
  await using root = await makeRoot();
  await using nginx = await startNginx(root.path);
  const expected = digests(release.files);
  const packages = [release.offlineFiles, release.componentTools];
  const target = ["--adapter", "nginx-fs", "--root", root.path, "--url", nginx.url];

  /** The record may learn more of a file: one written in this very second cannot be told yet. */
  const files = async () =>
    (await fingerprint(root.path)).filter((line) => !line.startsWith(".binimport/"));

  const imported = await binimport(["import", ...packages, ...target]);
  assert.equal(imported.status, 0, imported.stderr);
  assert.match(
    imported.stdout,
    /^Imported 46 files, 9\.1 MB in .*\n.*: 46 written, 0 unchanged$/m,
  );
  const asked = (await nginx.requests()).filter((line) => !line.includes("probe-"));
  assert.deepEqual(
    asked.sort(),
    Object.keys(expected).map((key) => `GET /${key} 200 -`).sort(),
    "every body was fetched, by nobody in particular: they are less than 64 MiB",
  );

  assert.deepEqual(await digestsBelow(root.path), expected);
  assert.deepEqual(await digestsServed(nginx.url, release.files.keys()), expected);

  const before = await files();
  const again = await binimport(["import", ...packages, ...target, "--verify", "url"]);
  assert.equal(again.status, 0, again.stderr);
  assert.match(again.stdout, /: 0 written, 46 unchanged$/m);
  assert.deepEqual(await files(), before);
  const bodies = (await nginx.requests()).filter((line) => line.startsWith("GET "));
  assert(new Set(bodies).size >= 46, "every body was fetched");
});

testWithTools("e2e: verify tells what was changed, removed and added", NEEDED, async () => {
  await using release = await makeRelease();
  await using root = await makeRoot();
  await using nginx = await startNginx(root.path);
  const target = ["--adapter", "nginx-fs", "--root", root.path, "--url", nginx.url];
  const imported = await binimport(["import", release.componentTools, ...target]);
  assert.equal(imported.status, 0, imported.stderr);
  await flipFirstByte(`${root.path}/tools/bin/tool-1.sh`);
  await Deno.remove(`${root.path}/tools/bin/tool-2.sh`);
  await Deno.writeTextFile(`${root.path}/mine.txt`, "of somebody else");

  for (const how of [[], ["--verify", "target"], [release.componentTools]]) {
    const verified = await binimport(["verify", ...how, ...target, "--json"]);
    assert.equal(verified.status, 5, verified.stderr);
    const wrong = verified.events()
      .filter(({ event, state }) => event === "file" && state !== "ok")
      .map(({ key, state }) => `${key} ${state}`);
    assert.deepEqual(wrong.sort(), [
      "mine.txt extra",
      "tools/bin/tool-1.sh different",
      "tools/bin/tool-2.sh missing",
    ]);
  }

  const mended = await binimport(["import", release.componentTools, ...target]);
  assert.equal(mended.status, 0, mended.stderr);
  assert.match(mended.stdout, /: 2 written, 38 unchanged$/m);
  assert.equal((await binimport(["verify", ...target])).status, 0);
});

testWithTools("e2e: what nginx refuses to serve is no success", NEEDED, async () => {
  await using release = await makeRelease();
  await using root = await makeRoot();
  await using nginx = await startNginx(root.path, {
    directives: "location /tools/bin/tool-3 { deny all; }",
  });
  const target = ["--adapter", "nginx-fs", "--root", root.path, "--url", nginx.url];
  const refused = await binimport(["import", release.componentTools, ...target]);
  assert.equal(refused.status, 4);
  assert.match(refused.stderr, /11 of 40 files .*tool-3\S* answers 403\n {2}Nodes would fail/);
  assert.equal(refused.stdout, "");
});

testWithTools("e2e: a web root that nginx may not read is no success", NEEDED, async () => {
  await using release = await makeRelease();
  await using root = await makeRoot();
  await using nginx = await startNginx(`${root.path}/html`);
  await Deno.mkdir(`${root.path}/html`, { mode: 0o700 });
  const target = ["--adapter", "nginx-fs", "--root", `${root.path}/html`, "--url", nginx.url];
  const refused = await binimport(["import", release.componentTools, ...target]);
  if (Deno.uid() === 0) {
    assert.equal(refused.status, 4);
    assert.match(refused.stderr, / answers 403\n/);
    assert.deepEqual(await digestsBelow(`${root.path}/html`), {}, "nothing was sent in vain");
  } else assert.equal(refused.status, 0, refused.stderr); // nginx runs as the folder's owner
});

testWithTools("e2e: a URL that leads elsewhere is no success", NEEDED, async () => {
  await using release = await makeRelease();
  await using root = await makeRoot();
  await using nginx = await startNginx("/nonexistent");
  const target = ["--adapter", "nginx-fs", "--root", root.path, "--url", nginx.url];
  const refused = await binimport(["import", release.componentTools, ...target]);
  assert.equal(refused.status, 4);
  assert.match(refused.stderr, / answers 404\n/);
  assert.deepEqual(await digestsBelow(root.path), {}, "nothing was sent in vain");
});

async function flipFirstByte(path: string): Promise<void> {
  const bytes = await Deno.readFile(path);
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  await Deno.writeFile(path, bytes);
}
