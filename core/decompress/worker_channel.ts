/** Messages to and from the worker that inflates. */
import type { FromWorker, ToWorker } from "./inflate_worker.ts";

/** A worker, as seen from here. Disposing of it ends the worker. */
export interface Channel extends Disposable {
  /** Sends a message; its buffer is the worker's then. */
  send(message: ToWorker): void;
  /** The next message from the worker; rejects when that failed, or was told to. */
  next(): Promise<FromWorker>;
  /** Has `next` reject. */
  fail(error: unknown): void;
}

/** Takes a worker over, before it can have said anything. */
export function channelTo(worker: Worker): Channel {
  const received: FromWorker[] = [];
  let failure: { readonly error: unknown } | undefined;
  let wake = () => {};

  function fail(error: unknown): void {
    failure ??= { error };
    wake();
  }

  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    received.push(data);
    wake();
  };
  worker.onerror = (event) => {
    event.preventDefault(); // else it would end the program
    fail(new Error(`The worker that inflates has failed: ${event.message}`));
  };

  return {
    send: (message) => worker.postMessage(message, message.kind === "end" ? [] : [message.buffer]),
    async next() {
      for (;;) {
        if (failure !== undefined) throw failure.error;
        const message = received.shift();
        if (message !== undefined) return message;
        await new Promise<void>((resolve) => wake = resolve);
      }
    },
    fail,
    [Symbol.dispose]: () => worker.terminate(),
  };
}
