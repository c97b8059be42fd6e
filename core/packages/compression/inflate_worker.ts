/**
 * What a worker does that inflates gzip (RFC 1952). Only the text of {@linkcode inflateWorker} gets
 * there, since neither a bundle nor a compiled binary has a module to start a worker from: so it
 * names nothing outside itself but types.
 */

/** To the worker. Buffers are transferred, and come back: none is made while it runs. */
export type ToWorker =
  | { readonly kind: "input"; readonly buffer: ArrayBuffer; readonly length: number }
  /** An empty buffer to inflate into. */
  | { readonly kind: "room"; readonly buffer: ArrayBuffer }
  /** There are no more bytes. */
  | { readonly kind: "end" };

/** From the worker. */
export type FromWorker =
  | { readonly kind: "ready" | "ended" }
  /** Inflated bytes. */
  | { readonly kind: "output"; readonly buffer: ArrayBuffer; readonly length: number }
  /** A buffer of input that is used up. */
  | { readonly kind: "used"; readonly buffer: ArrayBuffer }
  /** The data is wrong, as zlib says, or this runtime has no such zlib. */
  | { readonly kind: "failed"; readonly message: string };

/** The part of a worker's global scope that is used. */
interface Scope {
  onmessage: ((event: { readonly data: ToWorker }) => void) | null;
  postMessage(message: FromWorker, transfer?: ArrayBuffer[]): void;
}

/** The synchronous way into node:zlib: as in Node, whose npm libraries have used it for long. */
interface RawGunzip {
  readonly _handle: {
    onerror: (message: string) => void;
    /** `state` tells then how much room is left in `output`, and how much of `input` is unread. */
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
 * Runs in the worker. It fills one buffer after the other with one call each; a stream of node:zlib
 * makes a new buffer for every chunk, and takes 1.2 times as long.
 */
export async function inflateWorker(scope: Scope): Promise<void> {
  const [NO_FLUSH, FINISH] = [0, 4];
  const inputs: { readonly bytes: Uint8Array<ArrayBuffer>; at: number }[] = [];
  const rooms: Uint8Array<ArrayBuffer>[] = [];
  let filled = 0;
  let brimful = false; // zlib may have more to give without any further input
  let inputEnded = false;
  let state: "reading" | "padding" | "over" = "reading";
  const isOver = () => state === "over";

  function work(gunzip: RawGunzip): void {
    while (state === "reading" && rooms[0] !== undefined && (inputs.length > 0 || brimful)) {
      inflate(gunzip, NO_FLUSH, rooms[0]);
    }
    while (state === "padding" && inputs.length > 0) passPadding();
    if (inputs.length === 0) sendOutput();
    if (!inputEnded || inputs.length > 0 || state === "over") return;
    if (state === "reading") {
      if (rooms[0] === undefined || brimful) return;
      inflate(gunzip, FINISH, rooms[0]);
      sendOutput();
    }
    if (!isOver()) end({ kind: "ended" });
  }

  function inflate({ _handle, _writeState }: RawGunzip, flush: number, room: Uint8Array): void {
    const input = inputs[0] ?? { bytes: new Uint8Array(0), at: 0 };
    const unread = input.bytes.length - input.at;
    _handle.writeSync(flush, input.bytes, input.at, unread, room, filled, room.length - filled);
    if (isOver()) return; // it called `onerror`
    const [free = 0, unreadNow = 0] = _writeState;
    filled = room.length - free;
    brimful = free === 0;
    if (brimful) sendOutput();
    input.at = input.bytes.length - unreadNow;
    if (unreadNow === 0) returnInput();
    else if (!brimful) state = "padding"; // zlib wants no more: the data has ended
  }

  /** What stands behind the data must be zeros. */
  function passPadding(): void {
    const input = inputs[0];
    if (input?.bytes.subarray(input.at).every((byte) => byte === 0)) returnInput();
    else end({ kind: "failed", message: "no padding" });
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

  function end(message: FromWorker): void {
    state = "over";
    scope.postMessage(message);
  }

  function isRaw(value: object): value is RawGunzip {
    return "_writeState" in value && value._writeState instanceof Uint32Array &&
      "_handle" in value && typeof value._handle === "object" && value._handle !== null &&
      "writeSync" in value._handle && typeof value._handle.writeSync === "function";
  }

  const { createGunzip } = await import("node:zlib");
  const gunzip: object = createGunzip();
  if (!isRaw(gunzip)) return end({ kind: "failed", message: "no zlib to call" });
  gunzip._handle.onerror = (message) => end({ kind: "failed", message });
  scope.onmessage = ({ data }) => {
    if (data.kind === "end") inputEnded = true;
    else if (data.kind === "room") rooms.push(new Uint8Array(data.buffer));
    else inputs.push({ bytes: new Uint8Array(data.buffer, 0, data.length), at: 0 });
    work(gunzip);
  };
  scope.postMessage({ kind: "ready" });
}
