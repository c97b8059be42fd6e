import assert from "node:assert/strict";
import { testWithTools } from "../support/require.ts";
import { run } from "../support/run.ts";
import { ask, startSite, type TestSite } from "../support/serve/site.ts";
import { sha256 } from "../support/tar_model.ts";
import { text } from "../support/web_root.ts";

const KUBELET = "dl.k8s.io/release/v1.32.4/bin/linux/amd64/kubelet";
const TEXT = "0123456789";
const ETAG = `"${sha256(new TextEncoder().encode(TEXT))}"`;

function get(site: TestSite, headers: Readonly<Record<string, string>> = {}, method = "GET") {
  return ask(site.origin, `/${KUBELET}`, headers, method);
}

Deno.test("serve: a whole file, with its SHA-256 as ETag, and only its head", async () => {
  await using site = await startSite({ [KUBELET]: TEXT, "get.helm.sh/helm.tar.gz": "x" });
  const whole = await get(site);
  assert.equal(whole.status, 200);
  assert.equal(whole.body, TEXT);
  assert.equal(whole.headers.get("etag"), ETAG);
  assert.equal(whole.headers.get("content-type"), "application/octet-stream");
  assert.equal(whole.headers.get("accept-ranges"), "bytes");
  assert.equal(whole.headers.get("content-encoding"), null);
  const head = await get(site, { "accept-encoding": "gzip" }, "HEAD");
  assert.equal(head.body, "");
  const [of, is] = [whole, head].map(({ status, headers }) => {
    headers.delete("date");
    return [status, ...headers];
  });
  assert.deepEqual(is, of);
  const archive = await ask(site.origin, "/get.helm.sh/helm.tar.gz", {}, "HEAD");
  assert.equal(archive.headers.get("content-type"), "application/gzip");
});

const PARTS = [
  ["bytes=0-3", 206, "0123", "bytes 0-3/10"],
  ["bytes=7-", 206, "789", "bytes 7-9/10"],
  ["bytes=-2", 206, "89", "bytes 8-9/10"],
  ["bytes=5-500", 206, "56789", "bytes 5-9/10"],
  ["bytes=0-2, 3-4", 206, "01234", "bytes 0-4/10"],
  ["bytes=0-4,2-6", 206, "0123456", "bytes 0-6/10"],
  ["bytes=0-1,8-9", 200, TEXT, null],
  ["bytes=3-1", 200, TEXT, null],
  ["bytes=a-b", 200, TEXT, null],
  ["lines=0-3", 200, TEXT, null],
  ["bytes=10-", 416, "", "bytes */10"],
  ["bytes=-0", 416, "", "bytes */10"],
] as const;

Deno.test("serve: parts of a file", async (t) => {
  await using site = await startSite({ [KUBELET]: TEXT });
  for (const [range, status, body, contentRange] of PARTS) {
    await t.step(range, async () => {
      const answer = await get(site, { range });
      assert.equal(answer.status, status);
      assert.equal(answer.body, body);
      assert.equal(answer.headers.get("content-range"), contentRange);
      assert.equal(answer.headers.get("content-length"), String(body.length));
    });
  }
  await t.step("HEAD knows no parts", async () => {
    assert.equal((await get(site, { range: "bytes=0-3" }, "HEAD")).status, 200);
  });
});

