/** A stand-in for repositories that take files by PUT, with the manners of some. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";

/** An answer in place of the usual one. */
export interface StoreAnswer {
  readonly status: number;
  /** The reason phrase of the status line. */
  readonly reason?: string;
  readonly type?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request to it. */
export interface StoreRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  /** Whether there is a file of that name. */
  readonly isThere: boolean;
}

/** What it is like. */
export interface HttpStoreOptions {
  /** Answers in place of the store, where it gives something. */
  readonly refuse?: (request: StoreRequest) => StoreAnswer | undefined;
  /** What it tells of the files that it has. Default: nothing. */
  readonly tells?: (body: Buffer) => Readonly<Record<string, string>>;
  /** What becomes of a body between the network and the disk. */
  readonly keep?: (path: string, body: Buffer) => Uint8Array;
  /** Whether it meets the expectation of `100-continue`; else it answers with 417. Default: true. */
  readonly continues?: boolean;
}

/** A running store. Disposing of it stops it. */
export interface HttpStore extends AsyncDisposable {
  /** Ends in `/files/`. */
  readonly url: string;
  /** Every request so far, as `METHOD path status`. */
  readonly requests: string[];
  readonly files: Map<string, Buffer>;
}

/** Starts one on a free port of loopback. */
export async function startHttpStore(options: HttpStoreOptions = {}): Promise<HttpStore> {
  const files = new Map<string, Buffer>();
  const requests: string[] = [];
  const server = createServer((message, response) => {
    const chunks: Buffer[] = [];
    message.on("data", (chunk: Buffer) => chunks.push(chunk));
    message.on("end", () => {
      const { method = "", url: path = "", headers } = message;
      const request = { method, path, headers, isThere: files.has(path) };
      const { status, reason, type, body = "", headers: more } = options.refuse?.(request) ??
        answer(files, request, Buffer.concat(chunks), options);
      requests.push(`${method} ${path.slice("/files/".length)} ${status}`);
      response.writeHead(status, reason, {
        "content-length": Buffer.byteLength(body, "latin1"),
        ...(type && { "content-type": type }),
        ...more,
      });
      response.end(method === "HEAD" ? undefined : Buffer.from(body, "latin1"));
    });
  });
  server.on("checkContinue", (message, response) => {
    if (options.continues !== false) {
      response.writeContinue();
      server.emit("request", message, response);
      return;
    }
    requests.push(`${message.method} ${message.url?.slice("/files/".length)} 417`);
    response.writeHead(417, { "content-length": 0 }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/files/`,
    requests,
    files,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(
  files: Map<string, Buffer>,
  { method, path }: StoreRequest,
  body: Buffer,
  { tells = () => ({}), keep = (_, body) => body }: HttpStoreOptions,
): StoreAnswer {
  switch (method) {
    case "OPTIONS":
      return { status: 200 };
    case "PUT":
      files.set(path, Buffer.from(keep(path, body)));
      return { status: 201 };
    case "DELETE": {
      const gone = [...files.keys()].filter((one) =>
        one === path || one.startsWith(path.replace(/\/?$/, "/"))
      );
      for (const one of gone) files.delete(one);
      return { status: gone.length > 0 ? 204 : 404 };
    }
    case "GET":
    case "HEAD": {
      const file = files.get(path);
      if (file === undefined) return { status: 404 };
      const type = "application/octet-stream";
      return { status: 200, type, body: file.toString("latin1"), headers: tells(file) };
    }
    default:
      return { status: 405 };
  }
}

/** A digest in hex. */
export function hex(kind: "md5" | "sha1" | "sha256", bytes: Uint8Array): string {
  return createHash(kind).update(bytes).digest("hex");
}
