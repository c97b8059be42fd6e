/** One HTTP exchange under minio-js: its time limits, its end, and what the answer's head said. */
import type { ClientOptions } from "minio";
import type {
  ClientRequest,
  IncomingHttpHeaders,
  IncomingMessage,
  request as httpRequest,
  RequestOptions,
} from "node:http";
import type { Socket } from "node:net";

/** Sends a request: `request` of `node:http` or of `node:https`. */
export type SendRequest = typeof httpRequest;

/** What the answer's head said, also where minio-js keeps it to itself. */
export interface AnswerHead {
  /** The status; `undefined` until there is an answer. */
  readonly status: number | undefined;
  /** The headers; empty until there is an answer. */
  readonly headers: IncomingHttpHeaders;
  /** The request that it answers, as minio-js made it; `undefined` until there is one. */
  readonly sent: RequestOptions | undefined;
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

/**
 * Prepares an exchange; its request goes out by `send`, once minio-js asks for that. An answer that
 * is not read as it `streams` is bounded.
 */
export function openExchange(
  send: SendRequest,
  limits: TimeLimits,
  signal: AbortSignal | undefined,
  streams: boolean,
): Exchange {
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => {}); // It may come while nobody waits.
  let request: ClientRequest | undefined;
  let sent: RequestOptions | undefined;
  let answer: IncomingMessage | undefined;
  let watch: Watch | undefined;
  let open = true;

  function start(options: RequestOptions, onAnswer?: OnAnswer): ClientRequest {
    if (!open) throw new Error("the exchange is over");
    sent = options;
    request = send(options, (received) => {
      answer = received;
      if (!streams || (received.statusCode ?? 0) >= 300) boundAnswer(received, fail);
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
    head: () => ({ status: answer?.statusCode, headers: answer?.headers ?? {}, sent }),
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

/** The server showed no sign of life for too long. */
export class SilenceError extends Error {
  /** Its name in a stack trace. */
  override readonly name = "SilenceError";

  /** Takes whether there was a connection, and the milliseconds that were waited. */
  constructor(readonly connected: boolean, limit: number) {
    const seconds = `${Math.round(limit / 100) / 10} s`;
    super(connected ? `it has been silent for ${seconds}` : `no connection within ${seconds}`);
  }
}

/** How long a server may show no sign of life, in milliseconds. */
export interface TimeLimits {
  /** Until there is a connection, its TLS handshake included. */
  readonly connect: number;
  /** Until some byte moves in either direction. */
  readonly idle: number;
}

/** Looks after one request. It begins by watching. */
export interface Watch {
  /** Watches again, the silence so far forgotten. */
  resume(): void;
  /** Stops watching for a time, as while nobody reads the answer. */
  pause(): void;
  stop(): void;
}

/** How often it looks, in milliseconds; a limit may be overrun by as much. */
const TICK = 500;

/**
 * The end of a body lies in the kernel's buffer when the last of it has been sent. Emptying that
 * takes at most about as long as sending took, so as much is waited for beyond `idle`; but not
 * more than this many milliseconds.
 */
const MAX_ALLOWANCE = 10_000;

/** Calls `onSilence` once a limit has passed in silence. */
function watchRequest(
  request: ClientRequest,
  limits: TimeLimits,
  onSilence: (error: SilenceError) => void,
): Watch {
  const begun = performance.now();
  let socket: Socket | undefined;
  let connected = false;
  let watching = true;
  let moved = 0;
  let lastSign = begun;
  let allowance = 0;

  function look(): void {
    const bytes = socket === undefined ? 0 : socket.bytesRead + socket.bytesWritten;
    if (!watching || socket === undefined || (connected && bytes !== moved)) {
      moved = bytes;
      lastSign = performance.now();
      return;
    }
    const limit = connected ? limits.idle + allowance : limits.connect;
    if (performance.now() - lastSign < limit) return;
    clearInterval(timer);
    onSilence(new SilenceError(connected, limit));
  }

  const sign = () => {
    connected = true;
    lastSign = performance.now();
  };
  request.once("socket", (given: Socket) => {
    socket = given;
    lastSign = performance.now();
    if (!given.connecting) connected = true;
    else given.once("encrypted" in given ? "secureConnect" : "connect", sign);
  });
  request.once("finish", () => {
    lastSign = performance.now();
    allowance = Math.min(lastSign - begun, MAX_ALLOWANCE);
  });
  request.once("close", () => clearInterval(timer));
  const timer = setInterval(look, Math.min(TICK, limits.idle / 4));

  return {
    resume: () => {
      watching = true;
      lastSign = performance.now();
    },
    pause: () => {
      watching = false;
    },
    stop: () => clearInterval(timer),
  };
}

/** How long to put up with a server, and how often to try again. */
export interface RetryPolicy extends TimeLimits {
  /** How many more attempts follow one that failed in a way that may pass. */
  readonly retries: number;
  /** How often it may fall silent: one that is overloaded is not helped by more requests. */
  readonly silences: number;
}

/**
 * So that a server that stays away fails a call within a minute, tidying up included: 4 attempts
 * to connect take 36 s, 2 silences as long, and the waits between attempts 3.5 s at most.
 */
export const DEFAULT_PATIENCE: RetryPolicy = {
  connect: 9_000,
  idle: 18_000,
  retries: 3,
  silences: 2,
};

/** Of a request that tidies up, perhaps because the server is gone. */
export const QUICK: Partial<RetryPolicy> = { connect: 3_000, idle: 3_000, retries: 1 };

/** In bytes: 1,000 names of 1,024 bytes each, escaped; a page of errors has less. */
const MAX_ANSWER = 16 * 1024 * 1024;
const MAX_ERROR = 1024 * 1024;

/** In milliseconds: an answer that is read whole has come by then. */
const MAX_TIME = 300_000;

/**
 * Watches an answer that is read whole, also by minio-js: `onExcess` is called when it is longer, or
 * takes longer, than any that S3 knows.
 */
function boundAnswer(answer: IncomingMessage, onExcess: (error: Error) => void): void {
  const isError = (answer.statusCode ?? 0) >= 300;
  let left = isError ? MAX_ERROR : MAX_ANSWER;
  const push = answer.push.bind(answer);
  answer.push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (chunk instanceof Uint8Array || typeof chunk === "string") left -= chunk.length;
    if (left < 0) onExcess(new Error("its answer is longer than any answer of S3"));
    return push(left < 0 ? null : chunk, encoding);
  };
  const late = () => onExcess(new Error(`no end of its answer within ${MAX_TIME / 1000} s`));
  const timer = setTimeout(late, MAX_TIME);
  answer.once("close", () => clearTimeout(timer));
}