Deno.test("serve: conditions", async (t) => {
  await using site = await startSite({ [KUBELET]: TEXT });
  const modified = (await get(site)).headers.get("last-modified") ?? "";
  const before = new Date(Date.parse(modified) - 1000).toUTCString();
  const cases: [Record<string, string>, number][] = [
    [{ "if-none-match": ETAG }, 304],
    [{ "if-none-match": `"other", W/${ETAG}` }, 304],
    [{ "if-none-match": "*" }, 304],
    [{ "if-none-match": `"other"` }, 200],
    [{ "if-none-match": `"other"`, "if-modified-since": modified }, 200],
    [{ "if-modified-since": modified }, 304],
    [{ "if-modified-since": before }, 200],
    [{ "if-modified-since": "yesterday" }, 200],
    [{ "if-modified-since": "2999-01-01" }, 200],
    [{ "if-modified-since": modified.replace("GMT", "+0800") }, 200],
    [{ "if-unmodified-since": "1970-01-01" }, 200],
    [{ "if-match": ETAG }, 200],
    [{ "if-match": `W/${ETAG}` }, 412],
    [{ "if-match": `"other"` }, 412],
    [{ "if-unmodified-since": before }, 412],
    [{ "if-unmodified-since": modified }, 200],
    [{ "if-range": ETAG, range: "bytes=0-1" }, 206],
    [{ "if-range": `"other"`, range: "bytes=0-1" }, 200],
    [{ "if-range": `W/${ETAG}`, range: "bytes=0-1" }, 200],
    [{ "if-range": modified, range: "bytes=0-1" }, 206],
    [{ "if-range": before, range: "bytes=0-1" }, 200],
    [{ "if-none-match": ETAG, range: "bytes=0-1" }, 304],
  ];
  for (const [headers, status] of cases) {
    await t.step(JSON.stringify(headers), async () => {
      const answer = await get(site, headers);
      assert.equal(answer.status, status);
      assert.equal(answer.headers.get("etag"), ETAG);
      if (status === 304 || status === 412) assert.equal(answer.body, "");
    });
  }
});

Deno.test("serve: an empty file", async () => {
  await using site = await startSite({ empty: "" });
  const whole = await ask(site.origin, "/empty");
  assert.equal(whole.status, 200);
  assert.equal(whole.headers.get("content-length"), "0");
  // As nginx answers, which was asked: what begins at the first byte is all of it.
  for (
    const [range, status] of [
      ["bytes=0-", 200],
      ["bytes=0-5", 200],
      ["bytes=-5", 200],
      ["bytes=5-6, 0-1", 200],
      ["bytes=5-", 416],
    ] as const
  ) assert.equal((await ask(site.origin, "/empty", { range })).status, status, range);
});

Deno.test("serve: the ETag follows the bytes, not the record", async () => {
  await using site = await startSite({ [KUBELET]: TEXT });
  await Deno.writeTextFile(`${site.root.path}/${KUBELET}`, "abcdefghij");
  const now = (await get(site)).headers.get("etag");
  assert.notEqual(now, ETAG);
  await new Promise((resolve) => setTimeout(resolve, 1100));
  let etag = (await get(site)).headers.get("etag"); // asking has it read
  while (etag !== `"${sha256(new TextEncoder().encode("abcdefghij"))}"`) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    etag = (await get(site)).headers.get("etag");
    assert.notEqual(etag, ETAG);
  }
});

Deno.test("serve: an answer under way is of one file, also when another one takes its name", async () => {
  const old = "a".repeat(8_000_000);
  await using site = await startSite({ big: old });
  const answer = await fetch(`${site.origin}/big`);
  await using adapter = await site.root.prepared();
  await adapter.put("big", text("b".repeat(9_000_000)));
  assert.equal(await answer.text(), old);
  assert.equal((await (await fetch(`${site.origin}/big`)).text()).length, 9_000_000);
});

Deno.test("serve: a file cut short while it is sent breaks the connection", async () => {
  await using site = await startSite({ big: "a".repeat(8_000_000) });
  const answer = await fetch(`${site.origin}/big`);
  await Deno.truncate(`${site.root.path}/big`, 10);
  await assert.rejects(answer.text());
  const { broken, bytes } = site.log.at(-1) ?? {};
  assert.match(broken ?? "", /cut short/);
  assert((bytes ?? 0) < 8_000_000);
});

testWithTools("serve: curl resumes a download", ["curl"], async () => {
  const content = Array.from({ length: 200_000 }, (_, i) => `${i} `).join("");
  await using site = await startSite({ [KUBELET]: content });
  const file = `${site.root.outside}/kubelet`;
  await Deno.writeTextFile(file, content.slice(0, 300_000));
  await run("curl", ["-fsS", "-C", "-", "-o", file, `${site.origin}/${KUBELET}`]);
  assert.equal(await Deno.readTextFile(file), content);
  assert.equal(site.log.at(-1)?.status, 206);
  assert.equal(site.log.at(-1)?.bytes, content.length - 300_000);
});
