import { equal, match } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { httpFetch } from "../../../core/http/client.ts";
import { httpSource } from "../../../core/packages/http_source.ts";
import { BinimportError } from "../../../core/util/errors.ts";
import { noise } from "../../support/chunks.ts";
import { stopClock } from "../../support/clock.ts";
import { failsWith } from "../../support/fails_with.ts";

const FILE = noise(3_000_000, 7);

type Answer = (request: IncomingMessage, response: ServerResponse, nth: number) => void;

/** What a download of a server with these answers gives. */
async function download(answer: Answer, retries = 2): Promise<Uint8Array> {
  let requests = 0;
  const server = createServer((request, response) => answer(request, response, requests++));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  using fetch = httpFetch();
  try {
    const chunks: Uint8Array[] = [];
    for await (const chunk of httpSource(`http://127.0.0.1:${port}/x`, fetch, retries).chunks()) {
      chunks.push(Uint8Array.from(chunk));
    }
    return Buffer.concat(chunks);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Sends the file from a place on, and cuts the connection after so many bytes. */
function sendCut(response: ServerResponse, bytes: Uint8Array, count: number): void {
  response.write(bytes.subarray(0, count), () => setTimeout(() => response.destroy(), 20));
}

function startOf({ headers }: IncomingMessage): number {
  return Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1]);
}

Deno.test("a broken download goes on with the rest of the same file", async () => {
  const conditions: (string | undefined)[] = [];
  const got = await download((request, response, nth) => {
    conditions.push(request.headers["if-range"]?.toString());
    if (nth === 0) {
      response.writeHead(200, { etag: '"one"', "content-length": FILE.length });
      return sendCut(response, FILE, 1_000_000);
    }
    const start = startOf(request);
    response.writeHead(206, {
      "content-range": `bytes ${start}-${FILE.length - 1}/${FILE.length}`,
      "content-length": FILE.length - start,
    });
    if (nth < 4) return sendCut(response, FILE.subarray(start), 100_000);
    response.end(FILE.subarray(start));
  });
  equal(Buffer.compare(got, FILE), 0);
  equal(
    conditions.join(),
    ',"one","one","one","one"',
    "more breaks than retries: each brought bytes",
  );
});

Deno.test("a server without ranges sends it all again, if it is the same file", async () => {
  const got = await download((_, response, nth) => {
    response.writeHead(200, { etag: '"one"', "content-length": FILE.length });
    if (nth === 0) return sendCut(response, FILE, 1_000_000);
    response.end(FILE);
  });
  equal(Buffer.compare(got, FILE), 0);
});

Deno.test("a date goes in place of an ETag, if it is older than the answer", async () => {
  const at = (age: number): Answer => (request, response, nth) => {
    const now = Date.parse("2026-08-01T12:00:00Z");
    const headers = {
      date: new Date(now).toUTCString(),
      "last-modified": new Date(now - age).toUTCString(),
      "content-length": FILE.length,
    };
    if (nth === 0) {
      response.writeHead(200, headers);
      return sendCut(response, FILE, 1_000_000);
    }
    equal(request.headers["if-range"], headers["last-modified"]);
    const start = startOf(request);
    response.writeHead(206, {
      "content-range": `bytes ${start}-${FILE.length - 1}/${FILE.length}`,
    });
    response.end(FILE.subarray(start));
  };
  equal(Buffer.compare(await download(at(60_000)), FILE), 0);
  const error = await failsWith(
    "package-unreadable",
    /the connection broke|only \d+ of/,
    () => download(at(0)),
  );
  match(error.hint ?? "", /sends no ETag/);
});

