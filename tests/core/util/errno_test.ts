/** Names of what the system reports, whatever the runtime makes of them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { errno } from "../../../core/util/errno.ts";

Deno.test("an error of the system is known by its name", () => {
  assert.throws(() => readFileSync("/nowhere/at/all"), (error) => errno(error) === "ENOENT");
});

Deno.test("an error that the runtime has no name of is known by its number", () => {
  const { EDQUOT, ESTALE } = constants.errno;
  const unknown = { code: "UNKNOWN", errno: -EDQUOT };
  assert.equal(errno(Object.assign(new Error("UNKNOWN: unknown error"), unknown)), "EDQUOT");
  assert.equal(errno(new Error(`Disk quota exceeded (os error ${EDQUOT}): writefile`)), "EDQUOT");
  assert.equal(errno(new Error(`Stale file handle (os error ${ESTALE})`)), "ESTALE");
});

Deno.test("nothing else has such a name", () => {
  for (
    const value of [new Error("x"), "ENOENT", undefined, Object.assign(new Error(), { code: 5 })]
  ) {
    assert.equal(errno(value), undefined);
  }
});
