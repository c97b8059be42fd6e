import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { accessLine } from "../../serve/access_log.ts";
import { encodePath } from "../../serve/lookup.ts";
import { ask, startSite } from "../support/serve/site.ts";

const NAMES = [
  "a b & <i>\"'.txt",
  "ü/名前",
  "100%",
  "%2e%2e",
  "?q=x#y",
  "+plus+",
  "line\nbreak",
  "c:d",
];

Deno.test("serve: files of any name", async () => {
  await using site = await startSite(Object.fromEntries(NAMES.map((name) => [name, `of ${name}`])));
  for (const name of NAMES) {
    const answer = await ask(site.origin, `/${encodePath(name)}`);
    assert.equal(answer.status, 200, name);
    assert.equal(Buffer.from(answer.body).toString(), `of ${name}`);
  }
});

Deno.test("serve: nothing outside the folder, and nothing of our own but the manifest", async (t) => {
  await using site = await startSite({ "in/file": "inside", "index.html": "of a package" });
  const { path, outside } = site.root;
  await Deno.writeTextFile(`${outside}/secret`, "secret");
  await Deno.mkdir(`${outside}/html-beside`);
  await Deno.writeTextFile(`${outside}/html-beside/secret`, "secret");
  await Deno.writeTextFile(`${path}/.binimport/tmp/half`, "half");
  await Deno.symlink("../secret", `${path}/leaves`);
  await Deno.symlink("/", `${path}/all`);
  await Deno.symlink("../html-beside", `${path}/beside`);
  await Deno.symlink(".binimport", `${path}/ours`);
  await Deno.symlink("in/file", `${path}/stays`);
  await Deno.symlink("circle", `${path}/circle`);
  await new Deno.Command("mkfifo", { args: [`${path}/pipe`] }).output();
  const cases: [string, number][] = [
    ["/stays", 200],
    ["/in//file", 200],
    ["/in/./file", 200],
    ["/in%2ffile", 200],
    ["/.binimport/manifest.json", 200],
    ["/ours/manifest.json", 200],
    ["/../secret", 400],
    ["/in/../../secret", 400],
    ["/%2e%2e/secret", 400],
    ["/..%2fsecret", 400],
    ["/in%2f..%2f..%2fsecret", 400],
    ["/..\\secret", 400],
    ["/%5c..%5csecret", 400],
    ["/in/file%00.txt", 400],
    ["/%ff%fe", 400],
    ["/100%", 400],
    ["/%252e%252e/secret", 404],
    ["/leaves", 404],
    ["/all/etc/passwd", 404],
    ["/all/", 404],
    ["/beside/secret", 404],
    ["/circle", 404],
    ["/pipe", 404],
    ["/.binimport/", 404],
    ["/.binimport", 404],
    ["/.binimport/lock", 404],
    ["/.binimport/tmp/half", 404],
    ["/%2ebinimport/lock", 404],
    ["/ours/lock", 404],
    ["/ours/", 404],
    ["/in/file/", 404],
    ["/in/file/more", 404],
    ["/no/such/file", 404],
    [`/${"x".repeat(300)}`, 404],
    [`/${"x/".repeat(4000)}`, 404],
    ["/in", 301],
  ];
  for (const [asked, status] of cases) {
    await t.step(asked.slice(0, 60), async () => {
      const answer = await ask(site.origin, asked);
      assert.equal(answer.status, status);
      assert(!answer.body.includes("secret\n") && answer.body !== "secret");
    });
  }
  assert.deepEqual(site.warnings, []);
});

Deno.test("serve: a folder's address ends in a slash, and leads to no other host", async () => {
  await using site = await startSite({ "evil.example/a b/file": "x" });
  for (const asked of ["//evil.example/a%20b", "/evil.example//a%20b?q=1"]) {
    const { status, headers } = await ask(site.origin, asked);
    assert.equal(status, 301);
    assert.match(headers.get("location") ?? "", /^\/evil\.example\/a%20b\/(?:\?q=1)?$/);
  }
});

Deno.test("serve: only GET and HEAD", async () => {
  await using site = await startSite({ file: "x" });
  for (const method of ["PUT", "POST", "DELETE", "OPTIONS"]) {
    const { status, headers } = await ask(site.origin, "/file", { "content-length": "0" }, method);
    assert.equal(status, 405);
    assert.equal(headers.get("allow"), "GET, HEAD");
  }
});

Deno.test("serve: what a client sends cannot write into the log or the page", async () => {
  await using site = await startSite({ file: "x" });
  await ask(site.origin, `/file?"&[31m`, { "user-agent": `a"b\\c` });
  const line = accessLine(site.log.at(-1) ?? assert.fail());
  assert.match(line, /^127\.0\.0\.1 - - \[\S+\] "GET \/file\?[^"]*" 200 1 "-" "[^"]*" [\d.]+\n$/);
  const page = await ask(site.origin, "/", { host: `a"><script>alert(1)</script>` });
  assert.equal(page.status, 400);
  const raw = await ask(site.origin, `/file?\u009b31m`); // no URI (RFC 3986, 2)
  assert.equal(raw.status, 400);
  await ask(site.origin, "/file", { host: "evil/path" });
  assert.equal(site.log.at(-1)?.path, "/file");
});
