/** One HTTP exchange under minio-js: its time limits, its end, and answers that refuse. */
import type { ClientOptions } from "minio";
import type {
  ClientRequest,
  IncomingMessage,
  request as httpRequest,
  RequestOptions,
} from "node:http";
import type { Socket } from "node:net";
import { readBoundedText, SMALL, Unbounded } from "../../core/util/bounded_read.ts";
import { readRefusal, type Refused } from "./refusal.ts";

export interface Exchange {
  /** What minio-js is to send the request with. It is handed no answer that refuses. */
  readonly transport: NonNullable<ClientOptions["transport"]>;
  /** Gives what minio-js makes of the request; rejects when the answer refuses it. */
  unlessRefused<T>(sending: Promise<T>): Promise<T>;
  /** What an answer with this body refuses, for one that refuses although its status says else. */
  refused(body: string): Refused;
  /**
   * Gives what the promise gives; rejects when the signal is aborted, or when the server shows no
   * sign of life for too long meanwhile.
   */
  waitFor<T>(promise: Promise<T>): Promise<T>;
  /** Ends it. The connection is closed, unless the answer has been read to its end. */
  close(): void;
}

/** How long to put up with a server, in milliseconds, and how often to try again. */
export interface Patience {
  /** Until there is a connection, its TLS handshake included. */
  readonly connect: number;
  /** Until some byte moves in either direction. */
  readonly idle: number;
  /** How many more attempts follow one that failed in a way that may be over soon. */
  readonly retries: number;
  /** How often it may fall silent: one that is overloaded is not helped by more requests. */
  readonly silences: number;
}

/**
 * So that a server that stays away fails a call within a minute, tidying up included: 4 attempts
 * to connect take 36 s, 2 silences as long, and the waits between attempts 3.5 s at most.
 */
export const DEFAULT_PATIENCE: Patience = {
  connect: 9_000,
  idle: 18_000,
  retries: 3,
  silences: 2,
};

/** Of a request that tidies up, perhaps because the server is gone. */
export const QUICK: Partial<Patience> = { connect: 3_000, idle: 3_000, retries: 1 };

type OnAnswer = (answer: IncomingMessage) => void;

/** Prepares an exchange; its request goes out by `send`, once minio-js asks for that. */
export function openExchange(
  send: typeof httpRequest,
  patience: Patience,
  signal: AbortSignal | undefined,
): Exchange {
  const failure = Promise.withResolvers<never>();
  const refusal = Promise.withResolvers<never>();
  for (const { promise } of [failure, refusal]) promise.catch(() => {}); // nobody may be waiting
  let request: ClientRequest | undefined;
  let sent: RequestOptions = {};
  let answer: IncomingMessage | undefined;
  let stopWatching: (() => void) | undefined;
  let open = true;
  let waits = true;

  /** As `http.request`, of which minio-js is known to use one form only. */
  function start(
    options: RequestOptions | string | URL,
    onAnswer?: RequestOptions | OnAnswer,
  ): ClientRequest {
    if (typeof options === "string" || options instanceof URL || typeof onAnswer === "object") {
      throw new TypeError("minio-js is known to call request(options, onAnswer) only");
    }
    if (!open) throw new Error("the exchange is over");
    sent = options;
    request = send(options, (received) => {
      answer = received;
      if ((received.statusCode ?? 0) < 300) onAnswer?.(received);
      // minio-js would keep most of it to itself.
      else readText(received, SMALL).then((body) => refusal.reject(refused(received, body)), fail);
    });
    stopWatching?.();
    stopWatching = watchRequest(request, patience, () => waits, fail);
    return request;
  }

  function fail(error: unknown): void {
    failure.reject(error);
    close();
  }

  function close(): void {
    open = false;
    signal?.removeEventListener("abort", onAbort);
    stopWatching?.();
    if (answer?.complete && request?.writableFinished) answer.resume(); // the connection stays good
    else request?.destroy();
  }

  async function waitFor<T>(promise: Promise<T>): Promise<T> {
    waits = true;
    try {
      return await Promise.race([promise, failure.promise]);
    } finally {
      waits = false;
    }
  }

  const refused = (received: IncomingMessage, body: string) => readRefusal(sent, received, body);
  const onAbort = () => fail(signal?.reason);
  if (signal?.aborted) onAbort();
  signal?.addEventListener("abort", onAbort, { once: true });

  return {
    transport: { request: start },
    unlessRefused: (sending) => Promise.race([sending, refusal.promise]),
    refused(body) {
      if (answer === undefined) throw new Error("there is no answer yet");
      return refused(answer, body);
    },
    waitFor,
    close,
  };
}

/** The server showed no sign of life for too long. */
export class SilenceError extends Error {
  override readonly name = "SilenceError";

  constructor(readonly connected: boolean, limit: number) {
    const seconds = `${Math.round(limit / 100) / 10} s`;
    super(connected ? `it has been silent for ${seconds}` : `no connection within ${seconds}`);
  }
}

/** How often it looks, in milliseconds; a limit may be missed by as much. */
const TICK = 500;

/**
 * The end of a body lies in the kernel's buffer when the last of it has been sent. Emptying that
 * takes at most about as long as sending took, so as much is waited for beyond `idle`; but not
 * more than this many milliseconds.
 */
const MAX_ALLOWANCE = 10_000;

/**
 * Calls `onSilence` once a limit has passed in silence while somebody `waits`: nobody may be reading
 * the answer. Gives what ends the watch.
 */
function watchRequest(
  request: ClientRequest,
  { connect, idle }: Patience,
  waits: () => boolean,
  onSilence: (error: SilenceError) => void,
): () => void {
  const begun = performance.now();
  let socket: Socket | undefined;
  let connected = false;
  let moved = 0;
  let lastSign = begun;
  let allowance = 0;

  function look(): void {
    const bytes = socket === undefined ? 0 : socket.bytesRead + socket.bytesWritten;
    if (!waits() || socket === undefined || (connected && bytes !== moved)) {
      moved = bytes;
      lastSign = performance.now();
      return;
    }
    const limit = connected ? idle + allowance : connect;
    if (performance.now() - lastSign < limit) return;
    stop();
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
  const timer = setInterval(look, Math.min(TICK, idle / 4));
  const stop = () => clearInterval(timer);
  request.once("close", stop);
  return stop;
}

/** In bytes: 1,000 names of 1,024 bytes each, escaped. */
const MAX_ANSWER = 16 * 1024 * 1024;

/** In milliseconds: an answer that is read whole has come by then. */
const MAX_TIME = 300_000;

/** The body of an answer; rejects when it is longer, or takes longer, than any that S3 knows. */
export async function readText(
  answer: IncomingMessage,
  limit: number = MAX_ANSWER,
): Promise<string> {
  try {
    return await readBoundedText(answer, { limit, deadline: MAX_TIME });
  } catch (error) {
    if (!(error instanceof Unbounded)) throw error;
    throw new Error("its answer is longer than any answer of S3, or has no end");
  }
}
