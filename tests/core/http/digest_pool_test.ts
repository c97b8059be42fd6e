/** Bodies that workers fetch and hash, from a server that answers with whatever bytes it is told. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { digestPool } from "../../../core/http/hash_body.ts";

const BODY = "0123456789".repeat(300_000);

const DIGEST = { sha256: createHash("sha256").update(BODY).digest("hex"), size: BODY.length };

/** A server that sends these bytes to everybody, in several writes, and then hangs up. */
function serverOf(
  ...writes: readonly string[]
): Disposable & { readonly url: URL; readonly asked: string[] } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const asked: string[] = [];
  async function answer(connection: Deno.Conn): Promise<void> {
    const buffer = new Uint8Array(4096);
    const count = await connection.read(buffer) ?? 0;
    asked.push(new TextDecoder().decode(buffer.subarray(0, count)));
    const writer = connection.writable.getWriter();
    for (const text of writes) await writer.write(new TextEncoder().encode(text));
    await writer.close();
  }
  (async () => {
    for await (const connection of listener) answer(connection).catch(() => {});
  })().catch(() => {});
  return {
    url: new URL(`http://127.0.0.1:${listener.addr.port}/a%20b?c`),
    asked,
    [Symbol.dispose]: () => listener.close(),
  };
}

const HEAD = `HTTP/1.1 200 OK\r\nContent-Length: ${BODY.length}\r\n\r\n`;

const answers: readonly [title: string, ordinary: boolean, writes: readonly string[]][] = [
  ["a body", true, [HEAD + BODY]],
  ["a head that comes in pieces", true, [HEAD.slice(0, 12), HEAD.slice(12), BODY]],
  ["a body in pieces", true, [HEAD, BODY.slice(0, 7), BODY.slice(7)]],
  ["fields that say the same", true, [
    HEAD.replace("\r\n\r\n", "\r\nContent-Encoding: identity\r\nX: y\r\n\r\n") + BODY,
  ]],
  ["another status", false, [HEAD.replace("200 OK", "404 No") + BODY]],
  ["no length", false, ["HTTP/1.1 200 OK\r\n\r\n" + BODY]],
  ["two lengths", false, [HEAD.replace("\r\n\r\n", "\r\nContent-Length: 1\r\n\r\n") + BODY]],
  ["an encoding", false, [HEAD.replace("\r\n\r\n", "\r\ncontent-encoding: gzip\r\n\r\n") + BODY]],
  ["chunks", false, ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"]],
  ["a body that is cut short", false, [HEAD + BODY.slice(1)]],
  ["a body with more behind it", true, [HEAD + BODY + "x"]],
  ["no HTTP", false, ["SSH-2.0-OpenSSH_9.2\r\n\r\n"]],
  ["a head without end", false, [HEAD.slice(0, -2), "X: y\r\n".repeat(20_000)]],
  ["nothing", false, []],
];

for (const [title, ordinary, writes] of answers) {
  Deno.test(`digest of ${title}: ${ordinary ? "known" : "left to others"}`, async () => {
    using server = serverOf(...writes);
    using pool = digestPool({}, 5000);
    const found = await Promise.all([1, 2, 3].map(() => pool.digest(server.url)));
    assert.deepEqual(found, ordinary ? [DIGEST, DIGEST, DIGEST] : Array(3).fill(undefined));
  });
}

Deno.test("a request is what an ordinary one is", async () => {
  using server = serverOf(HEAD + BODY);
  using pool = digestPool({ "user-agent": "binimport" }, 5000);
  await pool.digest(server.url);
  assert.deepEqual(server.asked, [
    `GET /a%20b?c HTTP/1.1\r\nhost: ${server.url.host}\r\nuser-agent: binimport\r\nconnection: close\r\n\r\n`,
  ]);
});

Deno.test("an empty body has a digest", async () => {
  using server = serverOf("HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n");
  using pool = digestPool({}, 5000);
  const sha256 = createHash("sha256").digest("hex");
  assert.deepEqual(await pool.digest(server.url), { sha256, size: 0 });
});

Deno.test("nobody who answers, and other schemes, are left to others", async () => {
  const server = serverOf();
  server[Symbol.dispose]();
  using pool = digestPool({}, 5000);
  assert.equal(await pool.digest(server.url), undefined);
  assert.equal(await pool.digest(new URL("https://127.0.0.1:1/")), undefined);
});

Deno.test("an abort ends the waiting", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using pool = digestPool({}, 60_000);
  const stop = new AbortController();
  const waiting = pool.digest(new URL(`http://127.0.0.1:${listener.addr.port}/`), stop.signal);
  stop.abort(new Error("stopped"));
  await assert.rejects(waiting, /^Error: stopped$/);
});
