/** One HTTP exchange under minio-js: its time limits, and its end. */
import type { ClientOptions } from "minio";
import type {
  ClientRequest,
  IncomingMessage,
  request as httpRequest,
  RequestOptions,
} from "node:http";
import type { Socket } from "node:net";

export interface Exchange {
  /** What minio-js is to send the request with. It is handed no answer: it would judge it. */
  readonly transport: NonNullable<ClientOptions["transport"]>;
  /** What was sent and the answer, of whatever status; rejects when minio-js cannot send it. */
  answerTo(sending: Promise<unknown>): Promise<Received>;
  /** Rejects when the signal is aborted, or the server shows no sign of life for too long. */
  waitFor<T>(promise: Promise<T>): Promise<T>;
  /** Ends it. The connection is closed, unless the answer has been read to its end. */
  close(): void;
}

type Received = { readonly sent: RequestOptions; readonly answer: IncomingMessage };

/** How long to put up with a server, in milliseconds, and how often to try again. */
export interface Patience {
  /** Until there is a connection, its TLS handshake included. */
  readonly connect: number;
  /** Until the head of an answer has come whole, or some byte moves in either direction. */
  readonly idle: number;
  readonly retries: number;
  /** How often it may fall silent: one that is overloaded is not helped by more requests. */
  readonly silences: number;
}

/** A server that stays away fails a call within a minute: 4 connects or 2 silences take 36 s. */
export const DEFAULT_PATIENCE: Patience = { connect: 9_000, idle: 18_000, retries: 3, silences: 2 };

/** Of a request that tidies up, perhaps because the server is gone. */
export const QUICK: Partial<Patience> = { connect: 3_000, idle: 3_000, retries: 1 };

/** Of a request about many parts: a server may take long, and say nothing meanwhile. */
export const LONG: Partial<Patience> = { idle: 40_000, silences: 1 };

/** How often it looks for a sign of life, in milliseconds; a limit may be missed by as much. */
const TICK = 500;

/** In ms. What was sent last lies in the kernel's buffer, about as long as sending all took. */
const MAX_ALLOWANCE = 10_000;

/** Prepares an exchange; its request goes out by `send`, once minio-js asks for that. */
export function openExchange(
  send: typeof httpRequest,
  { connect, idle }: Patience,
  signal: AbortSignal | undefined,
): Exchange {
  const failure = Promise.withResolvers<never>();
  const received = Promise.withResolvers<Received>();
  failure.promise.catch(() => {}); // nobody may be waiting
  let request: ClientRequest | undefined;
  let answer: IncomingMessage | undefined;
  let open = true;

  function start(options: RequestOptions | string | URL): ClientRequest {
    if (typeof options === "string" || options instanceof URL) {
      throw new TypeError("minio-js is known to call request(options, onAnswer) only");
    }
    if (!open) throw new Error("the exchange is over");
    const begun = performance.now();
    request = send(options, (head) => {
      answer = head;
      received.resolve({ sent: options, answer });
    });
    request.once("socket", (given: Socket) => {
      socket = given;
      connected = !given.connecting;
      lastSign = performance.now();
      if (connected) return;
      given.once("encrypted" in given ? "secureConnect" : "connect", () => {
        connected = true;
        lastSign = performance.now();
      });
    });
    request.once("finish", () => {
      lastSign = performance.now();
      allowance = Math.min(lastSign - begun, MAX_ALLOWANCE);
    });
    return request;
  }

  let socket: Socket | undefined;
  let connected = false;
  let allowance = 0;
  let moved = 0;
  let lastSign = 0; // by performance.now()
  let waits = true;

  function look(): void {
    // What is read before an answer's head is whole may be one that never will be.
    const read = answer === undefined ? 0 : socket?.bytesRead ?? 0;
    const bytes = read + (socket?.bytesWritten ?? 0);
    const limit = connected ? idle + allowance : connect;
    if (!waits || socket === undefined || (connected && bytes !== moved)) {
      moved = bytes;
      lastSign = performance.now();
    } else if (performance.now() - lastSign >= limit) fail(new SilenceError(connected, limit));
  }

  function fail(error: unknown): void {
    failure.reject(error);
    close();
  }

  function close(): void {
    open = false;
    signal?.removeEventListener("abort", onAbort);
    clearInterval(timer);
    if (answer?.complete && request?.writableFinished) answer.resume(); // the connection stays good
    else request?.destroy();
  }

  const timer = setInterval(look, Math.min(TICK, idle / 4));
  const onAbort = () => fail(signal?.reason);
  if (signal?.aborted) onAbort();
  signal?.addEventListener("abort", onAbort, { once: true });

  return {
    transport: { request: start },
    answerTo: (sending) => Promise.race([received.promise, sending.then(() => received.promise)]),
    async waitFor(promise) {
      waits = true;
      try {
        return await Promise.race([promise, failure.promise]);
      } finally {
        waits = false;
      }
    },
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
