/** An HTTP proxy in front of a server of loopback, which spoils the exchanges that a test chooses. */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from "node:http";
import { type Readable, Transform } from "node:stream";
import { freePort } from "./ports.ts";

/** What becomes of a request. */
export type Fault =
  /** It is answered so, by the proxy; the server never sees it. */
  | {
    readonly kind: "answer";
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
  }
  /** The connection is cut when so many bytes of its body have come. */
  | { readonly kind: "cut"; readonly after: number }
  /** It is passed on with one bit flipped, in the middle of its body. */
  | { readonly kind: "flip" }
  /** It is never answered. */
  | { readonly kind: "mute" }
  /** It is passed on, and its answer's body comes at so many bytes a second. */
  | { readonly kind: "slow"; readonly rate: number }
  /** It is passed on with other headers, and perhaps with a bit flipped as above. */
  | {
    readonly kind: "rewrite";
    readonly headers: (request: IncomingMessage) => IncomingHttpHeaders;
    readonly flip: boolean;
  }
  /** Whatever the test does with it. */
  | {
    readonly kind: "handle";
    readonly run: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  };

/** Chooses what becomes of a request; undefined passes it on. */
export type ChooseFault = (request: IncomingMessage, nth: number) => Fault | undefined;

/** A running proxy. Disposing of it closes all its connections. */
export interface FaultyProxy extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** How many requests it has spoilt. */
  readonly faults: () => number;
}

/** Starts a proxy in front of a server, given as `http://127.0.0.1:PORT`. */
export async function startFaultyProxy(server: string, choose: ChooseFault): Promise<FaultyProxy> {
  let count = 0;
  let faults = 0;
  const port = freePort();
  const proxy = createServer((incoming, response) => {
    const fault = choose(incoming, count++);
    if (fault !== undefined) faults++;
    incoming.on("error", () => {});
    response.on("error", () => {});
    apply(fault, server, incoming, response);
  });
  proxy.on("clientError", (_, socket) => socket.destroy()); // not 400, which no server said
  await new Promise<void>((resolve) => proxy.listen(port, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${port}`,
    faults: () => faults,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        proxy.close(() => resolve());
        proxy.closeAllConnections();
      }),
  };
}

function apply(
  fault: Fault | undefined,
  server: string,
  incoming: IncomingMessage,
  response: ServerResponse,
): void {
  switch (fault?.kind) {
    case "answer":
      incoming.resume().on("end", () => {
        response.writeHead(fault.status, fault.headers ?? {}).end(fault.body ?? "");
      });
      return;
    case "cut":
      return cutAfter(fault.after, incoming);
    case "mute":
      return void incoming.resume();
    case "flip":
      return pass(server, incoming, response, { body: incoming.pipe(flipping(incoming)) });
    case "slow":
      return pass(server, incoming, response, { rate: fault.rate });
    case "rewrite": {
      const headers = fault.headers(incoming);
      const body = fault.flip ? incoming.pipe(flipping(incoming)) : incoming;
      return pass(server, incoming, response, { headers, body });
    }
    case "handle":
      fault.run(incoming, response).catch(() => response.destroy());
      return;
    case undefined:
      return pass(server, incoming, response);
  }
}

function cutAfter(bytes: number, incoming: IncomingMessage): void {
  let seen = 0;
  const cut = () => void incoming.socket.resetAndDestroy();
  if (bytes === 0) return cut();
  incoming.on("data", ({ length }) => {
    seen += length;
    if (seen >= bytes) cut();
  }).on("end", cut);
}

/** What else becomes of a request that is passed on. */
interface Passing {
  /** Its headers, when they are not as they came. */
  readonly headers?: IncomingHttpHeaders;
  /** Bytes a second of the answer's body. */
  readonly rate?: number;
  /** Its body, when it is not as it came. */
  readonly body?: Readable;
}

/** The `host` header stays: it is part of the signature. */
function pass(
  server: string,
  incoming: IncomingMessage,
  response: ServerResponse,
  { headers = incoming.headers, rate = Infinity, body = incoming }: Passing = {},
): void {
  const { method = "GET", url = "/" } = incoming;
  const outgoing = request(new URL(server), { method, path: url, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.on("error", () => response.destroy());
    if (rate === Infinity) answer.pipe(response);
    else trickle(answer, response, rate).catch(() => response.destroy());
  });
  outgoing.on("error", () => incoming.socket.destroy());
  body.pipe(outgoing);
}

function flipping({ headers }: IncomingMessage): Transform {
  const middle = Number(headers["content-length"]) >> 1;
  let seen = 0;
  return new Transform({
    transform(chunk: Uint8Array, _, done) {
      const damaged = Uint8Array.from(chunk);
      const at = middle - seen;
      if (at >= 0 && at < damaged.length) damaged[at] = (damaged[at] ?? 0) ^ 1;
      seen += damaged.length;
      done(null, damaged);
    },
  });
}

async function trickle(
  answer: AsyncIterable<Uint8Array>,
  response: ServerResponse,
  rate: number,
): Promise<void> {
  for await (const chunk of answer) {
    for (let at = 0; at < chunk.length; at += rate / 10) {
      response.write(chunk.subarray(at, at + rate / 10));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  response.end();
}
