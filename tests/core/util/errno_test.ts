/** Names of what the system reports, whatever the runtime makes of them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { errno, meaningOf } from "../../../core/util/errno.ts";

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

Deno.test("what ulimit -f cuts off is known by its name", async () => {
  const name = await Deno.makeTempFile();
  const script = `import { errno } from "${new URL(
    "../../../core/util/errno.ts",
    import.meta.url,
  )}";
    try { Deno.writeFileSync("${name}", new Uint8Array(5000)); }
    catch (error) { console.log(errno(error)); }`;
  const args = [
    "-c",
    `trap '' XFSZ; ulimit -f 1; exec "$@"`,
    "sh",
    Deno.execPath(),
    "eval",
    "--no-check",
    script,
  ];
  const { stdout } = await new Deno.Command("sh", { args }).output();
  await Deno.remove(name);
  const found = new TextDecoder().decode(stdout).trim();
  assert.equal(found, "EFBIG");
  assert.match(meaningOf(found)?.text ?? "", /ulimit -f/);
});

Deno.test("nothing else has such a name", () => {
  for (
    const value of [new Error("x"), "ENOENT", undefined, Object.assign(new Error(), { code: 5 })]
  ) {
    assert.equal(errno(value), undefined);
  }
});
