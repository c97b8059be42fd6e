/** Inputs that nobody thought of: known ones, changed at random. */
import assert from "node:assert/strict";
import { BinimportError } from "../../../core/util/errors.ts";

/** How long each reader is fed, in seconds. */
const SECONDS = Number(Deno.env.get("BINIMPORT_FUZZ_SECONDS") ?? 6);

/** Inputs that once made trouble, and some of each kind: tried first, and changed. */
const CORPUS = new URL("../../fixtures/fuzz/", import.meta.url);

/** What is fed. */
export interface Fuzzed {
  /** The corpus: a folder of `tests/fixtures/fuzz/`. */
  readonly corpus: string;
  /** More inputs to begin with. */
  readonly seeds: readonly Uint8Array[];
  /** Reads an input; may throw errors with a code, and nothing else. */
  readonly read: (input: Uint8Array) => unknown;
}

/**
 * Feeds a reader for a bounded time; gives how many inputs it took. One that makes it fail is written
 * into the corpus, to be kept there.
 */
export async function fuzz({ corpus, seeds, read }: Fuzzed): Promise<number> {
  const folder = new URL(`${corpus}/`, CORPUS);
  const kept = [...Deno.readDirSync(folder)].map(({ name }) =>
    Deno.readFileSync(new URL(name, folder))
  );
  const inputs = [...kept, ...seeds];
  let count = 0;
  for (const input of inputs) await feed(input);
  const until = performance.now() + SECONDS * 1000;
  while (performance.now() < until) await feed(changed(pick(inputs), inputs));
  return count;

  async function feed(input: Uint8Array): Promise<void> {
    count++;
    try {
      await read(input);
    } catch (error) {
      if (error instanceof BinimportError) return;
      const path = new URL(`failed-${crypto.randomUUID().slice(0, 8)}`, folder);
      await Deno.writeFile(path, input);
      assert.fail(
        `${error instanceof Error ? error.stack : error}\nThe input is in ${path.pathname}`,
      );
    }
  }
}

function pick<T>(choices: readonly T[]): T {
  const choice = choices[Math.floor(Math.random() * choices.length)];
  if (choice === undefined) throw new RangeError("nothing to choose from");
  return choice;
}

/** From one to four changes: bits, bytes, pieces left out, doubled, or taken from another input. */
function changed(input: Uint8Array, others: readonly Uint8Array[]): Uint8Array {
  let bytes = input;
  for (let changes = 1 + at(4); changes > 0; changes--) bytes = pick(CHANGES)(bytes, pick(others));
  return bytes;
}

type Change = (bytes: Uint8Array, other: Uint8Array) => Uint8Array;

const at = (length: number) => Math.floor(Math.random() * length);

const CHANGES: readonly Change[] = [
  (bytes) => withByte(bytes, (byte) => byte ^ (1 << at(8))),
  (bytes) => withByte(bytes, () => at(256)),
  (bytes) => withByte(bytes, () => pick([0, 0x0a, 0x20, 0x22, 0x27, 0x5c, 0x7b, 0x7d, 0xff])),
  (bytes) => bytes.subarray(0, at(bytes.length + 1)),
  (bytes) => spliced(bytes, at(bytes.length + 1), at(40), new Uint8Array(0)),
  (bytes) => spliced(bytes, at(bytes.length + 1), 0, piece(bytes)),
  (bytes, other) => spliced(bytes, at(bytes.length + 1), at(40), piece(other)),
];

function withByte(bytes: Uint8Array, change: (byte: number) => number): Uint8Array {
  const copy = bytes.slice();
  const position = at(copy.length);
  if (copy.length > 0) copy[position] = change(copy[position] ?? 0);
  return copy;
}

function piece(bytes: Uint8Array): Uint8Array {
  const start = at(bytes.length + 1);
  return bytes.subarray(start, start + at(600));
}

function spliced(bytes: Uint8Array, start: number, out: number, put: Uint8Array): Uint8Array {
  const rest = bytes.subarray(Math.min(bytes.length, start + out));
  const result = new Uint8Array(start + put.length + rest.length);
  result.set(bytes.subarray(0, start));
  result.set(put, start);
  result.set(rest, start + put.length);
  return result;
}
