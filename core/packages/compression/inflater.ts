/** gzip (RFC 1952) and frames of Zstandard (RFC 8878), inflated on a second processor where there is one. */
import { availableParallelism } from "node:os";
import type { ByteReader } from "../../util/byte_reader.ts";
import { type BinimportError, damaged } from "../../util/errors.ts";
import { unsupported } from "../errors.ts";

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

/** To whoever inflates. Buffers change hands, and come back: none is made while it runs. */
interface Request {
  readonly input: Uint8Array<ArrayBuffer> | undefined;
  /** There are no more; what comes in later requests is another stream. */
  readonly isEnd: boolean;
  /** An empty buffer to inflate into. */
  readonly room: ArrayBuffer;
}

interface Reply {
  readonly output: Uint8Array<ArrayBuffer>;
  readonly used: readonly ArrayBuffer[];
  /** The stream has ended as it should. */
  readonly isDone: boolean;
  /** What is wrong with the data, as zlib says. */
  readonly failure: string | undefined;
}

/** The synchronous way into node:zlib: as in Node, whose npm libraries have used it for long. */
interface RawZlib {
  readonly _handle: {
    onerror: (message: string) => void;
    /** `_writeState` tells then how much room is left in `output`, and how much is unread. */
    writeSync(
      flush: number,
      input: Uint8Array,
      inputAt: number,
      inputLength: number,
      output: Uint8Array,
      outputAt: number,
      outputLength: number,
    ): void;
  };
  readonly _writeState: Uint32Array;
}

/**
 * Inflates one stream after the other. Each step fills a buffer with few calls; a stream of
 * node:zlib takes 1.2 times as long. Rejects where this runtime has no such zlib. Its text gets into
 * the worker: it names nothing outside itself but types.
 */
async function inflateSteps(format: "gzip" | "zstd"): Promise<(asked: Request) => Reply> {
  const [CONTINUE, FINISH] = [0, 4];
  const { createGunzip, createZstdDecompress } = await import("node:zlib");
  const inputs: { readonly bytes: Uint8Array<ArrayBuffer>; at: number }[] = [];
  let failure: string | undefined;
  let hasMore = false; // there may be more to give without any further input
  let isOver = false; // the data has ended: what is behind must be zeros
  let inputEnded = false;

  function isRaw(value: object): value is RawZlib {
    return "_writeState" in value && value._writeState instanceof Uint32Array &&
      "_handle" in value && typeof value._handle === "object" && value._handle !== null &&
      "writeSync" in value._handle && typeof value._handle.writeSync === "function";
  }

  function start(): RawZlib {
    // Node before 22.15 has no zstd.
    const made: object = format === "gzip" ? createGunzip() : createZstdDecompress?.() ?? {};
    if (!isRaw(made)) throw new Error("no zlib to call");
    made._handle.onerror = (message) => failure = message;
    return made;
  }

  /** How much of `room` is filled then. */
  function inflate(flush: number, room: Uint8Array, filled: number): number {
    const { bytes, at } = inputs[0] ?? { bytes: new Uint8Array(0), at: 0 };
    try {
      const [unread, free] = [bytes.length - at, room.length - filled];
      zlib._handle.writeSync(flush, bytes, at, unread, room, filled, free);
    } catch (error) { // Deno's zstd throws, its zlib calls `onerror`
      failure = error instanceof Error ? error.message : String(error);
    }
    const [free = 0, unread = 0] = zlib._writeState;
    hasMore = free === 0;
    isOver = unread > 0 && !hasMore;
    if (inputs[0] !== undefined) inputs[0].at = bytes.length - unread;
    return room.length - free;
  }

  let zlib = start();
  return ({ input, isEnd, room }) => {
    if (input !== undefined) inputs.push({ bytes: input, at: 0 });
    inputEnded ||= isEnd;
    const output = new Uint8Array(room);
    const used: ArrayBuffer[] = [];
    let filled = 0;
    while (failure === undefined && filled < output.length && (inputs.length > 0 || hasMore)) {
      const [next] = inputs;
      if (!isOver) filled = inflate(CONTINUE, output, filled);
      else if (next?.bytes.subarray(next.at).every((byte) => byte === 0)) {
        next.at = next.bytes.length;
      } else failure = "no padding";
      if (next?.at === next?.bytes.length) {
        used.push(...inputs.splice(0, 1).map((one) => one.bytes.buffer));
      }
    }
    let isDone = inputEnded && inputs.length === 0 && !hasMore;
    if (isDone && !isOver && format === "gzip") inflate(FINISH, output, filled); // ends it early?
    isDone &&= failure === undefined;
    if (isDone) [zlib, hasMore, isOver, inputEnded] = [start(), false, false, false];
    return { output: output.subarray(0, filled), used, isDone, failure };
  };
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
