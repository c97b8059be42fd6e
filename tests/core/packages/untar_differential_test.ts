/** Our reader against models and tar-stream. */
import fc from "../../support/property.ts";
import assert from "node:assert/strict";
import { untar } from "../../../core/packages/tar/reader.ts";
import { cutAt } from "../../support/chunks.ts";
import { cutPositions, encodings, inRange, modelEntries } from "../../support/tar_arbitrary.ts";
import { join } from "../../support/tar_builder.ts";
import { encodeEntry, factsOf, factsOfModel } from "../../support/tar_model.ts";
import { factsOfTarStream, packByTarStream } from "../../support/tar_stream.ts";

const END = new Uint8Array(1024);

Deno.test("untar: reads what the builder writes, as tar-stream does", async () => {
  await fc.assert(
    fc.asyncProperty(modelEntries, encodings, cutPositions, async (models, encodings, cuts) => {
      const parts = models.map((model, at) => encodeEntry(model, encodings[at] ?? "pax"));
      const archive = join(...parts, END);
      const facts = await factsOf(untar(cutAt(archive, inRange(cuts, archive))));
      assert.deepEqual(facts, models.map(factsOfModel));
      assert.deepEqual(await factsOfTarStream(archive), facts);
    }),
    { numRuns: 150 },
  );
});

Deno.test("untar: reads what tar-stream writes", async () => {
  await fc.assert(
    fc.asyncProperty(modelEntries, cutPositions, async (models, cuts) => {
      const archive = await packByTarStream(models);
      const facts = await factsOf(untar(cutAt(archive, inRange(cuts, archive))));
      assert.deepEqual(facts, models.map(factsOfModel));
    }),
    { numRuns: 150 },
  );
});
