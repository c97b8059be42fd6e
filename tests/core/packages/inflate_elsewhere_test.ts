/** The worker that inflates answers as one on this thread does, whatever it is given. */
import { deepStrictEqual, equal, ok, rejects } from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { inWorker, onThisThread } from "../../../core/packages/compression/inflater.ts";
import { BinimportError, messageOf } from "../../../core/util/errors.ts";

type Chunks = AsyncIterable<Uint8Array>;

async function* elsewhere(chunks: Chunks, connect = inWorker): AsyncGenerator<Uint8Array> {
  using inflater = await connect("gzip");
  yield* inflater.inflate(chunks);
}

const here = (chunks: Chunks) => elsewhere(chunks, onThisThread);

async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    yield bytes.slice(at, at + size);
    await Promise.resolve();
  }
}

/** What came out, as a digest; or what was thrown. */
async function outcome(chunks: Chunks): Promise<string> {
  const seen: Uint8Array[] = [];
  try {
    for await (const chunk of chunks) seen.push(new Uint8Array(chunk));
  } catch (error) {
    return error instanceof BinimportError ? `${error.code}: ${error.message}` : messageOf(error);
  }
  const all = new Uint8Array(await new Blob(seen as Uint8Array<ArrayBuffer>[]).arrayBuffer());
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", all));
  return `${all.length} ${digest.toHex()}`;
}

/** Not all alike, and of more than a buffer's length. */
const text = new Uint8Array(3_500_000).map((_, i) => (i * i) >> (i % 7));
const packed = gzipSync(text, { level: 1 });
const short = gzipSync(new Uint8Array(10));
const exact = gzipSync(new Uint8Array(4 * 1024 * 1024));

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
  return all;
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = new Uint8Array(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0x10;
  return copy;
}

const CASES: Readonly<Record<string, Uint8Array>> = {
  "one member": packed,
  "several members": concat(packed, short, exact, packed),
  "a member that fills buffers to the brim": exact,
  "zeros behind it": concat(packed, new Uint8Array(2_500_000)),
  "something behind it": concat(packed, new TextEncoder().encode("something")),
  "something behind zeros": concat(packed, new Uint8Array(1_100_000), Uint8Array.of(1)),
  "a member behind zeros": concat(short, new Uint8Array(512), short),
  "cut short": packed.subarray(0, packed.length - 9),
  "cut in its trailer": packed.subarray(0, packed.length - 3),
  "cut in its header": packed.subarray(0, 5),
  "a lone first byte behind it": concat(short, Uint8Array.of(0x1f)),
  "a wrong checksum": flipped(packed, packed.length - 6),
  "a wrong length": flipped(packed, packed.length - 2),
  "damage within": flipped(packed, packed.length >> 1),
  "no gzip": new TextEncoder().encode("no gzip at all"),
  "nothing inside": gzipSync(new Uint8Array(0)),
};

for (const [name, bytes] of Object.entries(CASES)) {
  Deno.test(`inflating in a worker: ${name}`, async () => {
    for (const size of [bytes.length, 1024 * 1024, 65_536 + 1, 1500]) {
      equal(await outcome(elsewhere(cut(bytes, size))), await outcome(here(cut(bytes, size))));
    }
  });
}

Deno.test("inflating in a worker: an error of the input passes, and the input is closed", async () => {
  let closed = false;
  async function* failing(): AsyncGenerator<Uint8Array> {
    try {
      yield packed.subarray(0, 1000);
      throw new RangeError("the disk is gone");
    } finally {
      closed = true;
    }
  }
  await rejects(Array.fromAsync(elsewhere(failing())), new RangeError("the disk is gone"));
  ok(closed);
});

Deno.test("inflating in a worker: who leaves early closes the input, and ends the worker", async () => {
  let closed = false;
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield gzipSync(new Uint8Array(1_000_000));
    } finally {
      closed = true;
    }
  }
  for await (const chunk of elsewhere(endless())) {
    ok(chunk.length > 0);
    break;
  }
  ok(closed);
});

Deno.test("inflating in a worker: no more is read than a few buffers ahead", async () => {
  let given = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    const member = gzipSync(crypto.getRandomValues(new Uint8Array(65_536)));
    for (;;) {
      given += member.length;
      yield member;
    }
  }
  let taken = 0;
  for await (const chunk of elsewhere(endless())) {
    taken += chunk.length;
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (taken > 20_000_000) break;
  }
  ok(given < taken + 10 * 1024 * 1024, `${given} bytes were read for ${taken}`);
});

Deno.test("inflating in a worker: a chunk's slice() is a copy", async () => {
  const copies: Uint8Array[] = [];
  for await (const chunk of elsewhere(cut(packed, 1 << 20))) copies.push(chunk.slice());
  deepStrictEqual(concat(...copies), text);
});
