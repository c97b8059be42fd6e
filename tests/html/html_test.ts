import fc from "../support/property.ts";
import { equal } from "node:assert/strict";
import { markup } from "../../html/document.ts";

Deno.test("html: values are escaped, markup is kept, nothing is nothing", () => {
  const inner = markup`<b>${"&"}</b>`;
  equal(
    markup`<p title="${`"'<>&`}">${inner}${[1, "<", [inner]]}${undefined}${false}</p>`.toString(),
    '<p title="&quot;&#39;&lt;&gt;&amp;"><b>&amp;</b>1&lt;<b>&amp;</b></p>',
  );
});

Deno.test("html: what would hide or turn text round is shown", () => {
  equal(markup`${"a\nb\0\u202egpj\ud800"}`.toString(), "a␊b␀\ufffdgpj\ufffd");
});

Deno.test("html: no text gets out of its place", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    equal(/[<>"']/.test(markup`${text}`.toString()), false);
  }));
});
