import fc from "../support/property.ts";
import { deepEqual, equal } from "node:assert/strict";
import { encodePath, parseRequestPath } from "../../serve/lookup.ts";

Deno.test("request path: what an address asks for", () => {
  const cases = [
    ["http://h:1/", "", true],
    ["http://h/a/b?q=1", "a/b", false],
    ["https://[::1]:8/a%20b/", "a b", true],
    ["http://h//a/./b/.", "a/b", true],
    ["http://h/%E5%90%8D", "名", false],
  ] as const;
  for (const [address, path, folder] of cases) {
    const parsed = parseRequestPath(address);
    deepEqual([parsed?.path, parsed?.folder], [path, folder], address);
  }
});

Deno.test("request path: whatever the name, it comes back as it went", () => {
  const part = fc.string({ unit: "grapheme", minLength: 1 })
    .filter((text) => !/[\0\\/]/.test(text) && text !== "." && text !== "..");
  fc.assert(fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
    const encoded = encodePath(parts.join("/"));
    equal(parseRequestPath(`http://h/${encoded}`)?.path, parts.join("/"));
    equal(/^[\w.~%/-]*$/.test(encoded), true, encoded); // safe in a shell, in YAML and in HTML
  }));
});

Deno.test("request path: no address leads above the root", () => {
  const piece = fc.constantFrom("..", "%2e", ".", "/", "%2f", "%2F", "\\", "%5c", "%00", "a", "%");
  fc.assert(fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
    const parsed = parseRequestPath(`http://h/${pieces.join("")}`);
    if (parsed === undefined) return;
    equal(/(?:^|\/)\.\.?(?:\/|$)|[\0\\]|\/\/|^\/|\/$/.test(parsed.path), false, parsed.path);
  }));
});
