import fc from "../../support/property.ts";
import assert from "node:assert/strict";
import {
  parseAddress,
  redirectOf,
  requireAddress,
  shownAddress,
} from "../../../core/util/address.ts";
import { BinimportError } from "../../../core/util/errors.ts";

Deno.test("an address is shown without user, password, query and fragment", () => {
  for (
    const [address, shown] of [
      ["http://joe:PASS@h:81/x.tar.gz?sig=QUERY#F", "http://h:81/x.tar.gz"],
      ["http://joe:PASS@10.0.0.1:99999/x?tok=QUERY", "http://10.0.0.1:99999/x"],
      ["http://joe:PASS@[::1/x", "http://[::1/x"],
      ["http://joe:PA/SS@h/x", "http://h/x"],
      ["http://joe:PA?SS#@h:bad/x", "http://h:bad/x"],
      ["joe:PASS@h/x", "h/x"],
    ] as const
  ) assert.equal(shownAddress(address), shown);
});

Deno.test("only http and https are addresses", () => {
  assert.equal(parseAddress("https://h/a b")?.href, "https://h/a%20b");
  for (const text of ["ftp://h/", "file:///etc/passwd", "h/x", "", "http://", "http://h/\n"]) {
    assert.equal(parseAddress(text), undefined, text);
  }
});

Deno.test("what is wrong with an address is told without its secrets", () => {
  assert.throws(
    () => requireAddress("http://joe:PASS@[bad/?QUERY", "read package"),
    (error) =>
      error instanceof BinimportError && error.code === "usage" &&
      !/PASS|QUERY|joe/.test(`${error.message}${error.hint}${error.stack}`),
  );
});

Deno.test("a redirect to nonsense is the server's mistake, and shows nothing secret", () => {
  const answer = (location: string) => ({ status: 302, header: () => location });
  const from = new URL("http://joe:PASS@h/a/b?sig=QUERY");
  assert.equal(redirectOf(answer("../c"), from)?.pathname, "/c");
  assert.equal(redirectOf({ status: 200, header: () => "x" }, from), undefined);
  for (const location of ["http://[", "file:///etc/shadow", "ftp://h/"]) {
    assert.throws(
      () => redirectOf(answer(location), from),
      (error) =>
        error instanceof BinimportError && error.code === "unavailable" &&
        !/PASS|QUERY|joe/.test(error.message),
    );
  }
});

Deno.test("fuzz: no password is shown, however the address is mistyped", () => {
  const noise = fc.string({ unit: fc.constantFrom(..."[]:/?#@%x 1"), maxLength: 6 });
  fc.assert(fc.property(noise, noise, (before, behind) => {
    const shown = shownAddress(`http://joe:${before}SECRET@${behind}`);
    assert.ok(!shown.includes("SECRET") || URL.canParse(`http://joe:${before}SECRET@${behind}`));
  }));
});
