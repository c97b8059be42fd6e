/** Calls of a plug-in's members: each settles, and fails with an error that names file and member. */
import type { CallOptions } from "../adapter.ts";
import { type Awaited, DEFAULT_PATIENCE, type Patience, patiently } from "./patience.ts";
import { type PluginFile, slip, thrown } from "./slip.ts";

/** Makes a call of a member, which is given as `put()`, to do something, as in `store "a"`. */
export async function guardCall<T>(
  file: PluginFile,
  member: string,
  doing: string,
  call: () => T | PromiseLike<T>,
  { patience = DEFAULT_PATIENCE, ...awaited }: Awaited & { readonly patience?: Patience } = {},
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
  options: CallOptions & { readonly patience: Patience },
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
