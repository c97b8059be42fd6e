/** A folder with an import in it, and a server over it in this process. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { connect } from "node:net";
import { emptyManifest, saveManifest } from "../../../core/storage/manifest.ts";
import type { FileRecord } from "../../../core/storage/manifest_records.ts";
import { bytesSource } from "../../../core/storage/put_source.ts";
import type { RequestEvent } from "../../../serve/access_log.ts";
import { siteHandler } from "../../../serve/handler.ts";
import { startServer } from "../../../serve/mod.ts";
import { sha256 } from "../tar_model.ts";
import { type WebRoot, webRoot } from "../web_root.ts";

/** A running site. Disposing of it stops the server and removes the folder. */
export interface TestSite extends AsyncDisposable {
  readonly root: WebRoot;
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  /** What was logged, in the order in which requests were over. */
  readonly log: RequestEvent[];
  /** What went wrong at the server. */
  readonly warnings: unknown[];
}

/** SHA-256 of the package that the files are recorded as coming from. */
export const PACKAGE = "a".repeat(64);

/**
 * Serves files that are recorded as an import records them: with their digests, and with the etag
 * that they have once a second has gone by.
 */
export async function startSite(files: Readonly<Record<string, string>>): Promise<TestSite> {
  const root = webRoot();
  const adapter = await root.prepared();
  const records = new Map<string, FileRecord>();
  for (const [key, text] of Object.entries(files)) {
    const bytes = new TextEncoder().encode(text);
    await adapter.put(key, bytesSource(bytes));
    const record = { size: bytes.length, mode: 0o644, sha256: sha256(bytes), package: PACKAGE };
    records.set(key, record);
  }
  // Until the second is over in which a file was touched, no state of it can be told from another.
  await new Promise((resolve) => setTimeout(resolve, 1100));
  const manifest = emptyManifest();
  for (const [key, record] of records) {
    const etag = (await adapter.stat(key))?.etag;
    assert(etag !== undefined);
    manifest.files.set(key, { ...record, etag });
  }
  manifest.packages.push({
    sha256: PACKAGE,
    size: 12_345,
    name: "offline-files.tar.gz",
    options: { stripComponents: null, include: [], exclude: [] },
    keys: [...records.keys()],
  });
  await saveManifest(adapter, manifest);
  await adapter[Symbol.asyncDispose](); // gives the lock back
  return serveRoot(root);
}

async function serveRoot(root: WebRoot): Promise<TestSite> {
  const stop = new AbortController();
  const log: RequestEvent[] = [];
  const warnings: unknown[] = [];
  const adapter = await root.open();
  const real = await Deno.realPath(root.path);
  const site = {
    root: real,
    adapter,
    log: (event: RequestEvent) => void log.push(event),
    warn: (error: unknown) => void warnings.push(error),
  };
  const handler = siteHandler(site, { signal: stop.signal });
  const address = { hostname: "127.0.0.1", port: 0 };
  const server = await startServer(handler, address, undefined, site.warn);
  return {
    root,
    origin: `http://127.0.0.1:${server.address.port}`,
    log,
    warnings,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await server.stop();
      root[Symbol.dispose]();
    },
  };
}

/** An answer as it comes over the wire. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** Sends a request whose path goes out as it stands: `fetch` would resolve `..` before. */
export function ask(
  origin: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = "GET",
): Promise<RawAnswer> {
  const { hostname, port, host } = new URL(origin);
  const lines = Object.entries({ host, connection: "close", ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`);
  const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
  const chunks: Uint8Array[] = [];
  const socket = connect(Number(port), hostname, () => {
    socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`);
  });
  socket.on("data", (chunk) => chunks.push(chunk));
  socket.on("error", reject);
  socket.on("end", () => resolve(parseAnswer(Buffer.concat(chunks).toString())));
  return promise;
}

function parseAnswer(text: string): RawAnswer {
  const end = text.indexOf("\r\n\r\n");
  const [first = "", ...lines] = text.slice(0, end).split("\r\n");
  const headers = new Headers(lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  }));
  return { status: Number(first.split(" ")[1]), headers, body: text.slice(end + 4) };
}
