import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import minio from "../../../adapters/minio/mod.ts";
import type { StorageAdapter } from "../../../core/storage/adapter.ts";
import { bytesSource } from "../../../core/storage/put_source.ts";
import { testHost } from "../../support/adapter_host.ts";
import { collect } from "../../support/chunks.ts";
import { stopClock } from "../../support/clock.ts";
import { failsWith } from "../../support/fails_with.ts";
import { freePort } from "../../support/ports.ts";

/** For servers that say something, however long a busy machine takes over it. */
const PATIENT = { connect: 600_000, idle: 600_000, retries: 1, silences: 2 };
/** For those that say nothing. */
const IMPATIENT = { ...PATIENT, connect: 300, idle: 300 };
const MANY = new Uint8Array(12 * 2 ** 20);

function open(endpoint: string, patience = PATIENT, host = testHost()): Promise<StorageAdapter> {
  const input = { endpoint, username: "user", password: "s3cret" };
  return minio.open({ ...minio.parse(input, host), patience }, host);
}

/** Something that accepts connections. */
interface Listener extends AsyncDisposable {
  readonly port: number;
  /** How many connections or requests came. */
  readonly count: () => number;
}

/** What to do with a connection, until the listener has `ended`. */
type Handle = (connection: Deno.TcpConn, ended: Promise<void>) => Promise<void>;

/** Accepts connections, and does with them what `handle` does. */
function listenTcp(handle: Handle): Listener {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.TcpConn>();
  const handled: Promise<void>[] = [];
  const end = Promise.withResolvers<void>();
  let count = 0;
  const accepting = (async () => {
    for await (const connection of listener) {
      count++;
      open.add(connection);
      handled.push(
        handle(connection, end.promise).catch(() => {}).finally(() => open.delete(connection)),
      );
    }
  })();
  return {
    port: listener.addr.port,
    count: () => count,
    async [Symbol.asyncDispose]() {
      listener.close();
      end.resolve();
      for (const connection of open) connection.close();
      await Promise.all([accepting, ...handled]);
    },
  };
}

/** Reads and never says anything. */
async function stayMute(connection: Deno.TcpConn): Promise<void> {
  for await (const _ of connection.readable);
}

type Answer = (request: IncomingMessage, response: ServerResponse, nth: number) => void;

