import assert from "node:assert/strict";
import { mirrorLines } from "../../core/expected/mirror.ts";
import { LOOKS, openPage, overflow } from "../support/browser.ts";
import { testWithTools } from "../support/require.ts";
import { ask, startSite } from "../support/serve/site.ts";
import { sha256 } from "../support/tar_model.ts";

const KUBELET = "dl.k8s.io/release/v1.32.4/bin/linux/amd64/kubelet";
const HOSTILE = [
  `github.com/"><img src=x onerror=alert(1)>`,
  "github.com/<script>alert(1)<",
  "github.com/' onclick='alert(1)",
  "github.com/javascript:alert(1)",
  "github.com/\u202egpj.exe",
];
const FILES = Object.fromEntries([KUBELET, "get.helm.sh/helm.tar.gz", ...HOSTILE].map(
  (key) => [key, `of ${key}`],
));

/** A digest of what is in a file of {@linkcode FILES}. */
const digest = (key: string) => sha256(new TextEncoder().encode(FILES[key]));

function mirror(origin: string): string {
  return origin.replace("127.0.0.1", "mirror.example");
}

testWithTools("index: a page that needs no script and no other host", ["chromium"], async () => {
  await using site = await startSite(FILES);
  await using browser = await openPage({ javaScriptEnabled: false });
  const { page, requests } = browser;
  await page.goto(`${mirror(site.origin)}/`);
  const rows = page.getByRole("table", { name: "Files" }).getByRole("row");
  assert.equal(await rows.count(), 1 + Object.keys(FILES).length);
  await page.getByRole("searchbox", { name: "Search files" }).fill("KUBELET");
  await page.getByRole("button", { name: "Search" }).click();
  assert.equal(await rows.count(), 2);
  const row = await rows.nth(1).innerText();
  assert.match(
    row,
    new RegExp(`kubelet\\s+\\d+ B\\s+20\\d\\d-.*\\s+${digest(KUBELET)}\\s+✓ verified`),
  );
  assert.match(
    await page.locator("section").first().innerText(),
    /files_repo: "http:\/\/mirror\.example:\d+"/,
  );
  assert.equal(await page.getByRole("button", { name: /^Copy/ }).count(), 0, "they need scripts");
  const downloaded = page.waitForEvent("download");
  await rows.nth(1).getByRole("link").click();
  assert.equal(await Deno.readTextFile(await (await downloaded).path()), `of ${KUBELET}`);
  for (const url of requests) {
    assert(url.startsWith(mirror(site.origin)) || url.startsWith("data:"));
  }
});

