/** Reads an async sequence of chunks by exact byte counts, without copying where it can. */
import { Buffer } from "node:buffer";
import { pause } from "./concurrency.ts";

const NONE = new Uint8Array(0);

/**
 * A cursor over chunks of bytes, of which each need be valid only until the next one is asked for.
 * `take` and `some` wait for nothing and give views into the current chunk; the other methods are for
 * what lies across chunks, and end the life of views given before.
 */
export class ByteReader implements AsyncIterable<Uint8Array> {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = NONE;
  #at = 0;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** The next `length` bytes if the current chunk holds them all, as a view; else `undefined`. */
  take(length: number): Uint8Array | undefined {
    const end = this.#at + length;
    if (end > this.#chunk.length) return undefined;
    const bytes = this.#chunk.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }

  /** From 1 to `max` bytes of the current chunk, as a view; `undefined` when it is used up. */
  some(max: number): Uint8Array | undefined {
    const left = this.#chunk.length - this.#at;
    return left === 0 ? undefined : this.take(Math.min(left, max));
  }

  /** Fetches the next chunk once the current one is used up; false at the end of the input. */
  async more(): Promise<boolean> {
    while (this.#at === this.#chunk.length) {
      await pause(); // what inflates here has every chunk at once
      const next = await this.#chunks.next();
      this.#chunk = next.done === true ? NONE : next.value; // what was is no longer valid
      this.#at = 0;
      if (next.done === true) return false;
    }
    return true;
  }

  /** The next `length` bytes (fewer at the end), which stay to be read. */
  async peek(length: number): Promise<Uint8Array> {
    while (this.#chunk.length - this.#at < length) {
      this.#chunk = new Uint8Array(this.ahead()); // a copy: the chunk ends with the next call
      this.#at = 0;
      const next = await this.#chunks.next();
      if (next.done === true) break;
      this.#chunk = Buffer.concat([this.#chunk, next.value]);
    }
    return this.#chunk.subarray(this.#at, this.#at + length);
  }

  /** What is left of the current chunk, as a view; it stays to be read. */
  ahead(): Uint8Array {
    return this.#chunk.subarray(this.#at);
  }

  /** The next `length` bytes, copied together from as many chunks as it takes; fewer at the end. */
  async gather(length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    let filled = 0;
    while (filled < length && await this.more()) {
      const part = this.some(length - filled) ?? NONE;
      bytes.set(part, filled);
      filled += part.length;
    }
    return bytes.subarray(0, filled);
  }

  /** Passes over `length` bytes, or all with `Infinity`; false when the input ends before. */
  async skip(length: number): Promise<boolean> {
    let left = length;
    while (left > 0) {
      const part = this.some(left);
      if (part !== undefined) left -= part.length;
      else if (!await this.more()) return false;
    }
    return true;
  }

  /** All that is left. No generator: leaving it closes the input even if it was never asked. */
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    return {
      next: async () => {
        const value = await this.more() ? this.some(Infinity) : undefined;
        return value === undefined ? { done: true, value } : { done: false, value };
      },
      return: async () => {
        await this.close();
        return { done: true, value: undefined };
      },
    };
  }

  /** Tells the input that no more will be asked of it. */
  async close(): Promise<void> {
    this.#chunk = NONE;
    this.#at = 0;
    await this.#chunks.return?.();
  }
}
