/** A server of files whose answers have no end. */
import assert from "node:assert/strict";
import httpPut from "../../../adapters/http_put/mod.ts";
import { bytesSource, plainHost, type StorageAdapter } from "../../../core/storage/mod.ts";

/** What it answers to a request, given the method: pieces that are written one after the other. */
type Script = (method: string) => Iterable<string>;

const EMPTY = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
const CHUNK = `3e8\r\n${"x".repeat(1000)}\r\n`;

function* endless(head: string, piece: string): Generator<string> {
  yield head;
  for (;;) yield piece;
}

function chunked(status: string): Generator<string> {
  return endless(`HTTP/1.1 ${status}\r\ntransfer-encoding: chunked\r\n\r\n`, CHUNK);
}

/** Only what `open` asks is answered in order. */
function after(method: string, rest: (method: string) => Iterable<string>): Iterable<string> {
  return method === "OPTIONS" ? [EMPTY] : rest(method);
}

async function answer(connection: Deno.Conn, script: Script, slowly: boolean): Promise<void> {
  const writer = connection.writable.getWriter();
  for await (const bytes of connection.readable) {
    const method = new TextDecoder().decode(bytes).split(" ", 1)[0] ?? "";
    for (const text of script(method)) {
      await writer.write(new TextEncoder().encode(text));
      await new Promise((resolve) => setTimeout(resolve, slowly ? 5 : 0));
    }
  }
}

async function against(
  script: Script,
  work: (adapter: StorageAdapter) => Promise<unknown>,
  { patience = 5000, slowly = false } = {},
): Promise<void> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  (async () => {
    for await (const connection of listener) answer(connection, script, slowly).catch(() => {});
  })().catch(() => {});
  const host = plainHost();
  const endpoint = `http://127.0.0.1:${listener.addr.port}/`;
  const config = httpPut.parse({ endpoint }, host);
  await using adapter = await httpPut.open(Object.assign({}, config, { patience }), host);
  await work(adapter);
}

const heads: Readonly<Record<string, Script>> = {
  "headers": (method) => after(method, () => endless("HTTP/1.1 200 OK\r\n", "x: y\r\n".repeat(99))),
  "one header": (method) =>
    after(method, () => endless("HTTP/1.1 200 OK\r\nx: ", "y".repeat(1000))),
  "a reason": (method) => after(method, () => endless("HTTP/1.1 200 ", "y".repeat(1000))),
};

for (const [what, script] of Object.entries(heads)) {
  Deno.test(`${what} without end are left`, () =>
    against(script, async (adapter) => {
      await assert.rejects(adapter.stat("a"), { code: /^(target|unavailable)$/ });
    }));
}

const drops: Readonly<Record<string, Script>> = {
  "a head that comes byte by byte": (method) =>
    after(method, () => endless("HTTP/1.1 200 OK\r\nx: ", "y")),
  "answers that are none yet": (method) =>
    after(method, () => endless("", "HTTP/1.1 102 Processing\r\n\r\n")),
};

for (const [what, script] of Object.entries(drops)) {
  Deno.test(`${what} is not waited for longer than silence is`, () =>
    against(script, async (adapter) => {
      await assert.rejects(adapter.stat("a"), /no answer for 0\.3 s/);
    }, { patience: 300, slowly: true }));
}

for (const [what, script] of Object.entries(drops)) {
  Deno.test(`${what} does not keep an upload that nobody takes`, () =>
    against(script, async (adapter) => {
      const source = bytesSource(new Uint8Array(64 * 1024 * 1024)); // more than sockets take in
      await assert.rejects(async () => await adapter.put("a", source), /no answer for 0\.3 s/);
    }, { patience: 300, slowly: true }));
}

Deno.test("the body of a refusal without end is left", () =>
  against((method) => after(method, () => chunked("403 Forbidden")), async (adapter) => {
    await assert.rejects(async () => await (await adapter.get("a")).cancel(), {
      code: "forbidden",
    });
    await assert.rejects(async () => await adapter.prepare?.(), { code: "forbidden" });
  }));

Deno.test("a body without end in place of what was put on trial is left", () =>
  against((method) => after(method, () => method === "GET" ? chunked("200 OK") : [EMPTY]), async (
    adapter,
  ) => {
    await assert.rejects(async () => await adapter.prepare?.(), { code: "unsupported" });
  }));

Deno.test("the body of what is not there is not read for ever", async () => {
  let written = 0;
  const counted: Script = (method) =>
    after(method, function* () {
      for (const piece of chunked("404 Not Found")) {
        written += piece.length;
        yield piece;
      }
    });
  await against(counted, async (adapter) => {
    await assert.rejects(async () => await (await adapter.get("a")).cancel(), {
      code: "not-found",
    });
    // The connection is closed while the adapter lives on.
    for (let before = -1; before !== written;) {
      before = written;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });
});

Deno.test("redirects that lead on for ever are left", () =>
  against((method) => {
    const location = `location: /${"x".repeat(10)}\r\n`;
    return after(method, () => [`HTTP/1.1 302 Found\r\n${location}content-length: 0\r\n\r\n`]);
  }, async (adapter) => {
    await assert.rejects(async () => await (await adapter.get("a")).cancel());
  }));

Deno.test("a connection that ends at its second request is no silence", async () => {
  let puts = 0;
  const read = (connection: Deno.Conn) => connection.readable.pipeThrough(new TextDecoderStream());
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  async function serve(connection: Deno.Conn): Promise<void> {
    const write = (text: string) => connection.write(new TextEncoder().encode(text));
    for await (const text of read(connection)) {
      if (text.startsWith("OPTIONS")) await write(EMPTY);
      if (text.startsWith("PUT")) await write("HTTP/1.1 100 Continue\r\n\r\n");
      if (!text.endsWith("whole")) continue;
      if (++puts % 2 === 0) return await connection.closeWrite();
      await write("HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n");
    }
  }
  (async () => {
    for await (const connection of listener) serve(connection).catch(() => {});
  })().catch(() => {});
  const host = plainHost();
  const endpoint = `http://127.0.0.1:${listener.addr.port}/`;
  await using adapter = await httpPut.open(httpPut.parse({ endpoint }, host), host);
  const put = () => adapter.put("a", bytesSource(new TextEncoder().encode("whole")));
  await put();
  await assert.rejects(put, /the connection was cut/);
  await put();
});
