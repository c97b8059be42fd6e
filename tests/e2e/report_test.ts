import assert from "node:assert/strict";
import { LOOKS, openPage, overflow } from "../support/browser.ts";
import { makeRelease } from "../support/e2e/packages.ts";
import { binimport } from "../support/e2e/run.ts";
import { digestsBelow, makeRoot } from "../support/e2e/targets.ts";
import { startMinio } from "../support/minio_server.ts";
import { startNginx } from "../support/nginx_server.ts";
import { tarGz } from "../support/packages.ts";
import { testWithTools } from "../support/require.ts";

testWithTools("e2e: a report tells what went where and how it is served", [
  "tar",
  "nginx",
  "chromium",
], async (t) => {
  await using release = await makeRelease();
  await using root = await makeRoot();
  await using nginx = await startNginx(root.path);
  const file = `${release.folder}/report.html`;
  const target = ["--root", root.path, "--url", nginx.url];
  const imported = await binimport(["import", release.offlineFiles, ...target, "--report", file]);
  assert.equal(imported.status, 0, imported.stderr);

  for (const { name, options } of LOOKS) {
    await t.step(`after an import: ${name}`, async () => {
      await using browser = await openPage(options);
      const { page, complaints, requests } = browser;
      await page.goto(`file://${file}`);
      assert.equal(await overflow(page), 0);
      const text = await page.locator("body").innerText();
      assert.match(text, /✓ passed/);
      assert.match(text, /6 written/);
      assert.match(text, new RegExp(`files_repo: "${nginx.url.slice(0, -1)}"`));
      const way = await page.locator(".way").innerText();
      assert.match(way, new RegExp(`${nginx.url}[^]*root ${root.path} [^]*files lie in nginx-fs:`));
      const widths = await page.locator(".way li").evaluateAll((items) =>
        items.map(({ clientWidth, parentElement }) =>
          (parentElement?.clientWidth ?? 0) - clientWidth
        )
      );
      assert(widths.every((spare) => spare <= 2), "it fills its width");
      assert.equal(
        await page.getByRole("row", { name: /^dl\.k8s\.io \S+ MB 2 files$/ }).count(),
        1,
      );
      assert.deepEqual(complaints, []);
      assert.deepEqual(requests.filter((url) => !url.startsWith("data:")), [`file://${file}`]);
    });
  }

  await t.step("after verifying what somebody changed", async () => {
    await Deno.remove(`${root.path}/get.helm.sh/empty`);
    const verified = await binimport(["verify", ...target, "--report", file]);
    assert.equal(verified.status, 5, verified.stderr);
    await using browser = await openPage();
    await browser.page.goto(`file://${file}`);
    const differ = browser.page.getByRole("table", { name: "Files that failed" });
    assert.match(await differ.innerText(), /get\.helm\.sh\/empty\s+✕ missing\s+.* answers 404/);
  });
});

testWithTools("e2e: no secret gets into a report", ["tar", "minio", "mc"], async () => {
  await using release = await makeRelease();
  await using minio = await startMinio();
  const args = ["--endpoint", minio.url, "--bucket", "kubean", "--adapter", "minio"];
  const env = { BINIMPORT_USERNAME: minio.user, BINIMPORT_PASSWORD: minio.password };
  const place = "--url=http://someone:wrong-password@10.0.1.1/?token=wrong-password";
  for (
    const [password, status, more] of [
      [minio.password, 0, []],
      ["wrong-password", 4, []],
      ["wrong-password", 2, [place]], // the page shows the command
    ] as const
  ) {
    const file = `${release.folder}/report.html`;
    const run = ["import", release.componentTools, ...args, ...more, "--report", file];
    const ended = await binimport(run, { env: { ...env, BINIMPORT_PASSWORD: password } });
    assert.equal(ended.status, status, ended.stderr);
    const page = await Deno.readTextFile(file);
    if (status !== 2) assert(page.includes(`${minio.url}/kubean`));
    for (const secret of [password, encodeURIComponent(password)]) {
      assert(!page.includes(secret));
    }
    assert.equal(page.includes("✓</span> passed"), status === 0);
    assert.equal(page.includes("Failed: nothing was imported"), status !== 0);
  }
});

testWithTools(
  "e2e: a report that cannot be written does not spoil the import",
  ["tar"],
  async () => {
    await using release = await makeRelease();
    await using root = await makeRoot();
    for (const file of [`${release.folder}/none/report.html`, release.folder]) {
      const args = ["import", release.componentTools, "--root", root.path, "--report", file];
      const ended = await binimport(args);
      assert.equal(ended.status, 0, ended.stderr);
      assert.match(ended.stderr, /^warning: Cannot write the report ".*": .*\n {2}.*--report/m);
      assert.equal(Object.keys(await digestsBelow(root.path)).length, 40);
    }
    const left = (await Array.fromAsync(Deno.readDir(release.folder))).map(({ name }) => name);
    assert.deepEqual(left.filter((name) => name.includes("part")), []);
  },
);

testWithTools("e2e: a run that failed has a report, too", ["tar"], async () => {
  await using release = await makeRelease();
  await using root = await makeRoot();
  const bytes = await Deno.readFile(release.offlineFiles);
  await Deno.writeFile(release.offlineFiles, bytes.subarray(0, bytes.length / 2));
  const file = `${release.folder}/report.html`;
  const args = ["import", release.offlineFiles, "--root", root.path, "--report", file];
  const ended = await binimport(args);
  assert.equal(ended.status, 3, ended.stderr);
  const page = await Deno.readTextFile(file);
  assert.match(page, /Failed: nothing was imported/);
  const [, message = ""] = /^error: (.*)$/m.exec(ended.stderr) ?? [];
  assert(page.includes(message.slice(0, 20)), message);
});

testWithTools("e2e: a report of 5,000 files takes a page of paper", ["chromium"], async () => {
  await using root = await makeRoot();
  const folder = await Deno.makeTempDir({ prefix: "binimport-report-" });
  try {
    const keys = Array.from({ length: 5000 }, (_, i) => `dl.k8s.io/release/v1.32.${i}/kubelet`);
    const files = Object.fromEntries(keys.map((key) => [key, key]));
    await Deno.writeFile(`${folder}/p.tar.gz`, tarGz(files));
    await Deno.writeTextFile(`${folder}/x.list`, [...keys, "dl.k8s.io/none/kubelet"].join("\n"));
    const file = `${folder}/report.html`;
    const args = ["--root", root.path, "--expect", `${folder}/x.list`, "--report", file];
    const ended = await binimport(["import", `${folder}/p.tar.gz`, ...args]);
    assert.equal(ended.status, 5, ended.stderr);
    await using browser = await openPage();
    await browser.page.goto(`file://${file}`);
    const pdf = new TextDecoder("latin1").decode(await browser.page.pdf({ format: "A4" }));
    assert.equal(pdf.match(/\/Type\s*\/Page\b/g)?.length, 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
