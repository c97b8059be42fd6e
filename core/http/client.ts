/**
 * Fetching as a node would, over node:http, which can be told which certificates to trust.
 *
 * Whether two answers of a server are of one and the same file (RFC 9110, sections 8.8 and 13).
 */
import {
  type Agent as HttpAgent,
  Agent as PlainAgent,
  type IncomingMessage,
  request,
} from "node:http";
import { Agent as TlsAgent, request as requestTls } from "node:https";
import { redirectOf, shownAddress } from "../util/address.ts";
import { BinimportError, messageOf } from "../util/errors.ts";
import { distrust, requireTls, socketState } from "./errors.ts";
import type { Fetch, FetchAnswer } from "./fetch.ts";
import { digestPool } from "./hash_body.ts";
import { localhostLookup } from "./localhost.ts";

/** As many as curl follows by default with `-L` would be 50; nodes' tools follow about ten. */
const MAX_REDIRECTS = 10;

/** A server that is silent for so long, in ms, is taken to be gone. */
const IDLE_LIMIT = 20_000;

const HEADERS = { "accept-encoding": "identity", "user-agent": "binimport" };

/** Which servers to trust. */
export interface HttpOptions {
  /** Certificate authorities in PEM, instead of the system's. */
  readonly ca?: string;
  /** Whether to accept any certificate. Default: false. */
  readonly insecure?: boolean;
}

/** A fetcher that keeps connections open between requests, until it is disposed of. */
export type HttpFetch = Fetch & Disposable;

/**
 * Makes a fetcher with connections of its own.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { httpFetch } from "binimport";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, () => new Response("hello"));
 * using fetch = httpFetch();
 * const { status, body } = await fetch(new URL(`http://localhost:${server.addr.port}/`), {
 *   method: "GET",
 * });
 * for await (const chunk of body) assert(status === 200 && chunk.length === 5);
 * ```
 */
export function httpFetch({ ca, insecure = false }: HttpOptions = {}): HttpFetch {
  const shared = {
    keepAlive: true,
    maxSockets: 16,
    timeout: IDLE_LIMIT,
    lookup: localhostLookup,
  };
  const plain = new PlainAgent(shared);
  const tls = new TlsAgent({
    ...shared,
    rejectUnauthorized: !insecure,
    ...(ca === undefined ? {} : { ca }),
  });

  const pool = digestPool(HEADERS, IDLE_LIMIT);

  async function fetch(url: URL, options: Parameters<Fetch>[1]): Promise<FetchAnswer> {
    let at = url;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const answer = await send(at, at.protocol === "https:" ? tls : plain, options);
      const next = redirectOf(answer, at);
      if (next === undefined) return answer;
      answer.close();
      at = next;
    }
    throw new BinimportError(
      "unavailable",
      `Cannot fetch ${shownAddress(url)}: it redirects in a circle`,
    );
  }

  function close(): void {
    plain.destroy();
    tls.destroy();
    pool[Symbol.dispose]();
  }
  return Object.assign(fetch, { digest: pool.digest, [Symbol.dispose]: close });
}

function send(
  url: URL,
  agent: HttpAgent,
  { method, headers, signal }: Parameters<Fetch>[1],
): Promise<FetchAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<FetchAnswer>();
  if (url.protocol === "https:") requireTls(url.origin);
  const start = url.protocol === "https:" ? requestTls : request;
  const options = {
    method,
    agent,
    headers: { ...HEADERS, ...headers },
    ...(signal === undefined ? {} : { signal }),
  };
  const sent = start(url, options, (message) => resolve(answerOf(message, method)));
  sent.setTimeout(
    IDLE_LIMIT,
    () => sent.destroy(new Error(`no answer for ${IDLE_LIMIT / 1000} s`)),
  );
  sent.on("error", (cause) => {
    const distrusted = distrust(cause);
    const state = distrusted?.state ?? socketState(cause) ?? messageOf(cause);
    reject(
      new BinimportError("unavailable", `Cannot fetch ${shownAddress(url)}: ${state}`, {
        cause,
        retryable: distrusted === undefined,
        ...(distrusted && { hint: distrusted.hint }),
      }),
    );
  });
  sent.end();
  return promise;
}

function answerOf(message: IncomingMessage, method: string): FetchAnswer {
  return {
    status: message.statusCode ?? 0,
    header(name) {
      const value = message.headers[name];
      return Array.isArray(value) ? value.join(", ") : value;
    },
    body: message,
    // An answer to HEAD has no body: its connection stays good.
    close: () => void (method === "HEAD" ? message.resume() : message.destroy()),
  };
}

/** What tells a file from one that took its place. */
export interface FileVersion {
  /** A strong validator, as it stands in `If-Range`. */
  readonly validator: string;
  /** The header that it came in. */
  readonly header: "etag" | "last-modified";
}

/** What an answer tells of its file; undefined when nothing in it is sure to change with the bytes. */
export function versionOf({ header }: FetchAnswer): FileVersion | undefined {
  const etag = header("etag");
  // A weak one stays the same for bytes that only mean the same.
  if (etag !== undefined) {
    return etag.startsWith("W/") ? undefined : { validator: etag, header: "etag" };
  }
  const changed = header("last-modified");
  if (changed === undefined) return undefined;
  // It counts in seconds: within its own second, the file may have been written twice.
  const age = Date.parse(header("date") ?? "") - Date.parse(changed);
  return age >= 1000 ? { validator: changed, header: "last-modified" } : undefined;
}

/** Where an answer begins and how long the file is, by `Content-Range: bytes 100-199/200`. */
export function rangeOf({ header }: FetchAnswer): { start: number; total?: number } | undefined {
  const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(header("content-range") ?? "") ?? [];
  if (start === undefined) return undefined;
  return { start: Number(start), ...(total === "*" ? {} : { total: Number(total) }) };
}
