/** Fetching as a node would, over node:http, which can be told which certificates to trust. */
import { lookup } from "node:dns";
import { Agent, type IncomingMessage, request } from "node:http";
import { Agent as TlsAgent, request as requestTls } from "node:https";
import { redirectOf, shownAddress } from "../util/address.ts";
import { readNamedText } from "../util/bounded_read.ts";
import { systemState } from "../util/errno.ts";
import { BinimportError, messageOf } from "../util/errors.ts";
import { refuseUnknown } from "../util/hints.ts";
import { distrust, requireTls, socketState } from "./errors.ts";
import type { Fetch, FetchAnswer, FetchOptions } from "./fetch.ts";
import { digestPool, LEAST_RATE } from "./hash_body.ts";

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

/** The certificates of `--ca-file`, in PEM; `undefined` without one. Throws code `usage`. */
export async function readCertificates(
  file: string | undefined,
  signal?: AbortSignal,
): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const refuse = (state: string, cause?: unknown) =>
    new BinimportError("usage", `Cannot use ${JSON.stringify(file)} as --ca-file: ${state}`, {
      hint: "Give a file of certificates in PEM.",
      cause,
    });
  const text = await readNamedText(file, { signal }).catch((cause) => {
    signal?.throwIfAborted();
    throw refuse(systemState(cause), cause);
  });
  // A file of anything else would trust nobody, silently.
  if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
  throw refuse("it holds no certificate in PEM");
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
export function httpFetch(options: HttpOptions = {}): HttpFetch {
  refuseUnknown("make a fetcher", options, ["ca", "insecure"]);
  const { ca, insecure = false } = options;
  const shared = { keepAlive: true, maxSockets: 16, timeout: IDLE_LIMIT, lookup: localhostLookup };
  const plain = new Agent(shared);
  const tls = new TlsAgent({ ...shared, rejectUnauthorized: !insecure, ...(ca && { ca }) });
  const pool = digestPool(HEADERS, IDLE_LIMIT);

  async function fetch(url: URL, options: FetchOptions): Promise<FetchAnswer> {
    let at = url;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const answer = await send(at, at.protocol === "https:" ? tls : plain, options);
      const next = redirectOf(answer, at);
      if (next === undefined) return answer;
      answer.close();
      at = next;
    }
    const message = `Cannot fetch ${shownAddress(url)}: it redirects in a circle`;
    throw new BinimportError("unavailable", message);
  }

  function close(): void {
    for (const agent of [plain, tls]) agent.destroy();
    pool[Symbol.dispose]();
  }
  return Object.assign(fetch, { digest: pool.digest, [Symbol.dispose]: close });
}

function send(url: URL, agent: Agent, { method, headers, signal }: FetchOptions) {
  const { promise, resolve, reject } = Promise.withResolvers<FetchAnswer>();
  if (url.protocol === "https:") requireTls(url.origin);
  const start = url.protocol === "https:" ? requestTls : request;
  const options = { method, agent, headers: { ...HEADERS, ...headers }, ...(signal && { signal }) };
  const sent = start(url, options, (message) => resolve(answerOf(url, message, method)));
  const late = () => sent.destroy(new Error(`no answer for ${IDLE_LIMIT / 1000} s`));
  sent.setTimeout(IDLE_LIMIT, late);
  const timer = setTimeout(late, IDLE_LIMIT); // a head that comes byte by byte is no silence
  for (const end of ["response", "close"]) sent.on(end, () => clearTimeout(timer));
  sent.on("error", (cause) => {
    const { state, hint } = distrust(cause) ??
      { state: socketState(cause) ?? messageOf(cause), hint: undefined };
    const message = `Cannot fetch ${shownAddress(url)}: ${state}`;
    reject(new BinimportError("unavailable", message, { cause, retryable: !hint, hint }));
  });
  sent.end();
  return promise;
}

/** A body as long as it comes at the least rate; only the time that is spent waiting for it counts. */
async function* steady(url: URL, message: IncomingMessage): AsyncGenerator<Uint8Array> {
  let [waited, came, since] = [0, 0, performance.now()];
  for await (const chunk of message) {
    waited += performance.now() - since;
    came += chunk.length;
    if (waited >= IDLE_LIMIT) {
      if (came * 1000 < waited * LEAST_RATE) {
        const state = `${came} bytes came in ${Math.round(waited / 1000)} s`;
        throw new BinimportError("unavailable", `Cannot fetch ${shownAddress(url)}: only ${state}`);
      }
      [waited, came] = [0, 0];
    }
    yield chunk;
    since = performance.now();
  }
}

function answerOf(url: URL, message: IncomingMessage, method: string): FetchAnswer {
  return {
    status: message.statusCode ?? 0,
    header(name) {
      const value = message.headers[name];
      return Array.isArray(value) ? value.join(", ") : value;
    },
    body: steady(url, message),
    // An answer to HEAD has no body: its connection stays good.
    close: () => void (method === "HEAD" ? message.resume() : message.destroy()),
  };
}

/** What node:dns gives; not by its types, which authors of adapters may not have. */
type Address = string | { address: string; family: number }[];

/**
 * Looks names up as the system does, but for those under `localhost`, which are this host (RFC 6761,
 * 6.3): glibc asks name servers for them. A bucket of a server on this host has such a name.
 */
export function localhostLookup(
  name: string,
  options: object,
  onAddress: (error: Error | null, address: Address, family?: number) => void,
): void {
  const found = name.toLowerCase().endsWith(".localhost") ? "localhost" : name;
  lookup(found, options, onAddress);
}