/** Answers HTTP requests. */
async function listenHttp(answer: Answer): Promise<Listener> {
  let count = 0;
  const server = createServer((request, response) => answer(request, response, count++));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" ? address?.port ?? 0 : 0,
    count: () => count,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Answers every request with this status and body. */
function answerWith(status: number, body = "", headers: Record<string, string> = {}): Answer {
  return (request, response) => {
    request.resume().on("end", () => response.writeHead(status, headers).end(body));
  };
}

Deno.test("minio: a port that refuses is unavailable, and worth another try", async () => {
  const port = freePort();
  await using adapter = await open(`http://127.0.0.1:${port}`);
  const error = await failsWith("unavailable", /the connection was refused/, adapter.stat("a"));
  assert.equal(error.retryable, true);
  assert.match(error.message, new RegExp(`"http://127.0.0.1:${port}/kubean"`));
});

Deno.test("minio: a host that nobody knows is unavailable", async () => {
  await using adapter = await open("http://no-such-host.invalid:9000", {
    ...PATIENT,
    retries: 0,
  });
  await failsWith(
    "unavailable",
    /no host of that name|cannot be looked up/,
    adapter.prepare?.() ?? adapter.stat("a"),
  );
});

Deno.test("minio: a server that accepts and stays mute is asked once more and given up", async () => {
  await using server = listenTcp(stayMute);
  const patience = { ...IMPATIENT, retries: 3 };
  await using adapter = await open(`http://127.0.0.1:${server.port}`, patience);
  const stage = adapter.stage?.("a", bytesSource(MANY)) ?? assert.fail();
  await failsWith("unavailable", /silent for 0\.3 s/, stage);
  assert.equal(server.count(), 2); // Once more, and not for the next request.
});

Deno.test("minio: a TLS handshake that is not answered is no connection", async () => {
  await using server = listenTcp(stayMute);
  await using adapter = await open(`https://127.0.0.1:${server.port}`, IMPATIENT);
  await failsWith("unavailable", /no connection within 0\.3 s/, adapter.stat("a"));
});

Deno.test("minio: a server that stops reading in the middle of a body is given up", async () => {
  const reading: Handle = async (connection, ended) => {
    await connection.read(new Uint8Array(1000));
    await ended;
  };
  await using server = listenTcp(reading);
  await using adapter = await open(`http://127.0.0.1:${server.port}`, { ...IMPATIENT, retries: 0 });
  await failsWith("unavailable", /silent for/, adapter.put("a", bytesSource(MANY)));
});

Deno.test("minio: a server that says SlowDown is left alone by every call", async () => {
  const slowDown = "<Error><Code>SlowDown</Code><Message>Reduce your rate.</Message></Error>";
  const arrived: number[] = [];
  await using server = await listenHttp((request, response, nth) => {
    arrived.push(performance.now());
    if (nth > 0) return answerWith(200, "", { etag: '"done"' })(request, response, nth);
    answerWith(503, slowDown, { "retry-after": "1" })(request, response, nth);
  });
  const host = testHost();
  await using adapter = await open(`http://127.0.0.1:${server.port}`, PATIENT, host);
  const first = adapter.put("a", bytesSource(new Uint8Array(1)));
  while (!host.lines.join().includes("trying again")) await pause(5);
  await Promise.all(["b", "c", "d"].map((key) => adapter.put(key, bytesSource(new Uint8Array(1)))));
  await first;
  assert.equal(arrived.length, 5);
  const [begun = 0, ...others] = arrived;
  assert(others.every((at) => at - begun > 950), "somebody came within the second asked for");
});

Deno.test("minio: an upload that is slow but moves is not cut", async () => {
  // By the clock it takes 4 s for 12 MiB, while more than 2.5 s without a byte are too much.
  using clock = stopClock();
  const slowly: Answer = async (request, response) => {
    for await (const chunk of request) {
      clock.pass(chunk.length / 3_000);
      await pause(chunk.length / 3_000);
    }
    response.writeHead(200, { etag: '"slow"' }).end();
  };
  await using server = await listenHttp(slowly);
  const patience = { ...PATIENT, idle: 2_500, retries: 0 };
  await using adapter = await open(`http://127.0.0.1:${server.port}`, patience);
  const info = await adapter.put("a", bytesSource(MANY));
  assert.deepEqual([info.size, info.etag], [MANY.length, "slow"]);
});

Deno.test("minio: a reader that takes his time is not cut", async () => {
  using clock = stopClock();
  const body = new Uint8Array(8 * 2 ** 20).fill(7);
  await using server = await listenHttp((_, response) => {
    response.writeHead(200, { "content-length": body.length }).end(body);
  });
  await using adapter = await open(`http://127.0.0.1:${server.port}`, IMPATIENT);
  const reader = (await adapter.get("a")).getReader();
  let size = (await reader.read()).value?.length ?? 0;
  clock.pass(1000);
  await pause(200); // it looks at the clock meanwhile
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    size += step.value.length;
  }
  assert.equal(size, body.length);
});

Deno.test("minio: a body cut short fails instead of ending early", async () => {
  const cut = async (connection: Deno.TcpConn) => {
    await connection.read(new Uint8Array(4096));
    const head = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n";
    await connection.write(new TextEncoder().encode(head + "x".repeat(50)));
    connection.close();
  };
  await using server = listenTcp(cut);
  await using adapter = await open(`http://127.0.0.1:${server.port}`);
  await failsWith(
    "unavailable",
    /Cannot read "a" from/,
    async () => collect(await adapter.get("a")),
  );
});

Deno.test("minio: a body that falls silent fails", async () => {
  await using server = await listenHttp((_, response) => {
    response.writeHead(200, { "content-length": 100 }).write("x");
  });
  await using adapter = await open(`http://127.0.0.1:${server.port}`, IMPATIENT);
  await failsWith("unavailable", /silent for/, async () => collect(await adapter.get("a")));
});

Deno.test("minio: a busy server is asked again, when it said so", async () => {
  const busy: Answer = (request, response, nth) =>
    nth === 0
      ? answerWith(503, "", { "retry-after": "1" })(request, response, nth)
      : answerWith(200, "", { etag: '"late"' })(request, response, nth);
  await using server = await listenHttp(busy);
  const host = testHost();
  await using adapter = await open(`http://127.0.0.1:${server.port}`, PATIENT, host);
  assert.equal((await adapter.put("a", bytesSource(new Uint8Array(3)))).etag, "late");
  assert.equal(server.count(), 2);
  assert.match(host.lines.join(), /the server answers 503; trying again in 1000 ms/);
});

