import fc from "../support/property.ts";
import { equal } from "node:assert/strict";
import { parse } from "yaml";
import {
  isPlain,
  renderScalar,
  type ScalarPlace,
  type ScalarStyle,
} from "../../cluster_config/yaml_nodes.ts";
import { HOSTILE, secret } from "../support/cluster_config/file_arbitrary.ts";

const styles: readonly ScalarStyle[] = ["plain", "single", "double"];
const places: readonly ScalarPlace[] = ["block", "flow", "json"];

/** Reads the scalar back from where it would stand, as YAML 1.1 and as YAML 1.2. */
function assertReadsAs(text: string, style: ScalarStyle, place: ScalarPlace): void {
  const rendered = renderScalar(text, style, place);
  const around = {
    block: ["k: ", " # x"],
    flow: ["{k: ", ", z: }"],
    json: ['{"k": ', "}"],
  } as const;
  const [before, after] = around[place];
  const line = before + rendered + after;
  for (const schema of ["core", "yaml-1.1", "json"] as const) {
    if (schema === "json" && place !== "json") continue;
    equal(parse(line, { schema, version: schema === "core" ? "1.2" : "1.1" }).k, text, line);
  }
  if (place === "json") equal(JSON.parse(line).k, text, line);
}

Deno.test("text that readers take for something else reads back as it was", () => {
  for (const text of HOSTILE) {
    for (const style of styles) {
      for (const place of places) assertReadsAs(text, style, place);
    }
  }
});

Deno.test("any text of one line reads back as it was", () => {
  fc.assert(
    fc.property(
      secret,
      fc.constantFrom(...styles),
      fc.constantFrom(...places),
      (text, style, place) => assertReadsAs(text, style, place),
    ),
    { numRuns: 2000 },
  );
});

Deno.test("what could be a number, a boolean, a date or a null is quoted", () => {
  const typed = "on|Off|y|NO|null|~|0755|0o17|0xFF|0b1|2E5|e5|1:30|1_000|.5|+1|-0|.inf|2024-01-01";
  for (const text of typed.split("|")) {
    equal(renderScalar(text, "plain", "block"), `"${text}"`);
  }
});

Deno.test("what is plainly text is not quoted, and a style is kept where it can be", () => {
  const plain = [
    "rootuser",
    "external",
    "http://10.0.1.1:9000",
    "P@ss!word$1",
    "minio-2fa",
    "3rd.party",
  ];
  for (const text of plain) equal(renderScalar(text, "plain", "block"), text);
  equal(renderScalar("http://h:9000", "plain", "flow"), '"http://h:9000"');
  equal(renderScalar("it's", "single", "block"), "'it''s'");
  equal(renderScalar("it's", "double", "block"), '"it\'s"');
  equal(renderScalar("a\u2028b\\", "single", "block"), '"a\\u2028b\\\\"');
  equal(renderScalar("😀 x", "plain", "block"), '"😀 x"');
});

Deno.test("text that is plain within brackets is plain on a line of its own", () => {
  fc.assert(
    fc.property(secret, (text) => !isPlain(text, "flow") || isPlain(text, "block")),
  );
});
