/** Requests to one server over node:http: with credentials, time limits and an end on abort. */
import { Agent, type ClientRequest, type IncomingMessage, request } from "node:http";
import { Agent as TlsAgent, request as requestTls } from "node:https";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { AdapterHost } from "../../core/adapter.ts";
import { type Body, type Progress, sendBody } from "./body.ts";
import type { HttpPutConfig } from "./config.ts";
import { type About, failure } from "./errors.ts";

/** A server that shows no sign of life for so long, in ms, is taken to be gone. */
const IDLE_LIMIT = 60_000;

/**
 * RFC 4918. A server over Go's library locks a folder while it works in it, and gives the lock up
 * only after it has answered; an upload that broke off stays locked until it has noticed that.
 */
const LOCKED = 423;

/** How often it is asked again. */
const LOCK_ATTEMPTS = 6;

/** How long is waited before that, in milliseconds; it doubles each time. */
const LOCK_DELAY = 30;

/** What to ask for. */
export interface Request extends About {
  readonly method: "GET" | "HEAD" | "PUT" | "DELETE" | "MKCOL" | "MOVE" | "OPTIONS" | "PROPFIND";
  readonly url: URL;
  /** Besides those that every request has; names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Body;
  readonly signal?: AbortSignal | undefined;
}

/** What came back. */
export interface Answer {
  readonly status: number;
  /** A header's value by its lower-case name. */
  header(name: string): string | undefined;
  /** The body; to be read, or to be given up by `skip`. */
  readonly body: IncomingMessage;
  /** Gives the body up; a short one is read, so that the connection can be used again. */
  skip(): void;
}

/** A server that requests go to. */
export interface Connection {
  /** Sends it. Rejects when there is no answer, with the signal's reason when that is aborted. */
  send(request: Request): Promise<Answer>;
  /** Closes all connections. Safe to call again. */
  close(): void;
}

/** Prepares a connection; nothing is sent yet. */
export async function openConnection(
  { endpoint, authorization, caFile, insecure }: HttpPutConfig,
  host: AdapterHost,
): Promise<Connection> {
  const shared = { keepAlive: true, timeout: IDLE_LIMIT };
  const ca = caFile === undefined ? undefined : await readCertificates(caFile, host);
  const agents = {
    "http:": new Agent(shared),
    "https:": new TlsAgent({ ...shared, rejectUnauthorized: !insecure, ...(ca && { ca }) }),
  };

  function begin({ url, method, headers, body, signal }: Request): ClientRequest {
    const tls = url.protocol === "https:";
    return (tls ? requestTls : request)(url, {
      method,
      agent: agents[tls ? "https:" : "http:"],
      headers: {
        ...headers,
        "accept-encoding": "identity",
        "user-agent": "binimport",
        // Another server, which it was redirected to, is not to learn it.
        ...(authorization !== undefined && url.origin === endpoint.origin && { authorization }),
        ...(body !== undefined && { "content-length": `${body.size}` }),
        // The server may refuse it before a gigabyte was sent in vain.
        ...(body !== undefined && body.size > 0 && { expect: "100-continue" }),
      },
      ...(signal && { signal }),
    });
  }

  async function send(wanted: Request): Promise<Answer> {
    for (let attempt = 0;; attempt++) {
      wanted.signal?.throwIfAborted();
      const sent = begin(wanted);
      const progress: Progress = { begun: false };
      try {
        const answer = await exchange(sent, wanted, progress);
        const again = answer.status === LOCKED && !progress.begun && attempt < LOCK_ATTEMPTS;
        if (!again) return answer;
        answer.skip();
        await sleep(LOCK_DELAY * 2 ** attempt);
      } catch (error) {
        abandon(sent);
        wanted.signal?.throwIfAborted();
        if (progress.failed !== undefined) throw progress.failed.reason;
        // A server closes connections that lie idle, at times just when they are used again.
        if (sent.reusedSocket && !progress.begun && attempt === 0) continue;
        throw failure(error, wanted, host);
      }
    }
  }

  return {
    send,
    close() {
      agents["http:"].destroy();
      agents["https:"].destroy();
    },
  };
}

async function exchange(
  sent: ClientRequest,
  { method, body }: Request,
  progress: Progress,
): Promise<Answer> {
  const { promise: answered, resolve, reject } = Promise.withResolvers<Answer>();
  answered.catch(() => {}); // it may come while the body is still sent
  sent.on("response", (message) => resolve(answerOf(message, sent, method)));
  sent.on("error", reject);
  sent.on("close", () => reject(Object.assign(new Error("cut"), { code: "ECONNRESET" })));
  const silence = `no sign of life for ${IDLE_LIMIT / 1000} s`;
  sent.setTimeout(IDLE_LIMIT, () => sent.destroy(new Error(silence)));
  if (body === undefined) sent.end();
  else await sendBody(sent, body, answered, progress);
  return await answered;
}

/**
 * Ends a request, and its connection. Deno 2.9.5 sends a request whose connection had been used
 * before once more when it is destroyed, on a new connection; that one is closed as well.
 */
function abandon(sent: ClientRequest): void {
  sent.on("socket", (socket) => socket.destroy());
  sent.destroy();
}

function answerOf(message: IncomingMessage, sent: ClientRequest, method: string): Answer {
  return {
    status: message.statusCode ?? 0,
    header(name) {
      const value = message.headers[name];
      return Array.isArray(value) ? value.join(", ") : value;
    },
    body: message,
    // What follows an error is a short page; an object that nobody wants may be long.
    skip() {
      // A connection on which a body is owed, or still comes, is of no use for another request.
      const isBusy = !sent.writableEnded || (method === "GET" && message.statusCode === 200);
      if (isBusy) abandon(sent);
      else message.resume();
    },
  };
}

/** Certificates in PEM. Without this check a file of anything else would trust nobody, silently. */
async function readCertificates(path: string, host: AdapterHost): Promise<string> {
  const refuse = (state: string, cause?: unknown) =>
    host.error("usage", `Cannot use "${path}" as --ca-file: ${state}`, { cause });
  const text = await readFile(path, "utf8").catch((error) => {
    throw refuse(error instanceof Error ? error.message : String(error), error);
  });
  if (!text.includes("-----BEGIN CERTIFICATE-----")) throw refuse("it holds no certificate in PEM");
  return text;
}
