/** An adapter that has every optional method. */
import { memoryAdapter, type MemoryObject } from "../adapters/memory.ts";
import type { StorageAdapter } from "../core/adapter.ts";

/** Every method there is, as a class, so that a method taken off its object breaks. */
export class FullAdapter implements StorageAdapter {
  readonly capabilities;
  readonly #inner: StorageAdapter;
  constructor(objects: Map<string, MemoryObject> = new Map()) {
    this.#inner = memoryAdapter(objects);
    this.capabilities = this.#inner.capabilities;
  }
  get target() {
    return this.#inner.target;
  }
  stat: StorageAdapter["stat"] = (key) => this.#inner.stat(key);
  put(...args: Parameters<StorageAdapter["put"]>) {
    return this.#inner.put(...args);
  }
  get(key: string) {
    return this.#inner.get(key);
  }
  async stage(...args: Parameters<NonNullable<StorageAdapter["stage"]>>) {
    const staged = await this.#inner.stage?.(...args);
    if (staged === undefined) throw new Error("memory stages");
    return staged;
  }
  prepare() {
    return Promise.resolve(this.#inner.target).then(() => {});
  }
  async *list(prefix: string) {
    yield* this.#inner.list?.(prefix) ?? [];
  }
  async remove(key: string) {
    await this.#inner.remove?.(key);
  }
  publicUrl(key: string) {
    const path = key.split("/").map(encodeURIComponent).join("/");
    return new URL(`http://${this.#inner.target.replace(":", ".example")}/${path}`);
  }
  [Symbol.asyncDispose]() {
    return Promise.resolve(this.#inner[Symbol.asyncDispose]());
  }
}
