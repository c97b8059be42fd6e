import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { constants, zstdCompressSync } from "node:zlib";
import { withoutTypeChecker } from "../../scripts/pack/type_checker.ts";

const COMPILER = "function createTypeChecker(host) {}\n";

/** Some parts, one after the other. */
function joined(...parts: readonly (string | Uint8Array)[]): Uint8Array {
  const bytes = parts.map((part) =>
    typeof part === "string" ? new TextEncoder().encode(part) : part
  );
  return new Uint8Array(bytes.flatMap((part) => [...part]));
}

Deno.test("type checker: frames become zeros, and nothing else is changed", () => {
  const compiler = zstdCompressSync(COMPILER.repeat(9000));
  const summed = zstdCompressSync("declare var x: number;", {
    params: { [constants.ZSTD_c_checksumFlag]: 1 },
  });
  const looksLikeOne = new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, 9, 9, 9, 9, 9]);
  const before = joined("code", looksLikeOne, "more", compiler, summed, "data", looksLikeOne);
  const after = withoutTypeChecker(before);
  deepEqual(
    new Uint8Array(after),
    joined(
      "code",
      looksLikeOne,
      "more",
      new Uint8Array(compiler.length + summed.length),
      "data",
      looksLikeOne,
    ),
  );
  ok(before.length === after.length);
  equal(before[before.indexOf(0x28, 14)], 0x28, "what was given is left as it is");
});

Deno.test("type checker: a program that has none is not what is known here", () => {
  throws(() => withoutTypeChecker(joined("code")), /Cannot find the type checker/);
  throws(() => withoutTypeChecker(zstdCompressSync("something else")), /Cannot find/);
});
