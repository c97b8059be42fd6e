import fc from "../../support/property.ts";
import assert from "node:assert/strict";
import { type Manifest, manifestBytes, parseManifest } from "../../../core/storage/manifest.ts";
import type { FileRecord, PackageRecord } from "../../../core/storage/manifest_records.ts";

const digest = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => bytes.toHex());
const key = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("__proto__", '"', "1", ""));

const file: fc.Arbitrary<FileRecord> = fc.record({
  size: fc.maxSafeNat(),
  mode: fc.nat(0o777),
  sha256: digest,
  package: digest,
  etag: fc.string(),
  found: fc.constant<true>(true),
}, { requiredKeys: ["size", "mode", "sha256"], noNullPrototype: true });

const options = fc.record({
  stripComponents: fc.option(fc.nat()),
  include: fc.array(fc.string()),
  exclude: fc.array(fc.string()),
  into: fc.string(),
}, { requiredKeys: ["stripComponents", "include", "exclude"], noNullPrototype: true });

const packageRecord: fc.Arbitrary<PackageRecord> = fc.record({
  sha256: digest,
  size: fc.maxSafeNat(),
  name: fc.string(),
  options,
  keys: fc.array(key),
}, { requiredKeys: ["sha256", "name", "options", "keys"], noNullPrototype: true });

const manifest: fc.Arbitrary<Manifest> = fc.record({
  files: fc.array(fc.tuple(key, file)).map((entries) => new Map(entries)),
  packages: fc.array(packageRecord),
});

function joined(chunks: Iterable<Uint8Array>): Uint8Array {
  return Uint8Array.from(Iterator.from(chunks).flatMap((chunk) => [...chunk]));
}

function textOf(chunks: Iterable<Uint8Array>): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(joined(chunks));
}

for (const [how, small] of [["in one piece", Infinity], ["line by line", 0]] as const) {
  Deno.test(`a manifest is read as it was written, whatever is in it, ${how}`, async () => {
    await fc.assert(fc.asyncProperty(manifest, async (one) => {
      const read = await parseManifest(joined(manifestBytes(one)), small);
      assert.deepEqual(sorted(read), sorted(one));
    }));
  });

  Deno.test(`fuzz: a manifest that was spoilt is read as some manifest or none, ${how}`, async () => {
    const change = fc.record({ at: fc.nat(), with: fc.constantFrom(...'{}[]",:\n\\0a') });
    await fc.assert(
      fc.asyncProperty(manifest, fc.array(change, { minLength: 1 }), async (one, changes) => {
        const bytes = joined(manifestBytes(one));
        for (const { at, with: char } of changes) bytes[at % bytes.length] = char.charCodeAt(0);
        for (const [, { sha256, size }] of (await parseManifest(bytes, small))?.files ?? []) {
          assert.ok(/^[0-9a-f]{64}$/.test(sha256) && Number.isSafeInteger(size));
        }
      }),
    );
  });
}

Deno.test("megabytes of JSON that is no manifest are not parsed", async () => {
  for (const piece of ["[", "{},", '{"a":', "\0", "\n", '{"version":1,"packages":[\n']) {
    const bytes = new TextEncoder().encode(piece.repeat(2 ** 22 / piece.length));
    assert.equal(await parseManifest(bytes), undefined, piece);
  }
});

/** Objects have keys such as "1" in an order of their own. */
function sorted(one: Manifest | undefined): unknown {
  return one && { packages: one.packages, files: new Map([...one.files].sort()) };
}

Deno.test("a long manifest comes in pieces, a line for each file", () => {
  const record = { size: 1, mode: 0o644, sha256: "0".repeat(64) };
  const files = new Map(Array.from({ length: 5_000 }, (_, i) => [`ä/${i}`, record]));
  const chunks = Array.from(manifestBytes({ files, packages: [] }), (one) => new Uint8Array(one));
  assert(chunks.length > 5 && chunks.every(({ length }) => length < 100_000));
  assert.equal(textOf(chunks).split("\n").length, 5_000 + 2);
});