Deno.test("minio: what a proxy answers is told from what S3 answers", async () => {
  const html = { "content-type": "text/html" };
  const cases = [
    [413, "target", /answers 413/, /client_max_body_size/],
    [507, "no-space", /storage is full/, undefined],
    [401, "unauthorized", /answers 401/, undefined],
    [502, "unavailable", /answers 502/, undefined],
    [404, "target", /\(404, text\/html\) does not come from an S3 server/, /9001/],
    [400, "target", /does not come from an S3 server/, /https:\/\//],
  ] as const;
  for (const [status, code, message, hint] of cases) {
    await using server = await listenHttp(answerWith(status, "<html>no</html>", html));
    await using adapter = await open(`http://127.0.0.1:${server.port}`, {
      ...PATIENT,
      retries: 0,
    });
    const error = await failsWith(code, message, adapter.put("a", bytesSource(new Uint8Array(3))));
    if (hint !== undefined) assert.match(error.hint ?? "", hint);
  }
});

Deno.test("minio: a web server that says 200 to everything is no S3 server", async () => {
  const page = answerWith(200, "<html>welcome</html>", { "content-type": "text/html" });
  await using server = await listenHttp(page);
  await using adapter = await open(`http://127.0.0.1:${server.port}`);
  const message = /does not come from an S3 server/;
  await failsWith("target", message, adapter.prepare?.() ?? assert.fail());
  await failsWith("target", message, adapter.put("a", bytesSource(new Uint8Array(3))));
  await failsWith("target", message, adapter.stage?.("a", bytesSource(MANY)) ?? assert.fail());
  await failsWith("target", message, async () => {
    for await (const _ of adapter.list?.("") ?? assert.fail());
  });
});

Deno.test("minio: what does not even speak HTTP is no S3 server", async () => {
  await using server = listenTcp(async (connection) => {
    await connection.write(new TextEncoder().encode("SSH-2.0-OpenSSH_9.2\r\n"));
    await stayMute(connection);
  });
  await using adapter = await open(`http://127.0.0.1:${server.port}`);
  await failsWith("target", /the answer is not HTTP/, adapter.stat("a"));
});

Deno.test("minio: an error that comes late, after status 200, is an error", async () => {
  const parts: Answer = (request, response, nth) => {
    const error = "\n <Error><Code>AccessDenied</Code><Message>no</Message></Error>";
    const started = "<R><UploadId>u</UploadId></R>";
    const isBegin = request.method === "POST" && request.url?.endsWith("?uploads");
    answerWith(200, request.method === "PUT" ? "" : isBegin ? started : error, { etag: '"1"' })(
      request,
      response,
      nth,
    );
  };
  await using server = await listenHttp(parts);
  await using adapter = await open(`http://127.0.0.1:${server.port}`);
  const staged = await adapter.stage?.("a", bytesSource(new Uint8Array(3))) ?? assert.fail();
  await failsWith("forbidden", /the server says AccessDenied \(200\)/, staged.publish());
});

Deno.test("minio: an aborted call gives the signal's reason, whatever the server does", async () => {
  await using server = listenTcp(stayMute);
  await using adapter = await open(`http://127.0.0.1:${server.port}`);
  const reason = new Error("enough");
  const signal = () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 50);
    return { signal: controller.signal };
  };
  const calls: readonly (() => Promise<unknown>)[] = [
    () => adapter.prepare?.(signal()) ?? assert.fail(),
    () => adapter.stat("a", signal()),
    () => adapter.get("a", signal()),
    () => adapter.put("a", bytesSource(MANY), signal()),
    () => adapter.stage?.("a", bytesSource(MANY), signal()) ?? assert.fail(),
    () => adapter.remove?.("a", signal()) ?? assert.fail(),
    async () => {
      for await (const _ of adapter.list?.("", signal()) ?? assert.fail());
    },
    () => adapter.stat("a", { signal: AbortSignal.abort(reason) }),
  ];
  for (const call of calls) await assert.rejects(call, reason);
});

Deno.test("minio: an upload that begins while it is aborted is ended", async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  const ended: string[] = [];
  const late: Answer = (request, response, nth) => {
    if (request.method === "DELETE") ended.push(request.url ?? "");
    if (request.method !== "POST") {
      return answerWith(request.method === "GET" ? 403 : 204)(request, response, nth);
    }
    controller.abort(reason);
    setTimeout(
      () => answerWith(200, "<R><UploadId>late</UploadId></R>")(request, response, nth),
      50,
    );
  };
  await using server = await listenHttp(late);
  await using adapter = await open(`http://127.0.0.1:${server.port}`);
  const stage = adapter.stage?.("a", bytesSource(MANY), { signal: controller.signal });
  await assert.rejects(stage ?? assert.fail(), reason);
  assert.deepEqual(ended, ["/kubean/a?uploadId=late"]);
});
