/** Damage at random: an error with a code, or the right content, and nothing else. */
import fc from "../../support/property.ts";
import assert from "node:assert/strict";
import { constants, gzipSync, zstdCompressSync } from "node:zlib";
import { decompress } from "../../../core/packages/compression/mod.ts";
import { untar } from "../../../core/packages/tar/reader.ts";
import { BinimportError } from "../../../core/util/errors.ts";
import { cutAt, noise } from "../../support/chunks.ts";
import { cutPositions, inRange } from "../../support/tar_arbitrary.ts";
import { join } from "../../support/tar_builder.ts";
import { encodeEntry, type EntryFacts, factsOf } from "../../support/tar_model.ts";

const END = new Uint8Array(1024);

type Damage = { kind: "cut"; at: number } | { kind: "flip"; at: number; bit: number };

const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({ kind: fc.constant("cut" as const), at: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({
    kind: fc.constant("flip" as const),
    at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    bit: fc.integer({ min: 0, max: 7 }),
  }),
);

function hurt(bytes: Uint8Array, how: Damage): Uint8Array {
  const at = Math.floor(how.at * bytes.length);
  if (how.kind === "cut") return bytes.subarray(0, at);
  const hurt = bytes.slice();
  hurt[at]! ^= 1 << how.bit;
  return hurt;
}

const sample = join(
  ...(["ustar", "pax", "gnu", "ustar"] as const).map((encoding, at) =>
    encodeEntry({
      name: `${"folder/".repeat(at * 10)}file`,
      type: "file",
      mode: 0o644,
      linkName: "",
      body: join(noise(at * 3000), new Uint8Array(5000)),
    }, encoding)
  ),
  END,
);

const packers = {
  gzip: (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes)),
  "gzip members": (bytes: Uint8Array) =>
    join(packers.gzip(bytes.subarray(0, 9000)), packers.gzip(bytes.subarray(9000)), END),
  zstd: (bytes: Uint8Array) =>
    new Uint8Array(zstdCompressSync(bytes, { params: { [constants.ZSTD_c_checksumFlag]: 1 } })),
};

for (const [format, pack] of Object.entries(packers)) {
  Deno.test(`untar: damaged ${format} is an error or the same content`, async () => {
    const whole = pack(sample);
    const right = await read(whole, []);
    assert.equal(right.length, 4);
    let errors = 0;
    await fc.assert(
      fc.asyncProperty(damage, cutPositions, async (how, cuts) => {
        const wrong = hurt(whole, how);
        try {
          assert.deepEqual(await read(wrong, inRange(cuts, wrong)), right);
        } catch (error) {
          if (!(error instanceof BinimportError)) throw error;
          assert.match(error.code, /^package-/);
          errors++;
        }
      }),
      { numRuns: 400 },
    );
    assert(errors > 300, `only ${errors} of 400 were noticed`);
  });
}

async function read(bytes: Uint8Array, cuts: readonly number[]): Promise<EntryFacts[]> {
  return await factsOf(untar((await decompress(cutAt(bytes, cuts))).chunks));
}

Deno.test("untar: any wrong byte in a tar is an error or an archive, never a crash", async () => {
  const hurts = fc.array(damage, { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(hurts, cutPositions, async (hurts, cuts) => {
      const wrong = hurts.reduce<Uint8Array>(hurt, sample);
      try {
        await factsOf(untar(cutAt(wrong, inRange(cuts, wrong)), { requireEnd: true }));
      } catch (error) {
        if (!(error instanceof BinimportError)) throw error;
      }
    }),
    { numRuns: 1000 },
  );
});
