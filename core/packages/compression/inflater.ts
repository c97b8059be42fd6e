/** gzip (RFC 1952) and Zstandard, inflated on a second processor where there is one. */
import { availableParallelism } from "node:os";
import type { ByteReader } from "../../util/byte_reader.ts";
import { type BinimportError, damaged } from "../../util/errors.ts";
import { unsupported } from "../errors.ts";
import { inflateSteps, type Reply, type Request } from "./inflate_worker.ts";

/** A worker takes 15 to 35 ms to start; in so long, that many bytes are inflated here. */
const WORTH_A_WORKER = 1024 * 1024;

const BUFFER_SIZE = 1024 * 1024;

/** Buffers of either kind, in either thread or on their way: enough that neither thread waits. */
const [ROOMS, INPUTS] = [4, 3];

type Format = "gzip" | "zstd";

/** The uncompressed bytes of gzip, one member or many, with padding of zeros behind. */
export async function* gunzip(input: ByteReader): AsyncGenerator<Uint8Array> {
  using inflater = await inflaterFor("gzip", input);
  yield* inflater.inflate(input);
}

/** Inflates one stream after the other. */
export interface Inflater extends Disposable {
  /**
   * The uncompressed bytes of one stream, in chunks valid until the next one is asked for; zeros
   * may follow. Errors of `chunks` pass, wrong data is `package-damaged`.
   */
  inflate(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array>;
}

/** An inflater in a worker, where that pays for so much of the input and can be had. */
export async function inflaterFor(format: Format, input: ByteReader): Promise<Inflater> {
  const { length } = await input.peek(WORTH_A_WORKER);
  const alone = length < WORTH_A_WORKER || availableParallelism() < 2;
  return (alone ? undefined : await inWorker(format).catch(() => undefined)) ??
    await onThisThread(format).catch(() => {
      const hint = "Use a newer one, or have the package packed as .tar.gz.";
      throw unsupported(`this runtime cannot inflate ${format}`, hint);
    });
}

/** Starts a worker that inflates; rejects where this runtime does not allow it. */
export async function inWorker(format: Format): Promise<Inflater> {
  const text = encodeURIComponent(`(${inflateSteps})("${format}").then((step) => {
    onmessage = ({ data }) => {
      const reply = step(data);
      postMessage(reply, [reply.output.buffer, ...reply.used]);
    };
    postMessage({});
  })`);
  const worker = new Worker(`data:text/javascript,${text}`, { type: "module" });
  const ready = Promise.withResolvers<Reply>();
  const waiting = [ready]; // for replies, which come in order
  worker.onmessage = ({ data }: MessageEvent<Reply>) => waiting.shift()?.resolve(data);
  worker.onerror = (event) => {
    event.preventDefault(); // else it would end the program
    const error = new Error(`The worker that inflates has failed: ${event.message}`);
    for (const { reject } of waiting) reject(error);
  };
  const end = () => worker.terminate();
  await ready.promise.catch((error) => {
    end();
    throw error;
  });
  return inflaterBy(format, end, (request) => {
    const { input, room } = request;
    const reply = Promise.withResolvers<Reply>();
    waiting.push(reply);
    worker.postMessage(request, input === undefined ? [room] : [room, input.buffer]);
    return reply.promise;
  });
}

/** Inflates here; rejects where this runtime cannot. */
export async function onThisThread(format: Format): Promise<Inflater> {
  const step = await inflateSteps(format);
  return inflaterBy(format, () => {}, (request) => Promise.resolve(step(request)));
}

function inflaterBy(
  format: Format,
  end: () => void,
  ask: (request: Request) => Promise<Reply>,
): Inflater {
  const newBuffer = () => new ArrayBuffer(BUFFER_SIZE);
  const rooms = Array.from({ length: ROOMS }, newBuffer);
  const inputs = Array.from({ length: INPUTS }, newBuffer);

  /** To be asked for one only while there is a buffer for it. */
  async function* piecesOf(chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length; at += BUFFER_SIZE) {
        const piece = chunk.subarray(at, at + BUFFER_SIZE);
        const bytes = new Uint8Array(inputs.pop() ?? newBuffer(), 0, piece.length);
        bytes.set(piece);
        yield bytes;
      }
    }
  }

  async function* inflate(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const pieces = piecesOf(chunks);
    const asked: Promise<Reply>[] = [];
    let [inputEnded, isDone] = [false, false];
    try {
      while (!isDone || asked.length > 0) {
        for (let room; !isDone && (room = rooms.pop()) !== undefined;) {
          const next = inputEnded || inputs.length === 0 ? undefined : await pieces.next();
          inputEnded ||= next?.done === true;
          const input = next?.done === false ? next.value : undefined;
          const reply = ask({ input, isEnd: next?.done === true, room });
          reply.catch(() => {}); // thrown when it is its turn
          asked.push(reply);
        }
        const reply = await asked.shift();
        if (reply?.failure !== undefined) throw wrongData(reply.failure, format);
        if (reply === undefined) continue;
        isDone ||= reply.isDone;
        inputs.push(...reply.used);
        if (reply.output.length > 0) yield reply.output;
        rooms.push(reply.output.buffer);
      }
    } finally {
      await pieces.return();
    }
  }

  return { inflate, [Symbol.dispose]: end };
}

function wrongData(message: string, format: Format): BinimportError {
  if (/header check|no padding/.test(message)) return notPadding(format);
  if (/unexpected end/.test(message)) return damaged(`the ${format} data ends early`);
  const isSum = /data check|length check|checksum/.test(message);
  return damaged(`the ${format} data ${isSum ? "fails its checksum" : `is damaged (${message})`}`);
}

/** Something stands behind the compressed data that is neither more of it nor padding. */
export function notPadding(format: string): BinimportError {
  return damaged(`bytes follow the end of the ${format} data that are not padding`);
}
