/**
 * What the library expects of its runtime, where that is Node 20 or Bun: loaded before all else of
 * the npm package.
 */
import { Deno as shim } from "@deno/shim-deno";
import "core-js/actual/array-buffer/transfer.js";
import "core-js/actual/array/from-async.js";
import "core-js/actual/async-disposable-stack/index.js";
import "core-js/actual/disposable-stack/index.js";
import "core-js/actual/iterator/index.js";
import "core-js/actual/map/index.js";
import "core-js/actual/object/group-by.js";
import "core-js/actual/promise/try.js";
import "core-js/actual/promise/with-resolvers.js";
import "core-js/actual/regexp/escape.js";
import "core-js/actual/set/index.js";
import { spawnSync } from "node:child_process";
import fs from "node:fs";

/** The namespace that the library uses: Deno's own on Deno, elsewhere one over Node's modules. */
export const Deno: typeof shim = Object.getOwnPropertyDescriptor(globalThis, "Deno")?.value ?? shim;

if (Deno === shim) {
  Object.assign(shim.FsFile.prototype, { tryLockSync, unlockSync, seek, seekSync, read, readSync });
  Object.assign(Response.prototype, { bytes });
  if (!("from" in ReadableStream)) Object.assign(ReadableStream, { from: streamFrom });
  Object.assign(shim, { unrefTimer: (timer: { unref?(): void }) => timer.unref?.() });
}

/**
 * Node has no flock(2). A lock belongs to the open file, not to a process, so that of util-linux or
 * busybox can take it for this one: it stays when the program has ended.
 */
function flock(file: OpenFile, ...flags: readonly string[]): boolean {
  const { status, error } = spawnSync("flock", [...flags, "3"], {
    stdio: ["ignore", "ignore", "ignore", file.rid],
  });
  if (error !== undefined) throw error;
  return status === 0;
}

function tryLockSync(this: OpenFile, exclusive: boolean): boolean {
  return flock(this, exclusive ? "-x" : "-s", "-n");
}

function unlockSync(this: OpenFile): void {
  flock(this, "-u");
}

/** The shim cannot seek: where each file is to be read next is kept here. */
const positions = new WeakMap<object, number>();

interface OpenFile {
  readonly rid: number;
}

function seekSync(this: OpenFile, offset: number | bigint): number {
  positions.set(this, Number(offset)); // always from the start, which is all that the library does
  return Number(offset);
}

function seek(this: OpenFile, offset: number | bigint): Promise<number> {
  return Promise.resolve(seekSync.call(this, offset));
}

function readSync(this: OpenFile, buffer: Uint8Array): number | null {
  const at = positions.get(this) ?? 0;
  return readOn(this, at, fs.readSync(this.rid, buffer, 0, buffer.length, at));
}

async function read(this: OpenFile, buffer: Uint8Array): Promise<number | null> {
  const at = positions.get(this) ?? 0;
  const count = await new Promise<number>((resolve, reject) =>
    fs.read(this.rid, buffer, 0, buffer.length, at, (error, count) => {
      if (error) reject(error);
      else resolve(count);
    })
  );
  return readOn(this, at, count);
}

function readOn(file: OpenFile, at: number, count: number): number | null {
  positions.set(file, at + count);
  return count === 0 ? null : count;
}

/** Bun 1.3 has none. */
function streamFrom<T>(values: AsyncIterable<T> | Iterable<T>): ReadableStream<T> {
  const iterator = Symbol.asyncIterator in values
    ? values[Symbol.asyncIterator]()
    : values[Symbol.iterator]();
  return new ReadableStream<T>({
    async pull(controller) {
      const step = await iterator.next();
      if (step.done) controller.close();
      else controller.enqueue(step.value);
    },
    cancel: async (reason) => void await iterator.return?.(reason),
  }, { highWaterMark: 0 });
}

/** Node 20 has none, and that of Bun 1.3 does not wait for a stream. */
async function bytes(this: Response): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await this.arrayBuffer());
}
