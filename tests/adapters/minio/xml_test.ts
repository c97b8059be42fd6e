import assert from "node:assert/strict";
import { nameDecoder } from "../../../adapters/minio/list.ts";
import { elements, elementText, escapeText } from "../../../core/util/xml.ts";

Deno.test("the text of an element stays text, also where it looks like a number", () => {
  const xml = '<?xml version="1.0"?><R xmlns="x"><Key>1.10</Key><Key>007</Key><Id>1e5</Id></R>';
  assert.deepEqual(elements(xml, "Key"), ["1.10", "007"]);
  assert.equal(elementText(xml, "Id"), "1e5");
  assert.equal(elementText(xml, "Absent"), undefined);
});

Deno.test("an element is not taken for one whose name begins alike", () => {
  const xml = "<KeyCount>2</KeyCount><KeyMarker></KeyMarker><Key>a</Key>";
  assert.deepEqual(elements(xml, "Key"), ["a"]);
  assert.deepEqual(elements('<Key type="x">\na\n</Key>', "Key"), ["\na\n"]);
});

Deno.test("entities are decoded once", () => {
  const text = `<a> & "b" 'c' &amp; é`;
  assert.equal(elementText(`<E>${escapeText(text)}</E>`, "E"), text);
  assert.equal(elementText("<E>&#34;x&#x22;&quot;&apos;&#128512;</E>", "E"), `"x""'😀`);
  assert.equal(
    elementText("<E>&amp;lt;&unknown;&constructor;</E>", "E"),
    "&lt;&unknown;&constructor;",
  );
});

Deno.test("names are decoded only where the server says that it encoded them", () => {
  const encoded = nameDecoder("<L><EncodingType>url</EncodingType></L>");
  assert.equal(encoded("a+b%2Bc%25/%C3%A9%0A"), "a b+c%/é\n");
  assert.equal(nameDecoder("<L></L>")("a+b%2Bc"), "a+b%2Bc");
});