testWithTools(
  "index: search while one types, and copy, also over plain HTTP",
  ["chromium"],
  async () => {
    await using site = await startSite(FILES);
    await using browser = await openPage();
    const { page, complaints } = browser;
    await page.goto(`${mirror(site.origin)}/`);
    assert.equal(await page.evaluate("isSecureContext"), false);
    await page.keyboard.press("/");
    await page.keyboard.type("helm");
    const found = page.locator("#found");
    await found.filter({ hasText: "found for “helm”" }).waitFor();
    assert.match(await found.innerText(), /^1 file,/);
    assert.match(page.url(), /\?q=helm$/);
    await page.getByRole("button", { name: "Copy the SHA-256 of get.helm.sh/helm.tar.gz" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("status").filter({ hasText: "Copied" }).waitFor();
    await page.getByRole("searchbox").fill("");
    await page.keyboard.press("Control+V");
    assert.equal(await page.getByRole("searchbox").inputValue(), digest("get.helm.sh/helm.tar.gz"));
    await page.getByRole("button", { name: "Copy the kubespray variables" }).click();
    await page.getByRole("searchbox").fill("");
    await page.keyboard.press("Control+V");
    assert.equal(
      await page.getByRole("searchbox").inputValue(),
      mirrorLines(mirror(site.origin)).join(" "), // an input has one line
    );
    assert.deepEqual(complaints, []);
  },
);

Deno.test("index: in the reader's language, and what was searched for first", async () => {
  await using site = await startSite(FILES);
  const page = async (path: string, accept: string) =>
    await (await fetch(site.origin + path, { headers: { "accept-language": accept } })).text();
  assert.match(await page("/", "zh-CN,zh;q=0.9,en;q=0.8"), /<html lang="zh">[^]*使用方法[^]*大小/);
  const english = await page("/", "fr");
  assert.match(english, /<html lang="en">[^]*<main class="">/);
  assert.match(english, /Use it/);
  assert.match(await page("/?q=helm", "en"), /<main class="searching">/);
});

testWithTools("index: no name of a file gets to do anything", ["chromium"], async () => {
  await using site = await startSite(FILES);
  await using browser = await openPage();
  const { page, complaints } = browser;
  page.on("dialog", () => assert.fail("a script ran"));
  await page.goto(`${site.origin}/github.com/`);
  assert.equal(await page.locator("img, [onclick], [onerror]").count(), 0);
  for (const key of HOSTILE) {
    const name = key.slice("github.com/".length).replace("\u202e", "\ufffd");
    const link = page.getByRole("link", { name, exact: true });
    const address = await link.getAttribute("href") ?? "";
    assert.equal(await (await fetch(new URL(address, site.origin))).text(), FILES[key]);
  }
  const { headers } = await ask(site.origin, "/");
  assert.match(
    headers.get("content-security-policy") ?? "",
    /^default-src 'none'; style-src 'sha256-/,
  );
  assert.deepEqual(complaints, []);
});

testWithTools("index: what is wrong is said first", ["chromium"], async () => {
  await using site = await startSite(FILES);
  await Deno.remove(`${site.root.path}/${KUBELET}`);
  await Deno.writeTextFile(
    `${site.root.path}/get.helm.sh/helm.tar.gz`,
    "of get.helm.sh/helm.tar.gZ",
  );
  await Deno.writeTextFile(`${site.root.path}/more`, "more");
  await using browser = await openPage();
  const { page } = browser;
  await page.goto(`${site.origin}/`);
  const state = page.locator("#state");
  // What was touched is read again in the background; the page keeps itself up to date.
  await state.filter({ hasText: "1 differs" }).waitFor();
  assert.match(await state.innerText(), /1 missing/);
  assert.match(await page.getByRole("row", { name: /^more/ }).innerText(), /not imported/);
  await page.getByRole("link", { name: "Show what is wrong" }).click();
  const rows = page.getByRole("table", { name: "Files" }).getByRole("row");
  assert.deepEqual(await rows.getByRole("link").allInnerTexts(), ["get.helm.sh/helm.tar.gz"]);
  assert.equal(await rows.count(), 3);
});

testWithTools(
  "index: fits a phone and a desk, light and dark, and is read aloud",
  ["chromium"],
  async (t) => {
    await using site = await startSite(FILES);
    for (const { name, options } of LOOKS) {
      await t.step(name, async () => {
        await using browser = await openPage(options);
        const { page, complaints } = browser;
        await page.goto(`${site.origin}/`);
        assert.equal(await overflow(page), 0);
        assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1);
        const table = page.getByRole("table", { name: "Files" });
        assert.equal(await table.getByRole("columnheader").count(), 6);
        await page.keyboard.press("Tab");
        assert.equal(
          await page.evaluate("document.activeElement.textContent"),
          "Skip to the files",
        );
        assert.deepEqual(complaints, []);
      });
    }
  },
);

Deno.test("index: 5,000 files, page by page", async () => {
  const many = Object.fromEntries(
    Array.from({ length: 5000 }, (_, i) => [`host${i % 50}.example/${i}.tgz`, String(i)]),
  );
  await using site = await startSite(many);
  const seen = new Set<string>();
  let next: string | undefined = "/";
  while (next !== undefined) {
    const { body } = await ask(site.origin, next);
    for (const [, path = ""] of body.matchAll(/class="path mono"><a href="\/([^"]+)"/g)) {
      seen.add(path);
    }
    next = /<a href="([^"]+)">Next/.exec(body)?.[1]?.replaceAll("&amp;", "&");
  }
  assert.deepEqual([...seen].sort(), Object.keys(many).sort());
  const { body } = await ask(site.origin, "/host7.example/?q=1007.TGZ");
  assert.match(body, /id="found"><span>1 file,/);
});

Deno.test("index: thousands of files, whose manifest is read line by line", async () => {
  const long = "x".repeat(200);
  const files = Object.fromEntries(
    Array.from({ length: 3000 }, (_, i) => [`host-${i % 3}/${long}-${i}`, `${i}`]),
  );
  await using site = await startSite(files);
  const manifest = await Deno.stat(`${site.root.path}/.binimport/manifest.json`);
  assert(manifest.size > 1024 * 1024, `${manifest.size} bytes are read at once`);
  const text = async (path: string) => (await ask(site.origin, path)).body;
  const page = await text("/");
  assert.match(page, /<b>3,000<\/b> files|3,000 files/);
  assert.match(page, /all 3,000 verified/);
  for (const host of [0, 1, 2]) assert(page.includes(`host-${host} <small>1000</small>`));
  assert.match(await text("/host-1/"), /1,000 files/);
  assert.match(await text("/?q=-2999"), /1 file, /);
  assert.match(await text("/?show=problems"), /0 files/);
});
