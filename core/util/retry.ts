/** Waiting: for the next attempt, for a limit of time, for a rate to allow more bytes. */
import { isRetryable } from "./errors.ts";
import { readForeignText } from "./foreign_file.ts";
import { tried } from "./tried.ts";

export interface RetryOptions<T = unknown> {
  /** How many more attempts may follow the first. */
  readonly retries: number;
  /** The most milliseconds to wait before the first retry; it doubles each time. Default: 500. */
  readonly baseDelay?: number;
  /** The most milliseconds to wait before any retry. Default: 5000. */
  readonly maxDelay?: number;
  /** Whether another attempt is worth it. Default: where the error says so (`retryable`). */
  readonly worthIt?: (error: unknown) => boolean;
  /** Whether a result is good enough; the last attempt's is given in any case. Default: each is. */
  readonly accept?: (result: T) => boolean;
  /** Ends the waiting, and the retries. */
  readonly signal?: AbortSignal | undefined;
  /** The milliseconds that the server asked to be left alone for, waited for up to `maxDelay`. */
  readonly retryAfter?: (error?: unknown) => number | undefined;
  /** Told of each retry before the waiting, as for a log. */
  readonly onRetry?: (error: unknown, delay: number) => void;
}

/**
 * Calls `work` with the number of the attempt, from 0, until it succeeds, fails for good, or `retries`
 * are used up. Waits have full jitter: aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter
 */
export async function retry<T>(
  work: (attempt: number) => Promise<T>,
  options: RetryOptions<T>,
): Promise<T> {
  const { signal, worthIt = isRetryable, accept = () => true } = options;
  const { baseDelay = 500, maxDelay = 5000 } = options;
  for (let attempt = 0;; attempt++) {
    const isLast = attempt >= options.retries;
    let failure: unknown;
    try {
      const result = await work(attempt);
      if (isLast || accept(result)) return result;
    } catch (error) {
      if (isLast || signal?.aborted || !worthIt(error)) throw error;
      failure = error;
    }
    const backoff = Math.random() * baseDelay * 2 ** attempt;
    const delay = Math.min(maxDelay, Math.max(backoff, options.retryAfter?.(failure) ?? 0));
    options.onRetry?.(failure, delay);
    await sleep(delay, signal);
  }
}

/** Resolves after that many milliseconds; rejects with the signal's reason once it is aborted. */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

/** The outcome of a promise, which goes on, or `late()` when it takes more milliseconds by a clock. */
export async function within<T>(
  promise: Promise<T>,
  milliseconds: number,
  late: () => Error,
  clock: () => number = () => performance.now(),
): Promise<T> {
  const until = clock() + milliseconds;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    const look = () => {
      const left = until - clock();
      if (left > 0) timer = setTimeout(look, left);
      else reject(late());
    };
    timer = setTimeout(look, milliseconds);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** Milliseconds from now on in which nobody here waited for a processor: a sixth of all, at least. */
export function fairClock(): () => number {
  const [begun, before] = [performance.now(), stalled()];
  return () => {
    const passed = performance.now() - begun;
    return Math.max(passed / 6, passed - (stalled() - before));
  };
}

/** Since the kernel was started, in milliseconds; 0 where it does not tell (PSI, Linux 4.20). */
function stalled(): number {
  const text = tried(() => readForeignText("/proc/pressure/cpu", 4096)) ?? "";
  return Number(/^some .*total=(\d+)/.exec(text)?.[1] ?? 0) / 1000;
}

/** A signal that is aborted `milliseconds` after the given one, until it is disposed of. */
export function delayed(
  signal: AbortSignal | undefined,
  milliseconds: number,
): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const start = () => {
    timer = setTimeout(() => controller.abort(signal?.reason), milliseconds);
  };
  if (signal?.aborted) start();
  else signal?.addEventListener("abort", start, { once: true });
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      signal?.removeEventListener("abort", start);
      clearTimeout(timer);
    },
  };
}

/** Lets bytes pass at a rate. */
export interface RateLimit {
  /** Waits until so many more bytes may pass; rejects once `signal` is aborted. */
  pass(bytes: number, signal?: AbortSignal): Promise<void>;
}

/** A limit that all who share it keep together; time in which nobody came is not saved up. */
export function rateLimit(bytesPerSecond: number): RateLimit {
  let free = 0; // when the rate allows the next byte, by performance.now()
  return {
    async pass(bytes, signal) {
      const now = performance.now();
      const turn = Math.max(now, free);
      free = turn + (bytes / bytesPerSecond) * 1000;
      if (turn > now) await sleep(turn - now, signal);
    },
  };
}
