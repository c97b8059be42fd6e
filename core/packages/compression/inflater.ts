/** gzip (RFC 1952) and Zstandard, inflated on a second processor where there is one. */
import { availableParallelism } from "node:os";
import type { ByteReader } from "../../util/byte_reader.ts";
import { type BinimportError, damaged } from "../../util/errors.ts";
import { unsupported } from "../errors.ts";
import { type FromWorker, inflateWorker, type Scope, type ToWorker } from "./inflate_worker.ts";

/** A worker takes 15 to 35 ms to start; in so long, that many bytes are inflated here. */
const WORTH_A_WORKER = 1024 * 1024;

const BUFFER_SIZE = 1024 * 1024;

/** Buffers of inflated bytes, in either thread or on their way: enough that neither waits. */
const ROOMS = 4;

/** Buffers of bytes to be inflated. */
const INPUTS = 3;

type Format = "gzip" | "zstd";

/** The uncompressed bytes of gzip, one member or many, with padding of zeros behind. */
export async function* gunzip(input: ByteReader): AsyncGenerator<Uint8Array> {
  using inflater = await inflaterFor("gzip", input);
  yield* inflater.inflate(input);
}

/** Inflates one stream after the other. */
export interface Inflater extends Disposable {
  /**
   * The uncompressed bytes of one stream, in chunks that are valid until the next one is asked for;
   * what stands behind its data must be zeros. Errors of `chunks` pass through, wrong data is code
   * `package-damaged`. To be disposed of when it was not read to its end.
   */
  inflate(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array>;
}

/** An inflater in a worker, where that pays for so much of the input. */
export async function inflaterFor(format: Format, input: ByteReader): Promise<Inflater> {
  const { length } = await input.peek(WORTH_A_WORKER);
  const alone = length < WORTH_A_WORKER || availableParallelism() < 2;
  return (alone ? undefined : await startInflater(format, inWorker)) ??
    await startInflater(format, onThisThread) ?? refuse(format);
}

function refuse(format: Format): never {
  const hint = "Use a newer one, or have the package packed as .tar.gz.";
  throw unsupported(`this runtime cannot inflate ${format}`, hint);
}

/** Starts to inflate in a worker or here; `undefined` where this runtime does not allow it. */
export async function startInflater(
  format: Format,
  connect: (format: Format) => Channel,
): Promise<Inflater | undefined> {
  let channel: Channel | undefined;
  try {
    channel = connect(format);
    if ((await channel.received.take()).kind === "ready") return inflaterOver(channel, format);
  } catch { /* there may be another way */ }
  channel?.[Symbol.dispose]();
  return undefined;
}

function inflaterOver(channel: Channel, format: Format): Inflater {
  const spare = queue<ArrayBuffer>();
  for (let i = 0; i < INPUTS; i++) spare.put(new ArrayBuffer(BUFFER_SIZE));
  for (let i = 0; i < ROOMS; i++) {
    channel.send({ kind: "room", buffer: new ArrayBuffer(BUFFER_SIZE) });
  }
  return {
    inflate: (chunks) => inflate(channel, spare, chunks, format),
    [Symbol.dispose]: () => channel[Symbol.dispose](),
  };
}

async function* inflate(
  { send, received }: Channel,
  spare: Queue<ArrayBuffer>,
  chunks: AsyncIterable<Uint8Array>,
  format: Format,
): AsyncGenerator<Uint8Array> {
  let ended = false;
  const feeding = feed(send, chunks, spare).catch(received.fail);
  try {
    while (!ended) {
      const message = await received.take();
      if (message.kind === "used") spare.put(message.buffer);
      else if (message.kind === "output") {
        yield new Uint8Array(message.buffer, 0, message.length);
        send({ kind: "room", buffer: message.buffer });
      } else if (message.kind === "failed") throw wrongData(message.message, format);
      else ended = message.kind === "ended";
    }
  } finally {
    if (!ended) spare.fail(new Error("no more input is wanted"));
    await feeding;
  }
}

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

/** Whoever inflates, as seen from here. */
export interface Channel extends Disposable {
  /** Sends a message; its buffer is the other side's then. */
  send(message: ToWorker): void;
  readonly received: Queue<FromWorker>;
}

/** Starts a worker. */
export function inWorker(format: Format): Channel {
  const text = encodeURIComponent(`(${inflateWorker})(self, "${format}")`);
  const worker = new Worker(`data:text/javascript,${text}`, { type: "module" });
  const received = queue<FromWorker>();
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => received.put(data);
  worker.onerror = (event) => {
    event.preventDefault(); // else it would end the program
    received.fail(new Error(`The worker that inflates has failed: ${event.message}`));
  };
  return {
    send: (message) => worker.postMessage(message, message.kind === "end" ? [] : [message.buffer]),
    received,
    [Symbol.dispose]: () => worker.terminate(),
  };
}

/** Each message is worked off before `send` returns. */
export function onThisThread(format: Format): Channel {
  const received = queue<FromWorker>();
  const scope: Scope = { onmessage: null, postMessage: received.put };
  inflateWorker(scope, format).catch(received.fail);
  const send = (data: ToWorker) => scope.onmessage?.({ data });
  return { send, received, [Symbol.dispose]() {} };
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

function wrongData(message: string, format: Format): BinimportError {
  if (/unexpected end/.test(message)) return damaged(`the ${format} data ends early`);
  if (/header check|no padding/.test(message)) return notPadding(format);
  if (/data check|length check|checksum/.test(message)) {
    return damaged(`the ${format} data fails its checksum`);
  }
  return damaged(`the ${format} data is damaged (${message})`);
}

/** Something stands behind the compressed data that is neither more of it nor padding. */
export function notPadding(format: string): BinimportError {
  return damaged(`bytes follow the end of the ${format} data that are not padding`);
}
