/** Fetches and hashes bodies in workers, where status, length, encoding and connection are ordinary. */
import type { BodyDigest } from "../util/digest.ts";
import { digestWorkers, type Hash } from "../util/hash_workers.ts";
import type { Fetch } from "./fetch.ts";

/** Bytes a second. Who sends less of a body for as long as silence is borne sends no file. */
export const LEAST_RATE = 1024;

/** A body to fetch over HTTP. */
interface DigestRequest {
  readonly host: string;
  readonly port: number;
  /** The whole request, as it is sent. */
  readonly text: string;
  /** A server that is silent for so long, in ms, is given up. */
  readonly patience: number;
  /** {@linkcode LEAST_RATE}: a worker has nothing of this module. */
  readonly leastRate: number;
  /** The most bytes. */
  readonly most: number;
}

/** Fetches by `http:` alone and hashes, in workers that start when they are needed. */
export function digestPool(
  headers: Readonly<Record<string, string>>,
  patience: number,
): Disposable & Required<Pick<Fetch, "digest">> {
  const workers = digestWorkers(prepareBodies);
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
        leastRate: LEAST_RATE,
        most,
      }, signal);
    },
    [Symbol.dispose]: () => workers[Symbol.dispose](),
  };
}

/** Runs in the worker. Each connection has one buffer, into which it is read again and again. */
async function prepareBodies(): Promise<Hash<DigestRequest>> {
  const { createHash } = await import("node:crypto");
  const { connect } = await import("node:net");
  const MAX_HEAD = 64 * 1024;
  const idle: Uint8Array<ArrayBuffer>[] = [];

  /** Bytes of the body that a head announces; undefined where it is not of the simplest kind. */
  function lengthIn(head: string): number | undefined {
    if (!/^HTTP\/1\.[01] 200[ \r]/.test(head)) return undefined;
    if (/^(?:transfer|content)-encoding:(?! *identity *\r?$)/im.test(head)) return undefined;
    const lengths = [...head.matchAll(/^content-length: *(\d+) *\r?$/gim)];
    return lengths.length === 1 ? Number(lengths[0]?.[1]) : undefined;
  }

  return ({ host, port, text, patience, leastRate, most }) => {
    const { promise, resolve } = Promise.withResolvers<BodyDigest | undefined>();
    const buffer = idle.pop() ?? new Uint8Array(512 * 1024);
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
      resolve(digest);
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

    // One that trickles is to be told by whoever asks again.
    const begun = performance.now();
    let came = 0;
    const callback = (count: number, bytes: Uint8Array) => {
      came += count;
      const waited = performance.now() - begun;
      if (waited > patience && came * 1000 < waited * leastRate) end();
      if (!over) take(bytes.subarray(0, count));
      return true;
    };
    const onread = { buffer, callback };
    const socket = connect({ host, port, onread }, () => socket.write(text));
    socket.setTimeout(patience, () => end());
    for (const event of ["error", "end", "close"]) socket.on(event, () => end());
    return promise;
  };
}
