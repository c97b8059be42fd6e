/**
 * Inflates gzip (RFC 1952) and frames of Zstandard (RFC 8878), in a worker or not. The text of
 * {@linkcode inflateSteps} alone gets into a worker: it names nothing outside itself but types.
 */

/** To whoever inflates. Buffers change hands, and come back: none is made while it runs. */
export interface Request {
  readonly input: Uint8Array<ArrayBuffer> | undefined;
  /** There are no more; what comes in later requests is another stream. */
  readonly isEnd: boolean;
  /** An empty buffer to inflate into. */
  readonly room: ArrayBuffer;
}

/** What came of it. */
export interface Reply {
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
 * node:zlib takes 1.2 times as long. Rejects where this runtime has no such zlib.
 */
export async function inflateSteps(format: "gzip" | "zstd"): Promise<(asked: Request) => Reply> {
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
