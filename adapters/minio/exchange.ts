/** One HTTP exchange under minio-js: its time limits, its end, and what the answer's head said. */
import type {
  ClientRequest,
  IncomingHttpHeaders,
  IncomingMessage,
  request as httpRequest,
  RequestOptions,
} from "node:http";
import type { ClientOptions } from "minio";
import { type TimeLimits, type Watch, watchRequest } from "./watch.ts";

/** Sends a request: `request` of `node:http` or of `node:https`. */
export type SendRequest = typeof httpRequest;

/** What the answer's head said, also where minio-js keeps it to itself. */
export interface AnswerHead {
  /** The status; `undefined` until there is an answer. */
  readonly status: number | undefined;
  /** The headers; empty until there is an answer. */
  readonly headers: IncomingHttpHeaders;
}

/** One request and its answer. */
export interface Exchange {
  /** What minio-js is to send the request with. */
  readonly transport: NonNullable<ClientOptions["transport"]>;
  /** What the answer's head said so far. */
  head(): AnswerHead;
  /**
   * Gives what the promise gives; rejects when the signal is aborted, or when the server shows no
   * sign of life for too long meanwhile.
   */
  waitFor<T>(promise: Promise<T>): Promise<T>;
  /** Ends it. The connection is closed, unless the answer has been read to its end. */
  close(): void;
}

type OnAnswer = (answer: IncomingMessage) => void;

/** Prepares an exchange; its request goes out by `send`, once minio-js asks for that. */
export function openExchange(
  send: SendRequest,
  limits: TimeLimits,
  signal: AbortSignal | undefined,
): Exchange {
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => {}); // It may come while nobody waits.
  let request: ClientRequest | undefined;
  let answer: IncomingMessage | undefined;
  let watch: Watch | undefined;
  let open = true;

  function start(options: RequestOptions, onAnswer?: OnAnswer): ClientRequest {
    if (!open) throw new Error("the exchange is over");
    request = send(options, (received) => {
      answer = received;
      onAnswer?.(received);
    });
    watch?.stop();
    watch = watchRequest(request, limits, fail);
    return request;
  }

  function fail(error: unknown): void {
    failure.reject(error);
    close();
  }

  function close(): void {
    open = false;
    signal?.removeEventListener("abort", onAbort);
    watch?.stop();
    if (request !== undefined) release(request, answer);
  }

  async function waitFor<T>(promise: Promise<T>): Promise<T> {
    watch?.resume();
    try {
      return await Promise.race([promise, failure.promise]);
    } finally {
      watch?.pause();
    }
  }

  const onAbort = () => fail(signal?.reason);
  if (signal?.aborted) onAbort();
  signal?.addEventListener("abort", onAbort, { once: true });

  return {
    transport: { request: withOverloads(start) },
    head: () => ({ status: answer?.statusCode, headers: answer?.headers ?? {} }),
    waitFor,
    close,
  };
}

/** Lets the agent use the connection again where it can, and closes it elsewhere. */
function release(request: ClientRequest, answer: IncomingMessage | undefined): void {
  if (answer?.complete && request.writableFinished) answer.resume();
  else request.destroy();
}

/** Gives `start` the type of `http.request`, which may be called with a URL too. */
function withOverloads(start: (o: RequestOptions, a?: OnAnswer) => ClientRequest): SendRequest {
  return (first: RequestOptions | string | URL, second?: RequestOptions | OnAnswer) => {
    if (typeof first === "string" || first instanceof URL || typeof second === "object") {
      throw new TypeError("minio-js is known to call request(options, onAnswer) only");
    }
    return start(first, second);
  };
}
