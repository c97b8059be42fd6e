/** Calls of a plug-in's members: each settles, and fails with an error that names file and member. */
import { errno } from "../../util/errno.ts";
import { BinimportError, type ErrorCode, messageOf } from "../../util/errors.ts";
import type { CallOptions } from "../adapter.ts";

/** Makes a call of a member, which is given as `put()`, to do something, as in `store "a"`. */
export async function guardCall<T>(
  file: PluginFile,
  member: string,
  doing: string,
  call: () => T | PromiseLike<T>,
  { patience = DEFAULT_PATIENCE, ...awaited }: Awaited & { readonly patience?: CallLimits } = {},
): Promise<T> {
  const late = () =>
    slip(file, `${member} did not settle for ${patience.silence / 1000} s, to ${doing}`);
  try {
    return await patiently(Promise.try(call), patience, awaited, late);
  } catch (error) {
    awaited.signal?.throwIfAborted();
    throw thrown(file, member, doing, error);
  }
}

/** What a plug-in gives step by step; each step is a call of its own. */
export async function* guardSteps<T>(
  file: PluginFile,
  member: string,
  doing: string,
  values: AsyncIterable<T>,
  options: CallOptions & { readonly patience: CallLimits },
): AsyncGenerator<T> {
  const call = <R>(work: () => R | PromiseLike<R>) => guardCall(file, member, doing, work, options);
  const iterator = await call(() => values[Symbol.asyncIterator]());
  let waiting = true;
  try {
    for (;;) {
      const step = await call(() => iterator.next());
      waiting = false;
      if (step.done) return;
      yield step.value;
      waiting = true;
    }
  } finally {
    // What does not answer is told to stop, but not waited for.
    const stopped = Promise.try(() => iterator.return?.()).catch(() => {});
    if (!waiting) await call(() => stopped);
  }
}

/** How long a plug-in is waited for. */
export interface CallLimits {
  /** Milliseconds without any sign of life. */
  readonly silence: number;
  /** Milliseconds that a call may go on after it was aborted. */
  readonly grace: number;
}

/** One file may take hours, and shows that it goes on by reading its source; nothing else does. */
export const DEFAULT_PATIENCE: CallLimits = { silence: 300_000, grace: 10_000 };

export interface Awaited {
  /** Aborted when it is no longer wanted. */
  readonly signal?: AbortSignal | undefined;
  /** When it last showed a sign of life, by `performance.now()`. Default: when it was begun. */
  readonly lastSign?: () => number;
}

/**
 * The outcome of a call; or a rejection with `late()` when it shows no sign of life for too long,
 * and with the signal's reason when it does not end soon after it was aborted.
 */
async function patiently<T>(
  call: Promise<T>,
  { silence, grace }: CallLimits,
  { signal, lastSign }: Awaited,
  late: () => Error,
): Promise<T> {
  const begun = performance.now();
  const { promise: gaveUp, reject } = Promise.withResolvers<never>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    const left = (lastSign?.() ?? begun) + silence - performance.now();
    if (left <= 0) reject(late());
    else timer = setTimeout(look, left);
  };
  const stop = () => {
    clearTimeout(timer);
    timer = setTimeout(() => reject(signal?.reason), grace);
  };
  if (signal?.aborted) stop();
  else look();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([call, gaveUp]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}

/** A plug-in's file, as the user named it. */
export interface PluginFile {
  readonly address: string;
  /** Its `file:` URL, which stack traces name. */
  readonly url: string;
}

/** A plug-in is not what the contract says. */
export function slip({ address }: PluginFile, state: string, hint?: string): BinimportError {
  return new BinimportError("plugin", `Cannot use adapter ${JSON.stringify(address)}: ${state}`, {
    hint: hint ?? "docs/writing-an-adapter.md tells what each member owes.",
  });
}

/** What system errors mean to an import; everything else is code `target`. */
const CODES: Readonly<Record<string, readonly [code: ErrorCode, retryable: boolean]>> = {
  ENOSPC: ["no-space", false],
  EDQUOT: ["no-space", false],
  EACCES: ["forbidden", false],
  EPERM: ["forbidden", false],
  EROFS: ["forbidden", false],
  ECONNREFUSED: ["unavailable", true],
  ECONNRESET: ["unavailable", true],
  ENOTFOUND: ["unavailable", true],
  EAI_AGAIN: ["unavailable", true],
  EPIPE: ["unavailable", true],
  ETIMEDOUT: ["unavailable", true],
};

/**
 * What a plug-in threw, as an error that the core understands. One made by `host.error`, or by the
 * source of a `put`, is passed on; any other gets the file and the member into its message.
 */
export function thrown(
  file: PluginFile,
  member: string,
  doing: string,
  cause: unknown,
): BinimportError {
  if (cause instanceof BinimportError) return cause;
  const isDefect = cause instanceof TypeError || cause instanceof ReferenceError ||
    cause instanceof RangeError || cause instanceof SyntaxError;
  const system = CODES[errno(cause) ?? ""];
  const [code, retryable] = system ?? [isDefect ? "plugin" : "target", saysRetryable(cause)];
  const what = cause instanceof Error ? `${cause.name}: ${messageOf(cause)}` : messageOf(cause);
  const place = placeIn(file, cause);
  return new BinimportError(
    code,
    `Cannot ${doing}: ${member} of ${JSON.stringify(file.address)} threw ${what}`,
    { cause, retryable, ...(place !== undefined && { hint: `It was thrown at ${place}.` }) },
  );
}

function saysRetryable(cause: unknown): boolean {
  return cause instanceof Error && "retryable" in cause && cause.retryable === true;
}

/** `LINE:COLUMN` of the first frame of the stack that is in the file. */
function placeIn({ address, url }: PluginFile, cause: unknown): string | undefined {
  const stack = cause instanceof Error ? cause.stack ?? "" : "";
  const at = stack.indexOf(`${url}:`);
  const place = at < 0 ? undefined : /^\d+:\d+/.exec(stack.slice(at + url.length + 1))?.[0];
  return place && `${address}:${place}`;
}
