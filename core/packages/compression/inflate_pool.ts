/** Inflates gzip in a worker, so that hashing and writing go on meanwhile. */
import { type FromWorker, inflateWorker, type ToWorker } from "./inflate_worker.ts";
import { notPadding, wrongData } from "./zlib_stream.ts";

/** How many bytes each buffer has. */
const BUFFER_SIZE = 1024 * 1024;

/** Buffers of inflated bytes, in either thread or on their way: enough that neither waits. */
const ROOMS = 4;

/** Buffers of bytes to be inflated. */
const INPUTS = 3;

/** A worker that is ready to inflate one stream. Disposing of it ends it. */
export interface Inflater extends Disposable {
  /** The uncompressed bytes of one stream, as `gunzip` gives them; ends the worker, too. */
  inflate(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array>;
}

/** Starts a worker; `undefined` where this runtime has none, or allows none. */
export async function startInflater(): Promise<Inflater | undefined> {
  if (typeof Worker === "undefined") return undefined;
  const text = encodeURIComponent(`(${inflateWorker})(self)`);
  let channel: Channel | undefined;
  try {
    channel = channelTo(new Worker(`data:text/javascript,${text}`, { type: "module" }));
    const { kind } = await channel.next();
    if (kind === "ready") return inflaterOver(channel);
  } catch { /* what it does can be done here as well */ }
  channel?.[Symbol.dispose]();
  return undefined;
}

function inflaterOver(channel: Channel): Inflater {
  return {
    inflate: (chunks) => inflate(channel, chunks),
    [Symbol.dispose]: () => channel[Symbol.dispose](),
  };
}

async function* inflate(
  channel: Channel,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const spare = spareBuffers();
  const feeding = feed(channel, chunks, spare);
  feeding.catch((error) => channel.fail(error));
  try {
    for (let i = 0; i < ROOMS; i++) {
      channel.send({ kind: "room", buffer: new ArrayBuffer(BUFFER_SIZE) });
    }
    for (;;) {
      const message = await channel.next();
      if (message.kind === "used") spare.put(message.buffer);
      else if (message.kind === "output") {
        yield new Uint8Array(message.buffer, 0, message.length);
        channel.send({ kind: "room", buffer: message.buffer });
      } else if (message.kind === "failed") throw wrongData(message.message, "gzip");
      else if (message.kind === "ended") {
        if (message.padded) return;
        throw notPadding("gzip");
      }
    }
  } finally {
    channel[Symbol.dispose]();
    spare.close();
    await feeding.catch(() => {}); // it was thrown already
  }
}

/** Sends all of the chunks, as buffers become free. */
async function feed(
  channel: Channel,
  chunks: AsyncIterable<Uint8Array>,
  spare: SpareBuffers,
): Promise<void> {
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += BUFFER_SIZE) {
      const piece = chunk.subarray(at, at + BUFFER_SIZE);
      const buffer = await spare.take();
      if (buffer === undefined) return;
      new Uint8Array(buffer).set(piece);
      channel.send({ kind: "input", buffer, length: piece.length });
    }
  }
  channel.send({ kind: "end" });
}

/** Buffers for input. One reader waits for them at a time. */
interface SpareBuffers {
  /** Waits for one; `undefined` when there is no need any more. */
  take(): Promise<ArrayBuffer | undefined>;
  put(buffer: ArrayBuffer): void;
  close(): void;
}

function spareBuffers(): SpareBuffers {
  const spare = Array.from({ length: INPUTS }, () => new ArrayBuffer(BUFFER_SIZE));
  let closed = false;
  let wake = () => {};
  return {
    async take() {
      while (!closed && spare.length === 0) await new Promise<void>((resolve) => wake = resolve);
      return closed ? undefined : spare.pop();
    },
    put(buffer) {
      spare.push(buffer);
      wake();
    },
    close() {
      closed = true;
      wake();
    },
  };
}

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
function channelTo(worker: Worker): Channel {
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
