/** Cases: a source that lies or fails is refused, and leaves everything as it was. */
import { sha256Of } from "../../util/digest.ts";
import { type ErrorCode, messageOf } from "../../util/errors.ts";
import type { PutOptions, PutSource } from "../adapter.ts";
import {
  type Bench,
  type ConformanceCase,
  defineBoth,
  expectUntouched,
  store,
  type Way,
} from "./case.ts";
import { expectObject, expectRejection, mismatch } from "./expect.ts";
import { failing, lying, sample, whole } from "./sources.ts";

/** Small enough for one chunk of any adapter, and larger than that. */
const SIZES = [100, 2_500_000] as const;

/** What is to be refused. */
interface Refusal {
  readonly what: string;
  readonly source: () => PutSource;
  readonly options?: PutOptions;
  readonly code?: ErrorCode;
}

/** Gives the last error. */
async function expectRefused(
  bench: Bench,
  way: Way,
  { what, source, options, code }: Refusal,
): Promise<unknown> {
  let error: unknown;
  await expectUntouched(bench, async (key) => {
    const call = () => store(bench, way, key, source(), options);
    error = await expectRejection(`${way}() of ${what}`, call, code);
  });
  return error;
}

function comesFrom(error: unknown, origin: Error): boolean {
  if (error === origin) return true;
  return error instanceof Error && error.cause !== undefined && comesFrom(error.cause, origin);
}

/** A source that lies or fails is refused, and leaves everything as it was. */
export const hostileCases: readonly ConformanceCase[] = [
  ...defineBoth("a source that is too short", async (bench, way) => {
    for (const size of SIZES) {
      for (const given of [0, 1, size - 1]) {
        await expectRefused(bench, way, {
          what: `a source of ${given} bytes that announced ${size}`,
          source: () => lying(sample(given), size),
          code: "integrity",
        });
      }
    }
  }),
  ...defineBoth("a source that is too long", async (bench, way) => {
    for (const size of [0, ...SIZES]) {
      for (const more of [1, 1_500_000]) {
        await expectRefused(bench, way, {
          what: `a source of ${size + more} bytes that announced ${size}`,
          source: () => lying(sample(size + more), size),
          code: "integrity",
        });
      }
    }
  }),
  ...defineBoth("a source that fails in the middle", async (bench, way) => {
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
  }),
  ...defineBoth("bytes that differ from the sha256 given", async (bench, way) => {
    for (const size of [0, ...SIZES]) {
      const wrong = sha256Of(new TextEncoder().encode("something else"));
      await expectRefused(bench, way, {
        what: `${size} bytes with another sha256`,
        source: () => whole(sample(size)),
        options: { sha256: wrong },
        code: "integrity",
      });
      const right = { sha256: sha256Of(sample(size)) };
      await store(bench, way, bench.key("right"), whole(sample(size)), right);
      await expectObject(bench.adapter, bench.key("right"), sample(size));
    }
  }, ({ capabilities }) => {
    if (!capabilities.verifiesSha256) return "capabilities.verifiesSha256 is false";
  }),
];
