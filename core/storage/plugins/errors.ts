/** Calls of a plug-in's members: each settles, and fails with an error that names file and member. */
import { errno, meaningOf } from "../../util/errno.ts";
import { BinimportError, isRetryable, messageOf } from "../../util/errors.ts";
import { delayed, within } from "../../util/retry.ts";

export interface PluginFile {
  /** As the user named it. */
  readonly address: string;
  /** Its `file:` URL, which stack traces name. */
  readonly url: string;
}

/** A member of a plug-in, which is called to do something. */
export interface MemberCall {
  readonly file: PluginFile;
  /** As in `put()`. */
  readonly member: string;
  /** As in `store "a"`. */
  readonly doing: string;
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

interface Awaited {
  readonly patience?: CallLimits;
  readonly signal?: AbortSignal | undefined;
  /** When it last showed a sign of life, by `performance.now()`. Default: when it was begun. */
  readonly lastSign?: () => number | undefined;
}

/** Makes the call, and waits for it with patience. */
export async function guardCall<T>(
  about: MemberCall,
  call: () => T | PromiseLike<T>,
  awaited: Awaited = {},
): Promise<T> {
  try {
    return await patiently(Promise.try(call), about, awaited);
  } catch (error) {
    awaited.signal?.throwIfAborted();
    throw thrown(about, error);
  }
}

/** Makes a call that waits for nothing. */
export function guardSync<T>(about: MemberCall, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw thrown(about, error);
  }
}

/** What a plug-in gives step by step; each step is a call of its own. */
export async function* guardSteps<T>(
  about: MemberCall,
  values: AsyncIterable<T>,
  awaited: Awaited,
): AsyncGenerator<T> {
  const call = <R>(work: () => R | PromiseLike<R>) => guardCall(about, work, awaited);
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

/** Rejects for a call without any sign of life, or that goes on after it was aborted. */
async function patiently<T>(
  call: Promise<T>,
  { file, member, doing }: MemberCall,
  { patience: { silence, grace } = DEFAULT_PATIENCE, signal, lastSign }: Awaited,
): Promise<T> {
  const begun = performance.now();
  const silent = () => performance.now() - (lastSign?.() ?? begun);
  const late = () => slip(file, `${member} did not settle for ${silence / 1000} s, to ${doing}`);
  using stop = delayed(signal, grace);
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  stop.signal.addEventListener("abort", () => reject(stop.signal.reason));
  return await within(Promise.race([call, stopped]), silence, late, silent);
}

/** A plug-in is not what the contract says. */
export function slip({ address }: PluginFile, state: string, hint?: string): BinimportError {
  return new BinimportError("plugin", `Cannot use adapter ${JSON.stringify(address)}: ${state}`, {
    hint: hint ?? "docs/writing-an-adapter.md tells what each member owes.",
  });
}

/** Of a plug-in's own target; other errors of the system may be of anything. */
const OF_TARGET: ReadonlySet<string> = new Set(["no-space", "forbidden", "unavailable"]);

/** What a plug-in threw; an error of `host.error`, or of the source of a `put`, is passed on. */
function thrown(call: MemberCall, cause: unknown): BinimportError {
  const { file, member, doing } = call;
  try {
    if (cause instanceof BinimportError) return cause;
    const isDefect = [TypeError, ReferenceError, RangeError, SyntaxError]
      .some((kind) => cause instanceof kind);
    const meaning = meaningOf(errno(cause));
    const other = isDefect ? "plugin" : "target";
    const code = meaning !== undefined && OF_TARGET.has(meaning.code) ? meaning.code : other;
    const what = cause instanceof Error ? `${cause.name}: ${messageOf(cause)}` : messageOf(cause);
    // The first frame of the stack that is in the file.
    const [, frame = ""] = (cause instanceof Error ? cause.stack ?? "" : "").split(`${file.url}:`);
    const [place] = /^\d+:\d+/.exec(frame) ?? [];
    const message = `Cannot ${doing}: ${member} of ${JSON.stringify(file.address)} threw ${what}`;
    return new BinimportError(code, message, {
      cause,
      retryable: code === "unavailable" || isRetryable(cause),
      hint: place && `It was thrown at ${file.address}:${place}.`,
    });
  } catch { // a getter, a proxy, or what has no toString()
    return thrown(call, "a value that cannot be shown");
  }
}
