/**
 * Fetches and hashes bodies in workers. Out of the ordinary are another status, a body of unknown
 * length or in another encoding, a connection that failed.
 */
import type { BodyDigest } from "../util/digest.ts";
import { type DigestScope, digestWorkers, type Numbered } from "../util/hash_workers.ts";
import type { Fetch } from "./fetch.ts";

/** A body to fetch over HTTP. */
interface DigestRequest {
  readonly host: string;
  readonly port: number;
  /** The whole request, as it is sent. */
  readonly text: string;
  /** A server that is silent for so long, in ms, is given up. */
  readonly patience: number;
  /** The most bytes. */
  readonly most: number;
}

/** Fetches and hashes in workers, until it is disposed of. */
export type DigestPool = Disposable & Required<Pick<Fetch, "digest">>;

/**
 * Makes a pool, whose workers start when they are needed. Only `http:` is spoken.
 *
 * @param headers what every request says besides its host
 * @param patience a server that is silent for so long, in ms, is given up
 */
export function digestPool(
  headers: Readonly<Record<string, string>>,
  patience: number,
): DigestPool {
  const workers = digestWorkers(digestWorker);
  return {
    async digest(url, signal, most = Infinity) {
      if (url.protocol !== "http:") return undefined;
      const fields = Object.entries({ host: url.host, ...headers, connection: "close" })
        .map(([name, value]) => `${name}: ${value}\r\n`).join("");
      return await workers.digest({
        host: url.hostname.replace(/^\[|\]$/g, ""),
        port: Number(url.port || 80),
        text: `GET ${url.pathname}${url.search} HTTP/1.1\r\n${fields}\r\n`,
        patience,
        most,
      }, signal);
    },
    [Symbol.dispose]: () => workers[Symbol.dispose](),
  };
}

/** Runs in the worker. Each connection has one buffer, into which it is read again and again. */
async function digestWorker(scope: DigestScope<DigestRequest>): Promise<void> {
  const early: Numbered<DigestRequest>[] = [];
  scope.onmessage = ({ data }) => early.push(data);
  const { createHash } = await import("node:crypto");
  const { connect } = await import("node:net");
  const BUFFER_SIZE = 512 * 1024;
  const MAX_HEAD = 64 * 1024;
  const idle: Uint8Array<ArrayBuffer>[] = [];

  /** Bytes of the body that a head announces; undefined where it is not of the simplest kind. */
  function lengthIn(head: string): number | undefined {
    if (!/^HTTP\/1\.[01] 200[ \r]/.test(head)) return undefined;
    const fields = head.split("\r\n").slice(1).map((line) => line.toLowerCase());
    if (fields.some((line) => /^(?:transfer|content)-encoding:(?! *identity *$)/.test(line))) {
      return undefined;
    }
    const [length, another] = fields.flatMap((line) =>
      /^content-length: *(\d+) *$/.exec(line)?.slice(1) ?? []
    );
    return length === undefined || another !== undefined ? undefined : Number(length);
  }

  function fetchBody({ id, host, port, text, patience, most }: Numbered<DigestRequest>): void {
    const buffer = idle.pop() ?? new Uint8Array(BUFFER_SIZE);
    const hash = createHash("sha256");
    let head = "";
    let size: number | undefined;
    let left = 0;
    let over = false;

    function end(digest?: BodyDigest): void {
      if (over) return;
      over = true;
      socket.destroy();
      idle.push(buffer);
      scope.postMessage(digest === undefined ? { id } : { id, digest });
    }

    function take(bytes: Uint8Array): void {
      if (size === undefined) return takeHead(bytes);
      const own = bytes.subarray(0, left); // what follows is no part of it
      left -= own.length;
      hash.update(own);
      if (left === 0) end({ sha256: hash.digest("hex"), size });
    }

    function takeHead(bytes: Uint8Array): void {
      const before = head.length;
      head += new TextDecoder("latin1").decode(bytes.subarray(0, MAX_HEAD));
      const at = head.indexOf("\r\n\r\n");
      if (at < 0) return head.length > MAX_HEAD ? end() : undefined;
      const length = lengthIn(head.slice(0, at));
      if (length === undefined || length > most) return end();
      size = left = length;
      take(bytes.subarray(at + 4 - before));
    }

    const socket = connect({
      host,
      port,
      onread: {
        buffer,
        callback(count: number, bytes: Uint8Array) {
          if (!over) take(bytes.subarray(0, count));
          return true;
        },
      },
    }, () => socket.write(text));
    socket.setTimeout(patience, () => end());
    socket.on("error", () => end()).on("end", () => end()).on("close", () => end());
  }

  scope.onmessage = ({ data }) => fetchBody(data);
  for (const request of early) fetchBody(request);
}