const REPLACED: Readonly<Record<string, Answer>> = {
  "another ETag": (_, response) => {
    response.writeHead(200, { etag: '"two"', "content-length": FILE.length });
    response.end(FILE);
  },
  "another length": (request, response) => {
    const start = startOf(request);
    response.writeHead(206, {
      "content-range": `bytes ${start}-${FILE.length}/${FILE.length + 1}`,
    });
    response.end(FILE.subarray(start - 1));
  },
  "another place": (_, response) => {
    response.writeHead(206, { "content-range": `bytes 0-9/${FILE.length}` });
    response.end(FILE.subarray(0, 10));
  },
  "a shorter file": (_, response) => void response.writeHead(416).end(),
};

for (const [what, answer] of Object.entries(REPLACED)) {
  Deno.test(`a file that was replaced meanwhile is refused: ${what}`, async () => {
    await failsWith(
      "package-unreadable",
      /replaced by another one/,
      () =>
        download((request, response, nth) => {
          if (nth > 0) return answer(request, response, nth);
          response.writeHead(200, { etag: '"one"', "content-length": FILE.length });
          sendCut(response, FILE, 1_000_000);
        }),
    );
  });
}

Deno.test("a server that is busy is asked again, one that says no is not", async () => {
  const counts = [0, 0];
  equal(
    (await download((_, response, nth) => {
      counts[0] = nth + 1;
      if (nth < 2) response.writeHead(503).end();
      else response.end("ok");
    })).length,
    2,
  );
  await failsWith("package-unreadable", /answers 403/, () =>
    download((_, response, nth) => {
      counts[1] = nth + 1;
      response.writeHead(403).end();
    }));
  equal(counts.join(), "3,1");
});

Deno.test("breaks that bring nothing end after the retries", async () => {
  let requests = 0;
  await failsWith(
    "package-unreadable",
    /Cannot fetch|broke/,
    () =>
      download((request, response, nth) => {
        requests = nth + 1;
        if (nth > 0) return void request.socket.destroy();
        response.writeHead(200, { etag: '"one"', "content-length": FILE.length });
        sendCut(response, FILE, 1000);
      }, 1),
  );
  equal(requests, 3, "one that broke, then one and a retry of it");
});

Deno.test("a server that says no is heard: its words stand behind the status", async () => {
  const body = JSON.stringify({ errors: [{ message: "unauthorized\x1b: token has expired" }] });
  const refused = download((_, response) => {
    response.writeHead(403, { "content-type": "application/json" }).end(body);
  });
  const message = /answers 403: unauthorized : token has expired$/;
  const error = await failsWith("package-unreadable", message, refused);
  match(error.hint ?? "", /USER:PASSWORD@HOST/);
});

Deno.test("a server that trickles is left, though it never is silent", async () => {
  using clock = stopClock();
  let requests = 0;
  await failsWith(
    "package-unreadable",
    /only \d+ bytes came in \d+ s/,
    download((_, response) => {
      requests++;
      response.writeHead(200, { etag: '"v"', "content-length": FILE.length });
      const drip = () => {
        if (response.destroyed) return;
        response.write("x", () => setTimeout(drip, 50));
        clock.pass(15_000);
      };
      drip();
    }),
  );
  equal(requests, 1);
});

Deno.test("a reader that takes its time is not the server's fault", async () => {
  using clock = stopClock();
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => new Response(FILE),
  );
  using fetch = httpFetch();
  let size = 0;
  const source = httpSource(`http://127.0.0.1:${server.addr.port}/x`, fetch);
  for await (const chunk of source.chunks()) {
    size += chunk.length;
    clock.pass(60_000);
  }
  equal(size, FILE.length);
});

Deno.test("a server that was silent once is not waited for again", async () => {
  using clock = stopClock();
  let requests = 0;
  const fetch = () => {
    requests++;
    clock.pass(20_000);
    const state = "Cannot fetch http://127.0.0.1/x: no answer for 20 s";
    return Promise.reject(new BinimportError("unavailable", state, { retryable: true }));
  };
  await failsWith("package-unreadable", /no answer for 20 s/, async () => {
    await Array.fromAsync(httpSource("http://127.0.0.1/x", fetch).chunks());
  });
  equal(requests, 1);
});
