/** Requests to one server over node:http: with credentials, time limits and an end on abort. */
import { Buffer } from "node:buffer";
import { Agent, type ClientRequest, type IncomingMessage, request } from "node:http";
import { Agent as TlsAgent, request as requestTls } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { readCertificates, serverWords, wordsOf } from "../../core/http/mod.ts";
import type { AdapterHost } from "../../core/storage/mod.ts";
import { readBoundedText } from "../../core/util/bounded_read.ts";
import { failure, refusal } from "./errors.ts";
import type { Answer, Request } from "./messages.ts";
import type { HttpPutConfig } from "./options.ts";

/** A server that shows no sign of life for so long, in ms, is taken to be gone. */
const IDLE_LIMIT = 60_000;

/** RFC 9110, 10.1.1: the request is to be repeated without `Expect`. Old proxies want that. */
const UNMET = 417;

/** RFC 4918. Go's library locks a folder until it has answered. The delay, in ms, doubles each time. */
const LOCKED = { status: 423, attempts: 6, delay: 30 };

export interface Connection {
  /** Rejects without an answer, for a status that is not among those given, and when aborted. */
  send(request: Request, statuses?: readonly number[]): Promise<Answer>;
  close(): void;
}

/** Prepares a connection; nothing is sent yet. */
export async function openConnection(
  { endpoint, authorization, caFile, insecure, patience = IDLE_LIMIT }: HttpPutConfig,
  host: AdapterHost,
): Promise<Connection> {
  const shared = { keepAlive: true, timeout: patience };
  const ca = await readCertificates(caFile, host.signal);
  const plain = new Agent(shared);
  const tls = new TlsAgent({ ...shared, rejectUnauthorized: !insecure, ...(ca && { ca }) });

  let expects = true; // until a server says that it meets no expectations

  function begin(
    { url, method, headers, body, signal }: Request,
    isExpecting: boolean,
  ): ClientRequest {
    const [call, agent] = url.protocol === "https:" ? [requestTls, tls] : [request, plain];
    return call(url, {
      method,
      agent,
      headers: {
        ...headers,
        "accept-encoding": "identity",
        "user-agent": "binimport",
        // Another server, which it was redirected to, is not to learn it.
        ...(authorization !== undefined && url.origin === endpoint.origin && { authorization }),
        ...(body !== undefined && { "content-length": `${body.size}` }),
        // The server may refuse it before a gigabyte was sent in vain.
        ...(body?.size && isExpecting && { expect: "100-continue" }),
      },
      ...(signal && { signal }),
    });
  }

  async function send(wanted: Request, statuses?: readonly number[]): Promise<Answer> {
    const answer = await answerTo(wanted);
    if (statuses?.includes(answer.status) ?? true) return answer;
    throw await refusal(answer, wanted, host);
  }

  async function answerTo(wanted: Request): Promise<Answer> {
    const { signal, body, method } = wanted;
    for (let attempt = 0;; attempt++) {
      signal?.throwIfAborted();
      const isExpecting = expects;
      const sent = begin(wanted, isExpecting);
      const { promise: answered, resolve, reject } = Promise.withResolvers<IncomingMessage>();
      sent.on("response", resolve).on("error", reject);
      sent.on("close", () => reject(Object.assign(new Error("cut"), { code: "ECONNRESET" })));
      const silence = new Error(`no answer for ${patience / 1000} s`);
      sent.on("timeout", () => reject(silence)); // "close" may come before its error, and says less
      sent.setTimeout(patience, () => sent.destroy(silence));
      // What comes byte by byte, or is no answer (1xx), is no silence.
      const inTime = <T>(wait: Promise<T>) => {
        const timer = setTimeout(() => reject(silence), patience);
        return wait.finally(() => clearTimeout(timer));
      };
      const isBegun = await sendBody(sent, body, answered, isExpecting, inTime).catch((reason) => {
        abandon(sent);
        signal?.throwIfAborted();
        throw reason;
      });
      try {
        const answer = answerOf(await inTime(answered), sent, method, authorization);
        const isLocked = answer.status === LOCKED.status && attempt < LOCKED.attempts;
        const isUnmet = answer.status === UNMET && isExpecting;
        if (!(isLocked || isUnmet) || isBegun) return answer;
        answer.skip();
        if (isUnmet) expects = false;
      } catch (error) {
        abandon(sent);
        signal?.throwIfAborted();
        // A server closes connections that lie idle, at times just when they are used again.
        if (!sent.reusedSocket || isBegun || attempt > 0) throw failure(error, wanted, host);
        continue;
      }
      await sleep(LOCKED.delay * 2 ** attempt);
    }
  }

  return { send, close: () => [plain, tls].forEach((agent) => agent.destroy()) };
}

