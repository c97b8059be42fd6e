import fc from "../../support/property.ts";
import assert from "node:assert/strict";
import { inShard, parseShard } from "../../../core/storage/shard.ts";
import { BinimportError } from "../../../core/util/errors.ts";

Deno.test("a share is written I/N", () => {
  assert.deepEqual(parseShard("2/3"), { index: 2, count: 3 });
  assert.deepEqual(parseShard("0+1/3"), { index: 1, count: 3 }, "as JOB_COMPLETION_INDEX counts");
  assert.deepEqual(parseShard("2+1/3"), { index: 3, count: 3 });
  for (
    const text of [
      "",
      "0/3",
      "4/3",
      "1",
      "1/",
      "/3",
      "-1/3",
      "1/3/5",
      "1.5/3",
      "1/0",
      "1/1001",
      "3+1/3",
      "1+2/3",
    ]
  ) {
    assert.throws(() => parseShard(text), (error) => {
      assert(error instanceof BinimportError);
      assert.equal(error.code, "usage");
      return true;
    }, text);
  }
});

Deno.test("each key is in exactly one share", () => {
  const property = fc.property(fc.string(), fc.integer({ min: 1, max: 20 }), (key, count) => {
    const shares = Array.from({ length: count }, (_, i) => ({ index: i + 1, count }));
    assert.equal(shares.filter((shard) => inShard(key, shard)).length, 1);
  });
  fc.assert(property);
});

Deno.test("shares do not change from version to version: hosts must agree on them", () => {
  const keys = ["dl.k8s.io/kubelet", "dl.k8s.io/kubeadm", "dl.k8s.io/kubectl", "é"];
  const shares = keys.map((key) => [1, 2, 3].find((index) => inShard(key, { index, count: 3 })));
  assert.deepEqual(shares, [2, 2, 1, 1]);
});
