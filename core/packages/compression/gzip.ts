/**
 * gzip (RFC 1952), one member or many, with padding of zeros behind. Where there is a second
 * processor it is inflated on it, so that hashing and writing go on meanwhile.
 */
import { createGunzip } from "node:zlib";
import type { ByteReader } from "../../util/byte_reader.ts";
import { type FromWorker, inflateWorker, type ToWorker } from "./inflate_worker.ts";
import { CHUNK_SIZES, inflated, wrongData } from "./zlib_stream.ts";

/** A worker takes 15 to 35 ms to start; in so long, that many bytes are inflated here. */
const WORTH_A_WORKER = 1024 * 1024;

/** How many bytes each buffer has. */
const BUFFER_SIZE = 1024 * 1024;

/** Buffers of inflated bytes, in either thread or on their way: enough that neither waits. */
const ROOMS = 4;

/** Buffers of bytes to be inflated. */
const INPUTS = 3;

/** The uncompressed bytes. */
export async function* gunzip(input: ByteReader): AsyncGenerator<Uint8Array> {
  const { length } = await input.peek(WORTH_A_WORKER);
  const alone = length < WORTH_A_WORKER || navigator.hardwareConcurrency < 2;
  const inflater = alone ? undefined : await startInflater();
  if (inflater === undefined) yield* inflated(input, createGunzip(CHUNK_SIZES), "gzip");
  else yield* inflater.inflate(input);
}

/** A worker that is ready to inflate one stream. Disposing of it ends it. */
export interface Inflater extends Disposable {
  /** The uncompressed bytes of one stream, as {@linkcode gunzip} gives them; ends the worker, too. */
  inflate(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array>;
}

/** Starts a worker; `undefined` where this runtime has none, or allows none. */
export async function startInflater(): Promise<Inflater | undefined> {
  if (typeof Worker === "undefined") return undefined;
  const text = encodeURIComponent(`(${inflateWorker})(self)`);
  let worker: Worker | undefined;
  try {
    worker = new Worker(`data:text/javascript,${text}`, { type: "module" });
    const end = worker.terminate.bind(worker);
    const channel = channelTo(worker);
    if ((await channel.received.take()).kind === "ready") {
      return { inflate: (chunks) => inflate(channel, chunks, end), [Symbol.dispose]: end };
    }
  } catch { /* what it does can be done here as well */ }
  worker?.terminate();
  return undefined;
}

async function* inflate(
  { send, received }: Channel,
  chunks: AsyncIterable<Uint8Array>,
  end: () => void,
): AsyncGenerator<Uint8Array> {
  const spare = queue<ArrayBuffer>();
  for (let i = 0; i < INPUTS; i++) spare.put(new ArrayBuffer(BUFFER_SIZE));
  for (let i = 0; i < ROOMS; i++) send({ kind: "room", buffer: new ArrayBuffer(BUFFER_SIZE) });
  const feeding = feed(send, chunks, spare).catch(received.fail);
  try {
    for (;;) {
      const message = await received.take();
      if (message.kind === "used") spare.put(message.buffer);
      else if (message.kind === "output") {
        yield new Uint8Array(message.buffer, 0, message.length);
        send({ kind: "room", buffer: message.buffer });
      } else if (message.kind === "failed") throw wrongData(message.message, "gzip");
      else return;
    }
  } finally {
    end();
    spare.fail(new Error("no more input is wanted"));
    await feeding;
  }
}

/** Sends all of the chunks, as buffers become free. */
async function feed(
  send: Channel["send"],
  chunks: AsyncIterable<Uint8Array>,
  spare: Queue<ArrayBuffer>,
): Promise<void> {
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += BUFFER_SIZE) {
      const piece = chunk.subarray(at, at + BUFFER_SIZE);
      const buffer = await spare.take();
      new Uint8Array(buffer).set(piece);
      send({ kind: "input", buffer, length: piece.length });
    }
  }
  send({ kind: "end" });
}

interface Channel {
  /** Sends a message; its buffer is the worker's then. */
  send(message: ToWorker): void;
  readonly received: Queue<FromWorker>;
}

/** Takes a worker over, before it can have said anything. */
function channelTo(worker: Worker): Channel {
  const received = queue<FromWorker>();
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => received.put(data);
  worker.onerror = (event) => {
    event.preventDefault(); // else it would end the program
    received.fail(new Error(`The worker that inflates has failed: ${event.message}`));
  };
  return {
    send: (message) => worker.postMessage(message, message.kind === "end" ? [] : [message.buffer]),
    received,
  };
}

/** What one side puts, the other waits for. */
interface Queue<T> {
  put(item: T): void;
  /** The next item; one reader waits at a time. Rejects once it was told to. */
  take(): Promise<T>;
  /** Has `take` reject. */
  fail(error: unknown): void;
}

function queue<T>(): Queue<T> {
  const items: T[] = [];
  let failure: { readonly error: unknown } | undefined;
  let wake = () => {};
  return {
    put(item) {
      items.push(item);
      wake();
    },
    async take() {
      for (;;) {
        if (failure !== undefined) throw failure.error;
        const item = items.shift();
        if (item !== undefined) return item;
        await new Promise<void>((resolve) => wake = resolve);
      }
    },
    fail(error) {
      failure ??= { error };
      wake();
    },
  };
}
