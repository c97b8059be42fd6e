/** Lets a request finish that was asked to stop. */

/** A signal that follows another one with a delay. Disposing of it ends the waiting. */
export interface DelayedSignal extends Disposable {
  /** Aborted so long after the other one, for the same reason. */
  readonly signal: AbortSignal;
}

/** A signal that is aborted `milliseconds` after the given one. */
export function delayed(signal: AbortSignal | undefined, milliseconds: number): DelayedSignal {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const start = () => {
    timer = setTimeout(() => controller.abort(signal?.reason), milliseconds);
  };
  signal?.addEventListener("abort", start, { once: true });
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      signal?.removeEventListener("abort", start);
      clearTimeout(timer);
    },
  };
}
