/**
 * Inflates gzip (RFC 1952) and frames of Zstandard (RFC 8878), in a worker or on the thread that wants
 * the bytes. Only the text of {@linkcode inflateWorker} gets into a worker, since neither a bundle nor
 * a compiled binary has a module to start one from: so it names nothing outside itself but types.
 */

/** To whoever inflates. Buffers change hands, and come back: none is made while it runs. */
export type ToWorker =
  | { readonly kind: "input"; readonly buffer: ArrayBuffer; readonly length: number }
  /** An empty buffer to inflate into. */
  | { readonly kind: "room"; readonly buffer: ArrayBuffer }
  /** There are no more bytes; what comes behind is another stream. */
  | { readonly kind: "end" };

/** From whoever inflates. */
export type FromWorker =
  | { readonly kind: "ready" | "ended" }
  | { readonly kind: "output"; readonly buffer: ArrayBuffer; readonly length: number }
  | { readonly kind: "used"; readonly buffer: ArrayBuffer }
  /** The data is wrong, as zlib says; or this runtime has no such zlib. */
  | { readonly kind: "failed"; readonly message: string };

/** The part of a worker's global scope that is used. */
export interface Scope {
  onmessage: ((event: { readonly data: ToWorker }) => void) | null;
  postMessage(message: FromWorker, transfer?: ArrayBuffer[]): void;
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
 * Inflates one stream after the other. It fills one buffer after the other with one call each; a
 * stream of node:zlib makes a new buffer for every chunk, and takes 1.2 times as long.
 */
export async function inflateWorker(scope: Scope, format: "gzip" | "zstd"): Promise<void> {
  const [CONTINUE, FINISH] = [0, 4];
  const inputs: { readonly bytes: Uint8Array<ArrayBuffer>; at: number }[] = [];
  const rooms: Uint8Array<ArrayBuffer>[] = [];
  let filled = 0;
  let brimful = false; // there may be more to give without any further input
  let inputEnded = false;
  let state: "reading" | "padding" | "failed" = "reading";
  const hasFailed = () => state === "failed";

  function work(): void {
    while (state === "reading" && rooms[0] !== undefined && (inputs.length > 0 || brimful)) {
      inflate(CONTINUE, rooms[0]);
    }
    while (state === "padding" && inputs.length > 0) passPadding();
    if (inputs.length === 0) sendOutput();
    if (!inputEnded || inputs.length > 0 || state === "failed") return;
    if (state === "reading") {
      if (rooms[0] === undefined || brimful) return;
      if (format === "gzip") inflate(FINISH, rooms[0]); // it says whether the data ends early
      sendOutput();
    }
    if (hasFailed()) return;
    [zlib, state, inputEnded] = [start(), "reading", false];
    scope.postMessage({ kind: "ended" });
  }

  function inflate(flush: number, room: Uint8Array): void {
    const input = inputs[0] ?? { bytes: new Uint8Array(0), at: 0 };
    const unread = input.bytes.length - input.at;
    const free = room.length - filled;
    try {
      zlib?._handle.writeSync(flush, input.bytes, input.at, unread, room, filled, free);
    } catch (error) { // Deno's zstd throws, its zlib calls `onerror`
      fail(error instanceof Error ? error.message : String(error));
    }
    if (hasFailed()) return;
    const [freeNow = 0, unreadNow = 0] = zlib?._writeState ?? [];
    filled = room.length - freeNow;
    brimful = freeNow === 0;
    if (brimful) sendOutput();
    input.at = input.bytes.length - unreadNow;
    if (unreadNow === 0) returnInput();
    else if (!brimful) state = "padding"; // no more is wanted: the data has ended
  }

  /** What stands behind the data must be zeros. */
  function passPadding(): void {
    const input = inputs[0];
    if (input?.bytes.subarray(input.at).every((byte) => byte === 0)) returnInput();
    else fail("no padding");
  }

  function returnInput(): void {
    const buffer = inputs.shift()?.bytes.buffer;
    if (buffer !== undefined) scope.postMessage({ kind: "used", buffer }, [buffer]);
  }

  function sendOutput(): void {
    const buffer = filled === 0 ? undefined : rooms.shift()?.buffer;
    if (buffer !== undefined) {
      scope.postMessage({ kind: "output", buffer, length: filled }, [buffer]);
    }
    filled = 0;
  }

  function fail(message: string): void {
    state = "failed";
    scope.postMessage({ kind: "failed", message });
  }

  function isRaw(value: object): value is RawZlib {
    return "_writeState" in value && value._writeState instanceof Uint32Array &&
      "_handle" in value && typeof value._handle === "object" && value._handle !== null &&
      "writeSync" in value._handle && typeof value._handle.writeSync === "function";
  }

  const { createGunzip, createZstdDecompress } = await import("node:zlib");

  function start(): RawZlib | undefined {
    // Node before 22.15 has no zstd.
    const made: object = format === "gzip" ? createGunzip() : createZstdDecompress?.() ?? {};
    if (!isRaw(made)) return undefined;
    made._handle.onerror = fail;
    return made;
  }

  let zlib = start();
  if (zlib === undefined) return fail("no zlib to call");
  scope.onmessage = ({ data }) => {
    if (data.kind === "end") inputEnded = true;
    else if (data.kind === "room") rooms.push(new Uint8Array(data.buffer));
    else inputs.push({ bytes: new Uint8Array(data.buffer, 0, data.length), at: 0 });
    work();
  };
  scope.postMessage({ kind: "ready" });
}
