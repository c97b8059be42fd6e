/** Locks of a bucket, as anybody who may write there can have spoilt them. */
import fc from "../../support/property.ts";
import assert from "node:assert/strict";
import { decodeRecord, lifeOf, newRecord } from "../../../adapters/minio/lock/record.ts";
import { holderShown } from "../../../core/storage/mod.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** What every reader of a record relies on. */
function assertRecord(record: ReturnType<typeof decodeRecord>): void {
  assert.equal(typeof record.id, "string");
  assert.equal(typeof record.holder, "string");
  assert.equal(typeof record.beat, "number");
  for (const mark of [record.passing, record.over]) assert.equal(typeof (mark ?? false), "boolean");
  assert(["alive", "gone", "unknown"].includes(lifeOf(record)));
  assert.match(holderShown(record.holder), /^$|^ \([\w .:-]+\)$/);
}

Deno.test("a record is read as it was written", () => {
  for (const record of [newRecord(false), newRecord(true), { ...newRecord(false), beat: 3 }]) {
    const read = { passing: false, over: false, ...record };
    assert.deepEqual(decodeRecord(JSON.stringify(record)), read);
    assert.notEqual(holderShown(record.holder), "");
  }
});

Deno.test("fuzz: any JSON in a lock's place is a record that says nothing dangerous", () => {
  const member = fc.oneof(fc.json().map((json) => JSON.parse(json)), fc.string());
  const spoilt = fc.record({
    id: member,
    holder: member,
    beat: member,
    passing: member,
    over: member,
    process: fc.oneof(member, fc.record({ pid: member, started: member, place: member })),
  }, { requiredKeys: [] });
  fc.assert(fc.property(spoilt, (value) => assertRecord(decodeRecord(JSON.stringify(value)))));
});

Deno.test("fuzz: any bytes in a lock's place are a record", () => {
  const record = new TextEncoder().encode(`${JSON.stringify(newRecord(false))}\n`);
  const change = fc.record({ at: fc.nat(record.length - 1), byte: fc.nat(255) });
  fc.assert(fc.property(fc.array(change, { maxLength: 8 }), fc.nat(), (changes, length) => {
    const bytes = new Uint8Array(record).subarray(0, length % (record.length + 1));
    for (const { at, byte } of changes) if (at < bytes.length) bytes[at] = byte;
    assertRecord(decodeRecord(text(bytes)));
  }));
  fc.assert(fc.property(fc.string({ unit: "binary" }), (any) => assertRecord(decodeRecord(any))));
});

Deno.test("a record that nobody of ours would write is not read", () => {
  for (const one of ["[".repeat(5000), `{"id":"${"x".repeat(20_000)}"}`, '{"id":1}', "null", ""]) {
    assert.equal(decodeRecord(one).id, "");
  }
});
