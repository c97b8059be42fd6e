/** Cases: a source that lies or fails is refused, and leaves everything as it was. */
import type { PutOptions, PutSource } from "../adapter.ts";
import { type Bench, type ConformanceCase, defineBoth, store, type Way } from "./case.ts";
import {
  expectAbsent,
  expectNothingNew,
  expectObject,
  expectRejection,
  mismatch,
} from "./expect.ts";
import { failing, lying, sample, whole } from "./sources.ts";
import type { ErrorCode } from "../errors.ts";
import { messageOf } from "../errors.ts";
import { sha256 } from "../digest.ts";

/** Small enough for one chunk of any adapter, and larger than that. */
const SIZES = [100, 2_500_000] as const;

/** What is tried on a fresh key and on one that holds an object. */
interface Refusal {
  readonly what: string;
  readonly source: () => PutSource;
  readonly options?: PutOptions;
  readonly code?: ErrorCode;
}

async function expectRefused(bench: Bench, way: Way, refusal: Refusal): Promise<unknown> {
  const { adapter, key } = bench;
  const old = sample(777, 7);
  await adapter.put(key("old"), whole(old));
  const refuse = (name: string) =>
    expectRejection(
      `${way}() of ${refusal.what}`,
      () => store(bench, way, key(name), refusal.source(), refusal.options),
      refusal.code,
    );
  const error = await expectNothingNew(adapter, async () => {
    await refuse("old");
    return await refuse("fresh");
  });
  await expectObject(adapter, key("old"), old);
  await expectAbsent(adapter, key("fresh"));
  return error;
}

const short = defineBoth("a source that is too short", async (bench, way) => {
  for (const size of SIZES) {
    for (const given of [0, 1, size - 1]) {
      await expectRefused(bench, way, {
        what: `a source of ${given} bytes that announced ${size}`,
        source: () => lying(sample(given), size),
        code: "integrity",
      });
    }
  }
});

const long = defineBoth("a source that is too long", async (bench, way) => {
  for (const size of [0, ...SIZES]) {
    for (const more of [1, 1_500_000]) {
      await expectRefused(bench, way, {
        what: `a source of ${size + more} bytes that announced ${size}`,
        source: () => lying(sample(size + more), size),
        code: "integrity",
      });
    }
  }
});

const broken = defineBoth("a source that fails in the middle", async (bench, way) => {
  for (const size of SIZES) {
    const failure = new Error("the source failed, as it should");
    const error = await expectRefused(bench, way, {
      what: "a source that fails in the middle",
      source: () => failing(sample(size), size >> 1, failure),
    });
    if (!comesFrom(error, failure)) {
      throw mismatch(
        "the source's own error, or one with it as cause",
        messageOf(error),
        "It tells a damaged package from a failing target: pass it on, or keep it as `cause`.",
      );
    }
  }
});

function comesFrom(error: unknown, origin: Error): boolean {
  if (error === origin) return true;
  return error instanceof Error && error.cause !== undefined && comesFrom(error.cause, origin);
}

const wrongDigest = defineBoth("bytes that differ from the sha256 given", async (bench, way) => {
  for (const size of [0, ...SIZES]) {
    const wrong = sha256().update("something else").digest("hex");
    await expectRefused(bench, way, {
      what: `${size} bytes with another sha256`,
      source: () => whole(sample(size)),
      options: { sha256: wrong },
      code: "integrity",
    });
    const right = sha256().update(sample(size)).digest("hex");
    await store(bench, way, bench.key("right"), whole(sample(size)), { sha256: right });
    await expectObject(bench.adapter, bench.key("right"), sample(size));
  }
}, ({ capabilities }) => {
  if (!capabilities.checksums.includes("sha256")) return "capabilities.checksums lacks sha256";
});

/** A source that lies or fails is refused, and leaves everything as it was. */
export const hostileCases: readonly ConformanceCase[] = [
  ...short,
  ...long,
  ...broken,
  ...wrongDigest,
];
