import { deepEqual, equal, rejects } from "node:assert/strict";
import { type Branch, fanOut } from "../../../core/util/streams.ts";

async function* numbers(count: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < count; i++) yield Uint8Array.of(i);
}

async function read({ chunks }: Branch, most = Infinity): Promise<number[]> {
  const seen: number[] = [];
  for await (const [value = -1] of chunks) {
    seen.push(value);
    if (seen.length >= most) break;
  }
  return seen;
}

Deno.test("every reader sees every chunk", async () => {
  const { branch, ended } = fanOut(numbers(5));
  const branches = [branch(), branch(), branch()];
  const all = await Promise.all(branches.map((one) => read(one)));
  deepEqual(all, Array(3).fill([0, 1, 2, 3, 4]));
  await ended();
});

Deno.test("the slowest reader sets the pace: one chunk is out at a time", async () => {
  let asked = 0;
  async function* counted() {
    for await (const chunk of numbers(9)) {
      asked++;
      yield chunk;
    }
  }
  const { branch } = fanOut(counted());
  const [slow, fast] = [branch(), branch()];
  const fastRead = read(fast);
  await new Promise((resolve) => setTimeout(resolve, 5));
  equal(asked, 0, "nothing is read while one reader has not asked");
  deepEqual(await read(slow), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
  equal((await fastRead).length, 9);
});

Deno.test("a reader that stops, or never begins, does not hold up the others", async () => {
  const { branch, ended } = fanOut(numbers(4));
  const [stops, stays, absent] = [branch(), branch(), branch()];
  absent.leave();
  const [some, all] = await Promise.all([read(stops, 2), read(stays)]);
  deepEqual([some, all], [[0, 1], [0, 1, 2, 3]]);
  await ended();
});

Deno.test("when every reader has left it has ended, and the rest can be read from the stream", async () => {
  const stream = numbers(3);
  const { branch, ended } = fanOut(stream);
  await read(branch(), 1);
  await ended();
  equal((await Array.fromAsync(stream)).length, 2);
});

Deno.test("without readers there is nothing to wait for", async () => {
  await fanOut(numbers(3)).ended();
});

Deno.test("an error of the stream reaches every reader", async () => {
  async function* broken() {
    yield Uint8Array.of(1);
    throw new Error("torn");
  }
  const { branch, ended } = fanOut(broken());
  const branches = [branch(), branch()];
  const reads = branches.map((one) => rejects(read(one), /torn/));
  await rejects(ended(), /torn/);
  await Promise.all(reads);
});
