/** The adapter in examples/adapters/oci.ts, against a real registry. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { AdapterInput, StorageAdapter } from "../../core/storage/adapter.ts";
import { plainHost } from "../../core/storage/host.ts";
import { loadUnguarded } from "../../core/storage/plugins/load.ts";
import { conformance } from "../support/conformance.ts";
import { failsWith } from "../support/fails_with.ts";
import { type Registry, startRegistry, TOKEN_LIFETIME } from "../support/oci_registry.ts";
import { testWithTools } from "../support/require.ts";
import { text } from "../support/web_root.ts";
import { PASSWORD, USER } from "../support/webdav_servers.ts";

const FOLDER = fileURLToPath(new URL("../../examples/adapters/", import.meta.url));
const host = plainHost();
const signedIn = { username: USER, password: PASSWORD };

async function open(registry: Registry, input: AdapterInput = {}): Promise<StorageAdapter> {
  const factory = await loadUnguarded("oci.ts", FOLDER);
  const endpoint = `${registry.url}/library/files`;
  return await factory.open(factory.parse({ endpoint, ...input }, host), host);
}

async function prepared(registry: Registry, input?: AdapterInput): Promise<StorageAdapter> {
  const adapter = await open(registry, input);
  await adapter.prepare?.();
  return adapter;
}

const test = (name: string, run: (t: Deno.TestContext) => Promise<void>) =>
  testWithTools(`examples/adapters/oci.ts ${name}`, ["docker-registry", "openssl"], run);

test("conforms", async (t) => {
  await using registry = await startRegistry({ auth: "token" });
  const context = { open: () => open(registry, signedIn), secrets: [PASSWORD] };
  await conformance(t, context, [/of a part/, /^publicUrl/]);
});

for (const auth of ["basic", "token"] as const) {
  test(`signs in, and tells wrong credentials (${auth})`, async () => {
    await using registry = await startRegistry({ auth });
    await using adapter = await prepared(registry, signedIn);
    await adapter.put("a/b", text("kept"));
    assert.equal((await adapter.stat("a/b"))?.size, 4);
    const message =
      /^Cannot (store "config.json" in|sign in for) "127\.0\.0\.1:\d+\/library\/files": .* \(401\)$/;
    for (const input of [{}, { ...signedIn, password: "wrong" }]) {
      await failsWith("unauthorized", message, prepared(registry, input));
    }
  });
}

test("gets another token before the one it has ends", async () => {
  await using registry = await startRegistry({ auth: "token" });
  await using adapter = await prepared(registry, signedIn);
  await new Promise((resolve) => setTimeout(resolve, TOKEN_LIFETIME * 1000));
  await adapter.put("late", text("kept"));
  assert.equal((await adapter.stat("late"))?.size, 4);
});

test("tells where nothing can be removed", async () => {
  await using registry = await startRegistry({ deletes: false });
  await using adapter = await prepared(registry);
  await adapter.put("a", text("kept"));
  await failsWith("unsupported", /^Cannot remove "a" in ".*\(405\)$/, async () => {
    await adapter.remove?.("a");
  });
});

test("refuses bytes that were changed in the registry", async () => {
  await using registry = await startRegistry();
  await using adapter = await prepared(registry);
  const { sha256 = "" } = await adapter.put("a", text("kept"));
  const blobs = `${registry.folder}/data/docker/registry/v2/blobs/sha256`;
  await Deno.writeTextFile(`${blobs}/${sha256.slice(0, 2)}/${sha256}/data`, "lost");
  await failsWith("integrity", /^Cannot read "a": its bytes/, async () => {
    await new Response(await adapter.get("a")).bytes();
  });
});

test("leaves other people's tags alone", async () => {
  await using registry = await startRegistry();
  await using adapter = await prepared(registry);
  await adapter.put("a", text("kept"));
  const manifests = `${registry.url}/v2/library/files/manifests/`;
  const type = "application/vnd.oci.image.manifest.v1+json";
  const own = await (await fetch(`${manifests}${await tagOf("a")}`, { headers: { accept: type } }))
    .text();
  for (const tag of ["latest", await tagOf("b")]) {
    const put = { method: "PUT", headers: { "content-type": type }, body: own };
    await (await fetch(manifests + tag, put)).body?.cancel();
  }
  assert.equal(await adapter.stat("b"), undefined);
  const keys = await Array.fromAsync(adapter.list?.("") ?? [], ({ key }) => key);
  assert.deepEqual(keys, ["a"]);
});

test("lists page by page, as Harbor and zot give them", async () => {
  await using registry = await startRegistry();
  await using paging = servePages(registry.url, 2);
  await using adapter = await prepared({
    ...registry,
    url: `http://127.0.0.1:${paging.addr.port}`,
  });
  const keys = ["a", "b", "c", "d", "e"];
  for (const key of keys) await adapter.put(key, text(key));
  const listed = await Array.fromAsync(adapter.list?.("") ?? [], ({ key }) => key);
  assert.deepEqual(listed.sort(), keys);
});

/** Before a registry that gives all tags at once: gives some, and a link, as the specification has it. */
function servePages(target: string, length: number): Deno.HttpServer<Deno.NetAddr> {
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  return Deno.serve(options, async ({ url, method, headers, body }) => {
    const { pathname, search, searchParams } = new URL(url);
    const address = new URL(pathname + search, target);
    const answer = await fetch(address, { method, headers, body, redirect: "manual" });
    if (!pathname.endsWith("/tags/list")) return answer;
    const { tags }: { tags: string[] } = await answer.json();
    const from = tags.indexOf(searchParams.get("last") ?? "") + 1;
    const page = tags.slice(from, from + length);
    const link = `<${pathname}?n=${length}&last=${page.at(-1)}>; rel="next"`;
    const more = from + length < tags.length;
    return Response.json({ tags: page }, { headers: more ? { link } : {} });
  });
}

/** The tag of a key, as the docs tell it. */
async function tagOf(key: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key));
  return new Uint8Array(digest).toHex();
}

test("refuses what is no repository, without showing it", async () => {
  const registry = { url: "http://user:hush@harbor.site", folder: "" };
  const error = await failsWith("usage", /^Cannot use this --endpoint/, async () => {
    await open({ ...registry, [Symbol.asyncDispose]: () => Promise.resolve() });
  });
  assert(!error.message.includes("hush"));
});
