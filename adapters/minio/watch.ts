/** Tells a slow server, which is left alone, from a silent one. */
import type { ClientRequest } from "node:http";
import type { Socket } from "node:net";

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
  /** Stops watching for good. */
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
export function watchRequest(
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
