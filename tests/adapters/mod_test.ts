import assert from "node:assert/strict";
import { builtinAdapters, findBuiltin } from "../../adapters/mod.ts";

Deno.test("built-in adapters are found by name, and minio by s3 too", () => {
  for (const adapter of builtinAdapters) assert.equal(findBuiltin(adapter.name), adapter);
  assert.equal(findBuiltin("s3"), findBuiltin("minio"));
  assert.equal(findBuiltin("nginx"), undefined);
  assert.equal(findBuiltin(""), undefined);
});

Deno.test("their names are unique and fit for a command line", () => {
  const names = builtinAdapters.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const name of names) assert.match(name, /^[a-z][a-z0-9-]*$/);
  assert(!names.includes("s3"));
});

for (const { name, summary, options } of builtinAdapters) {
  Deno.test(`the options of ${name} can be shown and given`, () => {
    assert(summary !== "");
    const specs = Object.entries(options);
    assert(specs.filter(([, { location }]) => location).length <= 1);
    for (const [option, spec] of specs) {
      assert.match(option, /^[a-z][a-zA-Z0-9]*$/);
      assert.match(spec.summary, /^[^A-Z].*[^.]$|^[A-Z]{2}/);
      if (spec.default !== undefined) assert(spec.choices?.includes(spec.default) ?? true);
      if (spec.kind !== "text") assert.equal(spec.location, undefined);
    }
  });
}
