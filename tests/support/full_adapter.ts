/** An adapter that has every optional method. */
import { memoryAdapter, type MemoryObject } from "../../adapters/memory.ts";
import type {
  AdapterCapabilities,
  ObjectInfo,
  PutOptions,
  PutSource,
  Staged,
  StorageAdapter,
} from "../../core/storage/adapter.ts";
import { type BodyDigest, digestOf } from "../../core/util/digest.ts";

/** Every method there is, as a class, so that a method taken off its object breaks. */
export class FullAdapter implements StorageAdapter {
  readonly #inner: StorageAdapter;

  constructor(objects: Map<string, MemoryObject> = new Map()) {
    this.#inner = memoryAdapter(objects);
  }

  get target(): string {
    return this.#inner.target;
  }

  get capabilities(): AdapterCapabilities {
    return this.#inner.capabilities;
  }

  stat(key: string): Promise<ObjectInfo | undefined> {
    return this.#inner.stat(key);
  }

  put(key: string, source: PutSource, options?: PutOptions): Promise<ObjectInfo> {
    return this.#inner.put(key, source, options);
  }

  get(key: string): Promise<ReadableStream<Uint8Array>> {
    return this.#inner.get(key);
  }

  async digest(key: string): Promise<BodyDigest> {
    return await digestOf(await this.get(key));
  }

  async stage(key: string, source: PutSource, options?: PutOptions): Promise<Staged> {
    const staged = await this.#inner.stage?.(key, source, options);
    if (staged === undefined) throw new Error("memory stages");
    return staged;
  }

  async prepare(): Promise<void> {
    await this.#inner.prepare?.();
  }

  async checkReady(): Promise<void> {}

  async checkPut(): Promise<void> {}

  freeSpace(): Promise<number> {
    return Promise.resolve(2 ** 40);
  }

  withExclusiveLock(work: () => Promise<void>): Promise<void> {
    return work();
  }

  async discardStale(): Promise<void> {}

  keepStaged(): void {}

  clearStaged(): Promise<number> {
    return Promise.resolve(0);
  }

  async *list(prefix: string): AsyncGenerator<ObjectInfo> {
    yield* this.#inner.list?.(prefix) ?? [];
  }

  async remove(key: string): Promise<void> {
    await this.#inner.remove?.(key);
  }

  publicUrl(key: string): URL {
    const path = key.split("/").map(encodeURIComponent).join("/");
    return new URL(`http://${this.#inner.target.replace(":", ".example")}/${path}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inner[Symbol.asyncDispose]();
  }
}