/** Ends a request, and the new connection on which Deno 2.9.5 then sends one once more, at times. */
function abandon(sent: ClientRequest): void {
  sent.on("socket", (socket) => socket.destroy());
  sent.destroy();
}

/** Deno 2.9.5 sends a request once more when a connection ends that was used again: not its body. */
function leaveWhenResent(sent: ClientRequest): void {
  const leave = () => sent.once("socket", () => abandon(sent));
  if (sent.socket) leave();
  else sent.once("socket", leave);
}

/** A server that knows nothing of `Expect` is silent; RFC 9110, 10.1.1 bids not to wait for ever. */
const CONTINUE_LIMIT = 1000;

/** Bytes that are to be taken in time: few, so that a slow link is not silent. */
const PIECE = 256 * 1024;

/** Sends a body until an answer comes; gives whether its source was begun. Throws what that does. */
async function sendBody(
  sent: ClientRequest,
  body: Request["body"],
  answered: Promise<unknown>,
  isExpecting: boolean,
  inTime: (wait: Promise<void>) => Promise<void>,
) {
  let isDecided = false;
  const decided = answered.then(() => {}, () => {}).then(() => void (isDecided = true));
  if (body?.size && isExpecting) {
    const { promise: ready, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, CONTINUE_LIMIT);
    sent.once("continue", resolve);
    sent.flushHeaders();
    await Promise.race([decided, ready]).finally(() => clearTimeout(timer));
    if (isDecided) return false;
  }
  if (body !== undefined) leaveWhenResent(sent);
  for await (const chunk of body?.chunks ?? []) {
    for (let at = 0; at < chunk.length; at += PIECE) {
      // A copy: the chunk's memory is used again, and Bun says that it has sent what it still holds.
      const own = new Uint8Array(chunk.subarray(at, at + PIECE));
      const written = new Promise<void>((resolve) => void sent.write(own, () => resolve()));
      await inTime(Promise.race([decided, written]));
      if (isDecided) return true;
    }
  }
  sent.end();
  return body !== undefined;
}

/** How long a server may take to say why it refuses, in ms, and how much of that is read. */
const WORDS = { deadline: 5_000, limit: 64 * 1024 };

function answerOf(
  message: IncomingMessage,
  sent: ClientRequest,
  method: string,
  authorization = "",
): Answer {
  const { statusCode: status = 0, statusMessage: reason, headers } = message;
  // What follows an error is a short page; an object that nobody wants may be long. A connection on
  // which a body is owed, or still comes, is of no use for another request.
  const skip = () => {
    if (!sent.writableEnded || (method === "GET" && status === 200)) return abandon(sent);
    let left = WORDS.limit;
    message.on("data", ({ length }) => (left -= length) < 0 && abandon(sent));
  };
  return {
    status,
    header: (name) => headers[name]?.toString(),
    body: message,
    skip,
    async words() {
      const body = await readBoundedText(message, WORDS).catch(() => "");
      skip();
      // Some servers repeat a request in what they say of it.
      const [, token = ""] = authorization.split(" ");
      const password = Buffer.from(token, "base64").toString().replace(/^[^:]*:/, "");
      const type = headers["content-type"];
      return serverWords(wordsOf({ status, reason, type, body }), [token, password]);
    },
  };
}
