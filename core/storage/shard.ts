/** A share of the files, when several runs divide a package among them. */
import { sha256Of } from "../util/digest.ts";
import { BinimportError } from "../util/errors.ts";

/** The `index`th of `count` shares; the first is 1. */
export interface Shard {
  /** Which one, from 1. */
  readonly index: number;
  /** How many there are. */
  readonly count: number;
}

/** More runs than that side by side would help nobody. */
const MAX_COUNT = 1000;

/** Reads `I/N`, or `I+1/N` of those who count from 0. Throws code `usage` for anything else. */
export function parseShard(text: string): Shard {
  const [, index, next, count] = /^(\d{1,4})(\+1)?\/(\d{1,4})$/.exec(text.trim()) ?? [];
  const shard = { index: Number(index) + (next === undefined ? 0 : 1), count: Number(count) };
  if (shard.index >= 1 && shard.index <= shard.count && shard.count <= MAX_COUNT) return shard;
  const hint = `Write I/N, such as 1/2 on one host and 2/2 on another; N is at most ${MAX_COUNT}.`;
  throw new BinimportError("usage", `Cannot use "${text}" for --shard: it is no share`, { hint });
}

/** Whether a key is in a share, by its SHA-256 alone: the same on every host and in every version. */
export function inShard(key: string, shard: Shard): boolean {
  if (shard.count === 1) return true;
  const digest = sha256Of(new TextEncoder().encode(key));
  return Number.parseInt(digest.slice(0, 8), 16) % shard.count === shard.index - 1;
}
