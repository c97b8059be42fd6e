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

export type FromWorker =
  /** It runs, or it can not in this runtime. */
  | { readonly kind: "ready" | "unable" }
  /** Inflated bytes. */
  | { readonly kind: "output"; readonly buffer: ArrayBuffer; readonly length: number }
  /** A buffer of input that is used up. */
  | { readonly kind: "used"; readonly buffer: ArrayBuffer }
  /** All is inflated. `padded`: what stands behind the data are zeros only. */
  | { readonly kind: "ended"; readonly padded: boolean }
  /** The data is wrong; `message` is zlib's. */
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
  const NO_FLUSH = 0;
  const FINISH = 4;
  const inputs: { readonly bytes: Uint8Array<ArrayBuffer>; at: number }[] = [];
  const rooms: Uint8Array<ArrayBuffer>[] = [];
  let filled = 0;
  let brimful = false; // zlib may have more to give without any further input
  let state: "reading" | "padding" | "over" = "reading";
  let inputEnded = false;

  function work(gunzip: RawGunzip): void {
    while (state === "reading" && rooms[0] !== undefined && (inputs.length > 0 || brimful)) {
      inflate(gunzip, NO_FLUSH, rooms[0]);
    }
    while (state === "padding" && inputs.length > 0) pass();
    if (inputs.length === 0) sendOutput();
    if (!inputEnded || inputs.length > 0 || state === "over") return;
    if (state === "reading") {
      if (rooms[0] === undefined || brimful) return;
      inflate(gunzip, FINISH, rooms[0]);
      sendOutput();
    }
    if (!isOver()) end({ kind: "ended", padded: true });
  }

  function inflate({ _handle, _writeState }: RawGunzip, flush: number, room: Uint8Array): void {
    const input = inputs[0];
    const unread = input === undefined ? 0 : input.bytes.length - input.at;
    const free = room.length - filled;
    const bytes = input?.bytes ?? new Uint8Array(0);
    _handle.writeSync(flush, bytes, input?.at ?? 0, unread, room, filled, free);
    if (isOver()) return; // it called `onerror`
    const [freeNow = 0, unreadNow = 0] = _writeState;
    filled = room.length - freeNow;
    brimful = freeNow === 0;
    if (brimful) sendOutput();
    if (input === undefined) return;
    input.at = input.bytes.length - unreadNow;
    if (unreadNow === 0) returnInput();
    else if (!brimful) state = "padding"; // zlib wants no more: the data has ended
  }

  /** Looks at what stands behind the data, which must be zeros. */
  function pass(): void {
    const input = inputs[0];
    if (input === undefined) return;
    const isPadding = input.bytes.subarray(input.at).every((byte) => byte === 0);
    if (isPadding) returnInput();
    else end({ kind: "ended", padded: false });
  }

  function returnInput(): void {
    const buffer = inputs.shift()?.bytes.buffer;
    if (buffer !== undefined) scope.postMessage({ kind: "used", buffer }, [buffer]);
  }

  function sendOutput(): void {
    if (filled === 0) return;
    const buffer = rooms.shift()?.buffer;
    if (buffer !== undefined) {
      scope.postMessage({ kind: "output", buffer, length: filled }, [buffer]);
    }
    filled = 0;
  }

  function isOver(): boolean {
    return state === "over";
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
  if (!isRaw(gunzip)) return scope.postMessage({ kind: "unable" });
  gunzip._handle.onerror = (message) => end({ kind: "failed", message });
  scope.onmessage = ({ data }) => {
    if (data.kind === "input") {
      inputs.push({ bytes: new Uint8Array(data.buffer, 0, data.length), at: 0 });
    } else if (data.kind === "room") rooms.push(new Uint8Array(data.buffer));
    else inputEnded = true;
    work(gunzip);
  };
  scope.postMessage({ kind: "ready" });
}
