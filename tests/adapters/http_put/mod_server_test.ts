/** `http-put` against real servers. */
import assert from "node:assert/strict";
import http from "node:http";
import httpPut from "../../../adapters/http_put/mod.ts";
import type { AdapterInput, StorageAdapter } from "../../../core/storage/adapter.ts";
import { bytesSource } from "../../../core/storage/put_source.ts";
import { testHost } from "../../support/adapter_host.ts";
import { conformance } from "../../support/conformance.ts";
import { failsWith } from "../../support/fails_with.ts";
import { testWithTools } from "../../support/require.ts";
import { smallDisk, testWithSmallDisk } from "../../support/small_disk.ts";
import { text } from "../../support/web_root.ts";
import { PASSWORD, USER, webdavKinds, type WebdavServer } from "../../support/webdav_servers.ts";

const host = testHost();

function open(server: { readonly url: string }, input: AdapterInput = {}): Promise<StorageAdapter> {
  return httpPut.open(httpPut.parse({ endpoint: server.url, ...input }, host), host);
}

async function prepared(server: WebdavServer, input: AdapterInput = {}): Promise<StorageAdapter> {
  const adapter = await open(server, input);
  await adapter.prepare?.();
  return adapter;
}

/** Every file below a folder, sorted. */
function files(folder: string, prefix = ""): string[] {
  return [...Deno.readDirSync(`${folder}/${prefix}`)].flatMap(({ name, isDirectory }) =>
    isDirectory ? files(folder, `${prefix}${name}/`) : [`${prefix}${name}`]
  ).sort();
}

const signedIn = { username: USER, password: PASSWORD };

for (const kind of webdavKinds) {
  const test = (name: string, run: (t: Deno.TestContext) => Promise<void>) =>
    testWithTools(`http-put with ${kind.name}: ${name}`, kind.programs, run);

  // It moves objects to their names, and for a moment there is neither the old nor the new one.
  const notAtomic = kind.name === "rclone" ? [/^put: readers see/] : [];
  // It looks at a file, and opens it later: if it is replaced in between, the new one is sent with
  // the old one's length (server/core.c, default_handler), however it was replaced.
  const looksFirst = kind.name === "Apache httpd"
    ? [/^put: readers see the old object or the/]
    : [];

  test("it conforms", async (t) => {
    await using server = await kind.start({ guarded: true });
    await conformance(
      t,
      {
        open: () => open(server, { ...signedIn, endpoint: `${server.url}deep/er` }),
        secrets: [PASSWORD],
      },
      // Its word on digests is not enough: the core reads back what no server vouches for.
      [/^stage/, /^discard/, /staged/, /^list/, /of a part/, /sha256 given/, ...notAtomic],
      looksFirst,
    );
    // It cannot list, so what failed puts leave behind is looked for on the server's own disk.
    const left = files(server.root).filter((name) => !name.startsWith("deep/er/conformance/"));
    assert.deepEqual(left, []);
  });

  test("wrong credentials are told", async () => {
    await using server = await kind.start({ guarded: true });
    for (const input of [{}, { ...signedIn, password: "wrong" }, { token: "wrong" }]) {
      await using adapter = await open(server, input);
      await failsWith(
        "unauthorized",
        /^Cannot put files at "http.*": it wants other credentials \(401\)$/,
        () => adapter.prepare?.() ?? Promise.resolve(),
      );
    }
  });

  test("a folder is no object, and stays when it is removed as one", async () => {
    await using server = await kind.start();
    await using adapter = await prepared(server);
    await adapter.put("folder/object", text("kept"));
    assert.equal(await adapter.stat("folder"), undefined);
    await adapter.remove?.("folder");
    assert.deepEqual(await adapter.stat("folder/object"), { key: "folder/object", size: 4 });
  });

  test("a file where a folder is needed is told", async () => {
    await using server = await kind.start();
    await using adapter = await prepared(server);
    await adapter.put("a", text("a file"));
    const error = await adapter.put("a/b", text("x")).then(() => undefined, (reason) => reason);
    assert.match(String(error), /^BinimportError: Cannot (store "a\/b"|make a folder) at "http/);
    assert.equal((await adapter.stat("a"))?.size, 6);
  });
}

for (const kind of webdavKinds.filter(({ name }) => name !== "rclone")) {
  testWithTools(
    `http-put with ${kind.name}: an object larger than the server takes is told, before it is sent`,
    kind.programs,
    async () => {
      await using server = await kind.start({ maxBody: 1_000_000 });
      await using adapter = await prepared(server);
      const put = adapter.put("large", bytesSource(new Uint8Array(50_000_000)));
      const error = await failsWith("target", /it is larger than the server takes \(413\)$/, put);
      assert.match(error.hint ?? "", /client_max_body_size/);
      await adapter.put("small", text("fits"));
    },
  );
}

const [nginx, apache, rclone] = webdavKinds;

if (nginx !== undefined) {
  testWithTools("http-put makes no folders where the server does", nginx.programs, async () => {
    await using server = await nginx.start({ makesFolders: true });
    await using adapter = await prepared(server);
    await adapter.put("a/b/c", text("x"));
    assert.equal(await Deno.readTextFile(`${server.root}/a/b/c`), "x");
  });
}

if (apache !== undefined) {
  testWithSmallDisk(
    "http-put: a disk that is full is told",
    apache.programs,
    async () => {
      await using server = await apache.start();
      await using adapter = await prepared(server);
      await using _disk = await smallDisk(server.root, "size=1m,mode=777");
      await failsWith(
        "no-space",
        /its storage is full \(507\)$/,
        adapter.put("large", bytesSource(new Uint8Array(3_000_000))),
      );
    },
  );
}

if (rclone !== undefined) {
  testWithTools(
    "http-put refuses a server that shows what has come half, and does not say so",
    rclone.programs,
    async () => {
      await using server = await rclone.start();
      await using front = await silentProxy(server.url);
      await using adapter = await open(front);
      await failsWith(
        "unsupported",
        /the server shows files that have come half$/,
        () => adapter.prepare?.() ?? Promise.resolve(),
      );
    },
  );

  testWithTools(
    "http-put takes away what a killed run left a day ago",
    rclone.programs,
    async () => {
      await using server = await rclone.start();
      const folder = `${server.root}/.binimport/tmp`;
      await Deno.mkdir(folder, { recursive: true });
      const [old, young] = [25, 1].map((hours) =>
        `${Date.now() - hours * 3_600_000}-${crypto.randomUUID()}`
      );
      for (const name of [old, young]) await Deno.writeTextFile(`${folder}/${name}`, "left");
      await using _ = await prepared(server);
      assert.deepEqual(files(folder), [young]);
    },
  );
}

/** A proxy that keeps to itself what the server is and can do. */
async function silentProxy(target: string): Promise<AsyncDisposable & { readonly url: string }> {
  const server = http.createServer((asked, answer) => {
    const { method = "GET", url = "/", headers } = asked;
    const sent = http.request(new URL(url, target), { method, headers }, (got) => {
      const { dav: _dav, server: _server, ...rest } = got.headers;
      answer.writeHead(got.statusCode ?? 502, rest);
      got.pipe(answer);
    });
    sent.on("error", () => answer.destroy());
    asked.pipe(sent);
    asked.on("close", () => {
      if (!asked.complete) sent.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
